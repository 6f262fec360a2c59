// SPDX-License-Identifier: Apache-2.0
// Groups of no element.
// expect: DPL-2201 net::soft 0 >= 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<4, 8>, role::input> {};
struct y : tensor<y, u8, shape<4, 8>, role::output> {};
#ifdef WRONG
struct soft : op::ita_partial_max<soft, x, y, {.group_width = 0}> {};
#else
struct soft : op::ita_partial_max<soft, x, y, {.group_width = 4}> {};
#endif
struct network : deeploy::network<network, soft> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
