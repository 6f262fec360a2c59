// SPDX-License-Identifier: Apache-2.0
// Weights for four input channels, an input of three.
// expect: DPL-1101 net::conv 4 == 3
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 8, 8, 3>, role::input> {};
struct y : tensor<y, i8, shape<1, 8, 8, 4>, role::output> {};
#ifdef WRONG
struct w : constant<w, i8, shape<4, 3, 3, 4>, image_place{0, 1}> {};
#else
struct w : constant<w, i8, shape<4, 3, 3, 3>, image_place{0, 1}> {};
#endif
struct conv : op::conv2d<conv, x, w, y, {.pad = {1, 1, 1, 1}, .result = {.shift = 4}}> {};
struct network : deeploy::network<network, conv> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
