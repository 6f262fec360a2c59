// SPDX-License-Identifier: Apache-2.0
// Two operands whose run-time extents are different ones.
// expect: DPL-1105 net::sum 2 == 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct a : tensor<a, i8, shape<upto<8>>, role::input> {};
struct y : tensor<y, i32, shape<upto<8>>, role::output> {};
#ifdef WRONG
struct b : tensor<b, i8, shape<upto<8, 2>>, role::input> {};
#else
struct b : tensor<b, i8, shape<upto<8>>, role::input> {};
#endif
struct sum : op::add<sum, a, b, y> {};
struct network : deeploy::network<network, sum> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
