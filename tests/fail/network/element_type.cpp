// SPDX-License-Identifier: Apache-2.0
// An element type that the library does not have.
// expect: DPL-1004
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
#ifdef WRONG
struct x : tensor<x, i64, shape<4>, role::input> {};
#else
struct x : tensor<x, i32, shape<4>, role::input> {};
#endif
struct y : tensor<y, i32, shape<4>, role::output> {};
struct move : op::copy<move, x, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
