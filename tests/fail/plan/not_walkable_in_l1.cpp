// SPDX-License-Identifier: Apache-2.0
// The hidden tensor's axis of 16 is spread over two strides: no kernel can walk it in place, so it cannot live in L1.
// expect: DPL-3027 spread::write 0 == 1
#include <deeploy/model.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>

namespace spread {
using namespace deeploy;
struct x : tensor<x, i8, shape<16>, role::input> {};
struct h : tensor<h, i8, shape<4, 8>> {};
struct y : tensor<y, i8, shape<16>, role::output> {};
inline constexpr window halves{.of = {4, 4}, .stride = {8, 1}, .parts = {2}};
inline constexpr window others{.offset = 4, .of = {4, 4}, .stride = {8, 1}, .parts = {2}};
struct write : op::copy<write, x, view<h, halves>> {};
struct write_other : op::copy<write_other, x, view<h, others>> {};
struct read : op::copy<read, view<h, halves>, y> {};
struct network : deeploy::network<network, write, write_other, read> {};
}  // namespace spread

#ifdef WRONG
#define HIDDEN {0, section::scratch, 32}
#define BUFFER {}
#else
#define HIDDEN {1, section::scratch, 32}
#define BUFFER {1, {32}}
#endif

template <>
struct deeploy::plan_of<spread::network> {
  static constexpr plan_header header{.format = format_version, .tool = tool_version, .model = model_hash<spread::network>,
                                      .board = board_hash<deeploy::board::host>};
  static constexpr memory_use memories[] = {{{0, 0, 64}}, {{0, 0, 80}}, {}, {}, {}};
  static constexpr place tensors[] = {{1, section::scratch, 0}, HIDDEN, {1, section::scratch, 64}};
  static constexpr step steps[] = {{.layer = 0, .part = {.to = {16}}, .tile = {16}, .buffer = {{1, {0}}, BUFFER}},
                                   {.layer = 1, .part = {.to = {16}}, .tile = {16}, .buffer = {{1, {0}}, BUFFER}},
                                   {.layer = 2, .part = {.to = {16}}, .tile = {16}, .buffer = {BUFFER, {1, {0}}}}};
};

static_assert(deeploy::proved<spread::network, deeploy::board::host>());
