// SPDX-License-Identifier: Apache-2.0
// A network without layers.
// expect: DPL-1201
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
struct first : op::copy<first, x, y> {};
#ifdef WRONG
struct network : deeploy::network<network> {};
#else
struct network : deeploy::network<network, first> {};
#endif
}  // namespace net

static_assert(deeploy::check<net::network>());
