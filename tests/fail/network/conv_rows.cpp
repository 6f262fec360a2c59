// SPDX-License-Identifier: Apache-2.0
// A window of three rows without padding leaves six of eight.
// expect: DPL-2102 net::conv 8 == 6
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 8, 8, 3>, role::input> {};
struct y : tensor<y, i8, shape<1, 8, 8, 4>, role::output> {};
struct w : constant<w, i8, shape<4, 3, 3, 3>, image_place{0, 1}> {};
#ifdef WRONG
struct conv : op::conv2d<conv, x, w, y, {.pad = {0, 1, 0, 1}, .result = {.shift = 4}}> {};
#else
struct conv : op::conv2d<conv, x, w, y, {.pad = {1, 1, 1, 1}, .result = {.shift = 4}}> {};
#endif
struct network : deeploy::network<network, conv> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
