// SPDX-License-Identifier: Apache-2.0
// Half of the tensor is never written.
// expect: DPL-1204 net::second 8 == 16
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<2, 4>, role::input> {};
struct h : tensor<h, i8, shape<4, 4>> {};
struct y : tensor<y, i8, shape<4, 4>, role::output> {};
struct first : op::copy<first, x, view<h, {.of = {2, 4}, .stride = {4, 1}}>> {};
struct other : op::copy<other, x, view<h, {.offset = 8, .of = {2, 4}, .stride = {4, 1}}>> {};
struct second : op::copy<second, h, y> {};
#ifdef WRONG
struct network : deeploy::network<network, first, second> {};
#else
struct network : deeploy::network<network, first, other, second> {};
#endif
}  // namespace net

static_assert(deeploy::check<net::network>());
