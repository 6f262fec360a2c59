// SPDX-License-Identifier: Apache-2.0
// The product of two matrices is no vector.
// expect: DPL-1104 net::product 1 == 2
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 6>, role::input> {};
struct w : constant<w, i8, shape<6, 5>, image_place{0, 1}> {};
#ifdef WRONG
struct y : tensor<y, i8, shape<5>, role::output> {};
#else
struct y : tensor<y, i8, shape<1, 5>, role::output> {};
#endif
struct product : op::matmul<product, x, w, y, {.result = {.shift = 4}}> {};
struct network : deeploy::network<network, product> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
