// SPDX-License-Identifier: Apache-2.0
// A summed axis is one long.
// expect: DPL-1101 net::total 4 == 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<2, 4>, role::input> {};
#ifdef WRONG
struct y : tensor<y, i32, shape<2, 4>, role::output> {};
#else
struct y : tensor<y, i32, shape<2, 1>, role::output> {};
#endif
struct total : op::reduce_sum<total, x, y, {.reduced = 2}> {};
struct network : deeploy::network<network, total> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
