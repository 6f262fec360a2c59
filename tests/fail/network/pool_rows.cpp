// SPDX-License-Identifier: Apache-2.0
// Windows of two leave four rows of eight.
// expect: DPL-2102 net::pool 5 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 8, 8, 3>, role::input> {};
#ifdef WRONG
struct y : tensor<y, i8, shape<1, 5, 4, 3>, role::output> {};
#else
struct y : tensor<y, i8, shape<1, 4, 4, 3>, role::output> {};
#endif
struct pool : op::max_pool<pool, x, y, {.kernel = {2, 2}, .stride = {2, 2}}> {};
struct network : deeploy::network<network, pool> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
