// SPDX-License-Identifier: Apache-2.0
// A mean over no element.
// expect: DPL-2301 net::mean 0 >= 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct y : tensor<y, i8, shape<2, 1>, role::output> {};
#ifdef WRONG
struct x : tensor<x, i8, shape<2, 0>, role::input> {};
#else
struct x : tensor<x, i8, shape<2, 4>, role::input> {};
#endif
struct mean : op::reduce_mean<mean, x, y, {.reduced = 2, .half_away = true}> {};
struct network : deeploy::network<network, mean> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
