// SPDX-License-Identifier: Apache-2.0
// A shape with a negative extent.
// expect: DPL-1002
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
#ifdef WRONG
struct x : tensor<x, i8, shape<-4>, role::input> {};
#else
struct x : tensor<x, i8, shape<4>, role::input> {};
#endif
struct y : tensor<y, i8, shape<4>, role::output> {};
struct move : op::copy<move, x, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
