// SPDX-License-Identifier: Apache-2.0
// Gather works on outer x length x inner.
// expect: DPL-1104 net::pick 2 == 3
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct which : constant<which, i32, shape<3>, image_place{0, 1}> {};
struct y : tensor<y, i8, shape<1, 3, 4>, role::output> {};
#ifdef WRONG
struct x : tensor<x, i8, shape<5, 4>, role::input> {};
#else
struct x : tensor<x, i8, shape<1, 5, 4>, role::input> {};
#endif
struct pick : op::gather<pick, x, which, y> {};
struct network : deeploy::network<network, pick> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
