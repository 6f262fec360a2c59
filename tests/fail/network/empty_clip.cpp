// SPDX-License-Identifier: Apache-2.0
// A clip range from 5 to 4.
// expect: DPL-2005 net::scaled 5 <= 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
#ifdef WRONG
struct scaled : op::requantise<scaled, x, y, {{.low = 5, .high = 4}}> {};
#else
struct scaled : op::requantise<scaled, x, y, {{.low = 4, .high = 5}}> {};
#endif
struct network : deeploy::network<network, scaled> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
