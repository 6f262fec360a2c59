// SPDX-License-Identifier: Apache-2.0
// Six input channels in four groups.
// expect: DPL-2101 net::conv 6 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 8, 8, 6>, role::input> {};
struct y : tensor<y, i8, shape<1, 8, 8, 12>, role::output> {};
#ifdef WRONG
struct w : constant<w, i8, shape<12, 1, 1, 2>, image_place{0, 1}> {};
struct conv : op::conv2d<conv, x, w, y, {.groups = 4, .result = {.shift = 4}}> {};
#else
struct w : constant<w, i8, shape<12, 1, 1, 2>, image_place{0, 1}> {};
struct conv : op::conv2d<conv, x, w, y, {.groups = 3, .result = {.shift = 4}}> {};
#endif
struct network : deeploy::network<network, conv> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
