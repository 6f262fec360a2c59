// SPDX-License-Identifier: Apache-2.0
// A layer that writes a constant.
// expect: DPL-1206 net::first 4 == 0
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct c : constant<c, i8, shape<4>, image_place{0, 1}> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
#ifdef WRONG
struct first : op::copy<first, x, c> {};
#else
struct first : op::copy<first, x, y> {};
#endif
struct network : deeploy::network<network, first> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
