// SPDX-License-Identifier: Apache-2.0
// Half of an output is never written.
// expect: DPL-1204 net::first 8 == 16
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<2, 4>, role::input> {};
struct y : tensor<y, i8, shape<4, 4>, role::output> {};
struct first : op::copy<first, x, view<y, {.of = {2, 4}, .stride = {4, 1}}>> {};
struct other : op::copy<other, x, view<y, {.offset = 8, .of = {2, 4}, .stride = {4, 1}}>> {};
#ifdef WRONG
struct network : deeploy::network<network, first> {};
#else
struct network : deeploy::network<network, first, other> {};
#endif
}  // namespace net

static_assert(deeploy::check<net::network>());
