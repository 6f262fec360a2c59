// SPDX-License-Identifier: Apache-2.0
// Run-time slots are 1 to 4.
// expect: DPL-1003
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
#ifdef WRONG
struct x : tensor<x, i8, shape<upto<4, 5>>, role::input> {};
#else
struct x : tensor<x, i8, shape<upto<4, 4>>, role::input> {};
#endif
struct y : tensor<y, i8, shape<upto<4, 4>>, role::output> {};
struct move : op::copy<move, x, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
