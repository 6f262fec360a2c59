// SPDX-License-Identifier: Apache-2.0
// Scales without a requantisation.
// expect: DPL-2003 net::sum 0 == 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct a : tensor<a, i8, shape<4>, role::input> {};
struct b : tensor<b, i8, shape<4>, role::input> {};
struct y : tensor<y, i32, shape<4>, role::output> {};
struct mul : constant<mul, i32, shape<4>, image_place{0, 1}> {};
struct add : constant<add, i32, shape<4>, image_place{0, 1}> {};
#ifdef WRONG
struct sum : op::add<sum, a, b, y, {}, scale<mul, add>> {};
#else
struct sum : op::add<sum, a, b, y, {.result = {.shift = 4}}, scale<mul, add>> {};
#endif
struct network : deeploy::network<network, sum> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
