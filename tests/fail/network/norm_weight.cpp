// SPDX-License-Identifier: Apache-2.0
// Seven weights for rows of eight.
// expect: DPL-1101 net::norm 7 == 8
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4, 8>, role::input> {};
struct y : tensor<y, i8, shape<4, 8>, role::output> {};
#ifdef WRONG
struct w : constant<w, i32, shape<7>, image_place{0, 1}> {};
#else
struct w : constant<w, i32, shape<8>, image_place{0, 1}> {};
#endif
struct norm : op::irms_norm<norm, x, w, y, {.shift = 4}> {};
struct network : deeploy::network<network, norm> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
