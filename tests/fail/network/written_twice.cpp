// SPDX-License-Identifier: Apache-2.0
// Two layers write the same rows of a tensor.
// expect: DPL-1203 net::other 1 == 0
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<2, 4>, role::input> {};
struct y : tensor<y, i8, shape<4, 4>, role::output> {};
struct first : op::copy<first, x, view<y, {.of = {2, 4}, .stride = {4, 1}}>> {};
#ifdef WRONG
struct other : op::copy<other, x, view<y, {.offset = 4, .of = {2, 4}, .stride = {4, 1}}>> {};
#else
struct other : op::copy<other, x, view<y, {.offset = 8, .of = {2, 4}, .stride = {4, 1}}>> {};
#endif
struct network : deeploy::network<network, first, other> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
