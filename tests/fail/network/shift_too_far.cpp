// SPDX-License-Identifier: Apache-2.0
// A shift of 32 bits.
// expect: DPL-2004 net::scaled 32 <= 31
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
#ifdef WRONG
struct scaled : op::requantise<scaled, x, y, {{.shift = 32}}> {};
#else
struct scaled : op::requantise<scaled, x, y, {{.shift = 31}}> {};
#endif
struct network : deeploy::network<network, scaled> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
