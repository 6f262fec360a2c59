// SPDX-License-Identifier: Apache-2.0
// The shifting mean needs a power of two of elements.
// expect: DPL-2302 net::mean 3 == 4
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct x : tensor<x, i8, shape<2, 3>, role::input> {};
struct y : tensor<y, i8, shape<2, 1>, role::output> {};
#ifdef WRONG
struct mean : op::reduce_mean<mean, x, y, {.reduced = 2}> {};
#else
struct mean : op::reduce_mean<mean, x, y, {.reduced = 2, .half_away = true}> {};
#endif
struct network : deeploy::network<network, mean> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
