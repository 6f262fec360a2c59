// SPDX-License-Identifier: Apache-2.0
// Two strides for three extents.
// expect: DPL-1005
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
#ifdef WRONG
struct x : tensor<x, i8, shape<2, 3, 4>, role::input, strides<12, 4>> {};
#else
struct x : tensor<x, i8, shape<2, 3, 4>, role::input, strides<12, 4, 1>> {};
#endif
struct y : tensor<y, i8, shape<2, 3, 4>, role::output> {};
struct move : op::copy<move, x, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
