// SPDX-License-Identifier: Apache-2.0
// A network without a plan.
// expect: DPL-3000
#include <deeploy/model.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>

namespace one {
using namespace deeploy;
struct x : tensor<x, i8, shape<4>, role::input> {};
struct y : tensor<y, i8, shape<4>, role::output> {};
struct move : op::copy<move, x, y> {};
struct network : deeploy::network<network, move> {};
}  // namespace one

#ifndef WRONG
template <>
struct deeploy::plan_of<one::network> {
  static constexpr plan_header header{.format = format_version, .tool = tool_version, .model = model_hash<one::network>,
                                      .board = board_hash<deeploy::board::host>};
  static constexpr memory_use memories[] = {{{0, 0, 8}}, {{0, 0, 8}}, {}, {}, {}};
  static constexpr place tensors[] = {{1, section::scratch, 0}, {1, section::scratch, 4}};
  static constexpr step steps[] = {{.part = {.to = {4}}, .tile = {4}, .buffer = {{1, {0}}, {1, {4}}}}};
};
#endif
static_assert(deeploy::proved<one::network, deeploy::board::host>());
