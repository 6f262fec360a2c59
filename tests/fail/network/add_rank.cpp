// SPDX-License-Identifier: Apache-2.0
// An operand with more axes than the result.
// expect: DPL-1103 net::sum 3 <= 2
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct a : tensor<a, i8, shape<2, 4>, role::input> {};
struct y : tensor<y, i32, shape<2, 4>, role::output> {};
#ifdef WRONG
struct b : tensor<b, i8, shape<1, 2, 4>, role::input> {};
#else
struct b : tensor<b, i8, shape<2, 4>, role::input> {};
#endif
struct sum : op::add<sum, a, b, y> {};
struct network : deeploy::network<network, sum> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
