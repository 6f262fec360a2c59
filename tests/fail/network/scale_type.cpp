// SPDX-License-Identifier: Apache-2.0
// Scales are i32.
// expect: DPL-2002 net::scaled 0 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
struct add : constant<add, i32, shape<4>, image_place{0, 1}> {};
#ifdef WRONG
struct mul : constant<mul, i8, shape<4>, image_place{0, 1}> {};
#else
struct mul : constant<mul, i32, shape<4>, image_place{0, 1}> {};
#endif
struct scaled : op::requantise<scaled, x, y, {{.shift = 4}}, scale<mul, add>> {};
struct network : deeploy::network<network, scaled> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
