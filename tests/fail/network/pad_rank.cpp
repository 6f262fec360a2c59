// SPDX-License-Identifier: Apache-2.0
// Padding keeps the number of axes.
// expect: DPL-1104 net::surround 1 == 2
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct y : tensor<y, i8, shape<3, 6>, role::output> {};
#ifdef WRONG
struct x : tensor<x, i8, shape<4>, role::input> {};
#else
struct x : tensor<x, i8, shape<3, 4>, role::input> {};
#endif
struct surround : op::pad<surround, x, y, {.before = {0, 1}}> {};
struct network : deeploy::network<network, surround> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
