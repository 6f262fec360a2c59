// SPDX-License-Identifier: Apache-2.0
// The rows of a convolution must lie at one stride.
// expect: DPL-1102 net::conv 2 == 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 4, 2, 8, 3>, role::input> {};
struct y : tensor<y, i8, shape<1, 8, 8, 4>, role::output> {};
struct w : constant<w, i8, shape<4, 3, 3, 3>, image_place{0, 1}> {};
#ifdef WRONG
using image = view<x, {.of = {1, 4, 2, 8, 3}, .stride = {192, 48, 24, 3, 1}, .parts = {1, 2}}>;
#else
using image = view<x, {.of = {1, 8, 8, 3}, .stride = {192, 24, 3, 1}}>;
#endif
struct conv : op::conv2d<conv, image, w, y, {.pad = {1, 1, 1, 1}, .result = {.shift = 4}}> {};
struct network : deeploy::network<network, conv> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
