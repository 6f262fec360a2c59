// SPDX-License-Identifier: Apache-2.0
// A product of three rows, of an operand with four.
// expect: DPL-1101 net::product 4 == 3
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4, 6>, role::input> {};
struct w : constant<w, i8, shape<6, 5>, image_place{0, 1}> {};
#ifdef WRONG
struct y : tensor<y, i8, shape<3, 5>, role::output> {};
#else
struct y : tensor<y, i8, shape<4, 5>, role::output> {};
#endif
struct product : op::matmul<product, x, w, y, {.result = {.shift = 4}}> {};
struct network : deeploy::network<network, product> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
