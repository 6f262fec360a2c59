// SPDX-License-Identifier: Apache-2.0
// A mask has bytes.
// expect: DPL-2402 net::chain 2 == 1
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct q : tensor<q, i8, shape<2, 3, 4>, role::input> {};
struct k : tensor<k, i8, shape<2, 5, 4>, role::input> {};
struct v : tensor<v, i8, shape<2, 5, 4>, role::input> {};
struct y : tensor<y, i8, shape<2, 3, 4>, role::output> {};
struct tables : tensor<tables, u8, shape<2304>, role::input> {};
#ifdef WRONG
struct added : tensor<added, i16, shape<5>, role::input> {};
#else
struct added : tensor<added, i8, shape<5>, role::input> {};
#endif
struct chain : op::score_chain<chain, q, k, v, tables, y, op::score_chain_params{.scores = {.shift = 8}}, mask<added>> {};
struct network : deeploy::network<network, chain> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
