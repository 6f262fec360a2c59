// SPDX-License-Identifier: Apache-2.0
// A result of 0 to 255 in an i8 tensor.
// expect: DPL-2006 net::scaled 255 == 127
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
#ifdef WRONG
struct y : tensor<y, i8, shape<4>, role::output> {};
#else
struct y : tensor<y, u8, shape<4>, role::output> {};
#endif
struct scaled : op::requantise<scaled, x, y, {{.low = 0, .high = 255}}> {};
struct network : deeploy::network<network, scaled> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
