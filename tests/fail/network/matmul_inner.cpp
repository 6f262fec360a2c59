// SPDX-License-Identifier: Apache-2.0
// Rows of six elements times columns of seven.
// expect: DPL-1101 net::product 7 == 6
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4, 6>, role::input> {};
struct y : tensor<y, i8, shape<4, 5>, role::output> {};
#ifdef WRONG
struct w : constant<w, i8, shape<7, 5>, image_place{0, 1}> {};
#else
struct w : constant<w, i8, shape<6, 5>, image_place{0, 1}> {};
#endif
struct product : op::matmul<product, x, w, y, {.result = {.shift = 4}}> {};
struct network : deeploy::network<network, product> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
