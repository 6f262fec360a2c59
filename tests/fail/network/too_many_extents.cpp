// SPDX-License-Identifier: Apache-2.0
// A shape of seven extents.
// expect: DPL-1001
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
#ifdef WRONG
struct x : tensor<x, i8, shape<1, 1, 2, 3, 4, 5, 6>, role::input> {};
struct y : tensor<y, i8, shape<1, 2, 3, 4, 5, 6>, role::output> {};
#else
struct x : tensor<x, i8, shape<1, 2, 3, 4, 5, 6>, role::input> {};
struct y : tensor<y, i8, shape<1, 2, 3, 4, 5, 6>, role::output> {};
#endif
struct move : op::copy<move, x, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
