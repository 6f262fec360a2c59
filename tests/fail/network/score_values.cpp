// SPDX-License-Identifier: Apache-2.0
// Scores are subscripts of a table.
// expect: DPL-2401 net::chain 512 == 256
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace net {
using namespace deeploy;
struct q : tensor<q, i8, shape<2, 3, 4>, role::input> {};
struct k : tensor<k, i8, shape<2, 5, 4>, role::input> {};
struct v : tensor<v, i8, shape<2, 5, 4>, role::input> {};
struct y : tensor<y, i8, shape<2, 3, 4>, role::output> {};
struct tables : tensor<tables, u8, shape<1536>, role::input> {};
#ifdef WRONG
constexpr requantisation scores = {.shift = 8, .low = -256, .high = 255};
#else
constexpr requantisation scores = {.shift = 8};
#endif
struct chain : op::score_chain<chain, q, k, v, tables, y, op::score_chain_params{.scores = scores}> {};
struct network : deeploy::network<network, chain> {};
}  // namespace net

static_assert(deeploy::check<net::network>());
