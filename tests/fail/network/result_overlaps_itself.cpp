// SPDX-License-Identifier: Apache-2.0
// Rows of four at a distance of three.
// expect: DPL-1207 net::first 3 > 3
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4, 4>, role::input> {};
struct y : tensor<y, i8, shape<4, 4>, role::output> {};
#ifdef WRONG
struct first : op::copy<first, x, view<y, {.of = {4, 4}, .stride = {3, 1}}>> {};
#else
struct first : op::copy<first, x, view<y, {.of = {4, 4}, .stride = {4, 1}}>> {};
#endif
struct network : deeploy::network<network, first> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
