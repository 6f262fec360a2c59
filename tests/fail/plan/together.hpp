// SPDX-License-Identifier: Apache-2.0
// Two networks that take turns: that of two_layers.hpp, and one with a state. A case redefines a number before it includes
// this file.
#pragma once
#include "two_layers.hpp"
#include <deeploy/together.hpp>

namespace counting {
using namespace deeploy;
struct x : tensor<x, i8, shape<16>, role::input> {};
struct sum : tensor<sum, i8, shape<16>, role::state> {};
struct y : tensor<y, i8, shape<16>, role::output> {};
struct add : op::add<add, x, sum, y, {.result = {.shift = 1}}> {};
struct network : deeploy::network<network, add> {};
}  // namespace counting

#ifndef STATE_BYTES
#define STATE_BYTES 16
#endif
template <>
struct deeploy::plan_of<counting::network> {
  static constexpr plan_header header{.format = format_version, .tool = tool_version, .model = model_hash<counting::network>, .board = board_hash<BOARD>};
  static constexpr memory_use memories[] = {{{0, 0, 48}}, {{0, STATE_BYTES, 32}}, {}, {}, {}};
};

#ifndef STATE_AT  // of counting, behind the scratch of both
#define STATE_AT 384
#endif
#ifndef ARENA_BYTES
#define ARENA_BYTES STATE_AT + STATE_BYTES
#endif
inline constexpr deeploy::arrangement<2> by_hand = [] {
  deeploy::arrangement<2> how;
  how.at[1][1][static_cast<int>(deeploy::section::state)] = STATE_AT;
  how.arena_bytes[0] = L1_BYTES;
  how.arena_bytes[1] = ARENA_BYTES;
  return how;
}();
static_assert(deeploy::arranged_networks<BOARD, by_hand, two_layers::network, counting::network>::arena_bytes(0) == 512);
