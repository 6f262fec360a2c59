// SPDX-License-Identifier: Apache-2.0
// The second layer stands before the first.
// expect: DPL-1202 net::second 1 < 0
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct h : tensor<h, i8, shape<4>> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
struct first : op::copy<first, x, h> {};
struct second : op::copy<second, h, y> {};
#ifdef WRONG
struct network : deeploy::network<network, second, first> {};
#else
struct network : deeploy::network<network, first, second> {};
#endif
}  // namespace net

static_assert(deeploy::check<net::network>());
