// SPDX-License-Identifier: Apache-2.0
// Batches of two and three.
// expect: DPL-1101 net::product 3 == 2
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct a : tensor<a, i8, shape<2, 4, 6>, role::input> {};
struct y : tensor<y, i8, shape<2, 4, 5>, role::output> {};
#ifdef WRONG
struct b : tensor<b, i8, shape<3, 6, 5>, role::input> {};
#else
struct b : tensor<b, i8, shape<2, 6, 5>, role::input> {};
#endif
struct product : op::matmul<product, a, b, y, {.result = {.shift = 4}}> {};
struct network : deeploy::network<network, product> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
