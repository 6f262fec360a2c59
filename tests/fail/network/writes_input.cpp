// SPDX-License-Identifier: Apache-2.0
// A layer that writes an input.
// expect: DPL-1206 net::first 1 == 0
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct z : tensor<z, i8, shape<4>, role::input> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
#ifdef WRONG
struct first : op::copy<first, x, z> {};
#else
struct first : op::copy<first, x, y> {};
#endif
struct network : deeploy::network<network, first> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
