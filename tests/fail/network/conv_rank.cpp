// SPDX-License-Identifier: Apache-2.0
// An image without a batch axis.
// expect: DPL-1104 net::conv 3 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct y : tensor<y, i8, shape<1, 8, 8, 4>, role::output> {};
struct w : constant<w, i8, shape<4, 1, 1, 3>, image_place{0, 1}> {};
#ifdef WRONG
struct x : tensor<x, i8, shape<8, 8, 3>, role::input> {};
#else
struct x : tensor<x, i8, shape<1, 8, 8, 3>, role::input> {};
#endif
struct conv : op::conv2d<conv, x, w, y, {.result = {.shift = 4}}> {};
struct network : deeploy::network<network, conv> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
