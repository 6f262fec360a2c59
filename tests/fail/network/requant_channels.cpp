// SPDX-License-Identifier: Apache-2.0
// Three scales for four channels.
// expect: DPL-1101 net::conv 3 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 8, 8, 3>, role::input> {};
struct y : tensor<y, i8, shape<1, 8, 8, 4>, role::output> {};
struct w : constant<w, i8, shape<4, 1, 1, 3>, image_place{0, 1}> {};
struct add : constant<add, i32, shape<4>, image_place{0, 1}> {};
#ifdef WRONG
struct mul : constant<mul, i32, shape<3>, image_place{0, 1}> {};
#else
struct mul : constant<mul, i32, shape<4>, image_place{0, 1}> {};
#endif
struct conv : op::conv2d<conv, x, w, y, {.result = {.shift = 4}}, scale<mul, add>> {};
struct network : deeploy::network<network, conv> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
