// SPDX-License-Identifier: Apache-2.0
// Indices are i32.
// expect: DPL-2007 net::pick 0 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 5, 4>, role::input> {};
struct y : tensor<y, i8, shape<1, 3, 4>, role::output> {};
#ifdef WRONG
struct which : constant<which, i8, shape<3>, image_place{0, 1}> {};
#else
struct which : constant<which, i32, shape<3>, image_place{0, 1}> {};
#endif
struct pick : op::gather<pick, x, which, y> {};
struct network : deeploy::network<network, pick> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
