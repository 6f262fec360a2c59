// SPDX-License-Identifier: Apache-2.0
// Integer operators take integers.
// expect: DPL-2001 net::scaled 5 < 5
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct y : tensor<y, i8, shape<4>, role::output> {};
#ifdef WRONG
struct x : tensor<x, f32, shape<4>, role::input> {};
#else
struct x : tensor<x, i32, shape<4>, role::input> {};
#endif
struct scaled : op::requantise<scaled, x, y, {{.shift = 4}}> {};
struct network : deeploy::network<network, scaled> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
