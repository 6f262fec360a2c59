// SPDX-License-Identifier: Apache-2.0
// A softmax keeps its row.
// expect: DPL-1101 net::soft 7 == 8
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct y : tensor<y, u8, shape<4, 8>, role::output> {};
#ifdef WRONG
struct x : tensor<x, i8, shape<4, 7>, role::input> {};
#else
struct x : tensor<x, i8, shape<4, 8>, role::input> {};
#endif
struct soft : op::ita_max<soft, x, y> {};
struct network : deeploy::network<network, soft> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
