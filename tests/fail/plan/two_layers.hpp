// SPDX-License-Identifier: Apache-2.0
// Two layers and a plan written by hand. A case redefines one number of the plan before it includes this file.
#pragma once
#include <deeploy/model.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>

namespace two_layers {
using namespace deeploy;
struct x : tensor<x, i8, shape<16, 8>, role::input> {};
struct w : constant<w, i8, shape<8, 8>, image_place{0, 7}> {};
struct h : tensor<h, i8, shape<16, 8>> {};
struct y : tensor<y, i8, shape<16, 8>, role::output> {};
struct linear : op::matmul<linear, x, w, h, {.result = {.shift = 4}}> {};
struct residual : op::add<residual, h, x, y, {.result = {.shift = 1}}> {};
struct network : deeploy::network<network, linear, residual> {};
}  // namespace two_layers

// clang-format off
#ifndef BOARD
#define BOARD deeploy::board::host
#endif
#ifndef FORMAT
#define FORMAT deeploy::format_version
#endif
#ifndef TOOL
#define TOOL deeploy::tool_version
#endif
#ifndef MODEL_HASH
#define MODEL_HASH deeploy::model_hash<two_layers::network>
#endif
#ifndef BOARD_HASH
#define BOARD_HASH deeploy::board_hash<BOARD>
#endif
#ifndef L1_BYTES
#define L1_BYTES 512
#endif
#ifndef L2_BYTES  // of the scratch section
#define L2_BYTES 384
#endif
#ifndef CONSTANT_BYTES  // in L2, and in the first half of weight memory
#define CONSTANT_BYTES 64
#define WEIGHT_MEMORY_BYTES 0
#endif
#ifndef RESIDUAL_ENGINE
#define RESIDUAL_ENGINE 0
#endif
#ifndef PLACE_X
#define PLACE_X {1, section::scratch, 0}
#endif
#ifndef PLACE_W
#define PLACE_W {1, section::constants, 0}
#endif
#ifndef PLACE_H
#define PLACE_H {1, section::scratch, 128}
#endif
#ifndef PLACE_Y
#define PLACE_Y {1, section::scratch, 256}
#endif
#ifndef MORE_PLACES
#define MORE_PLACES
#endif
#ifndef FORM
#define FORM 0
#endif
#ifndef LINEAR_PART  // batch, batch, batch, rows, out_features, in_features
#define LINEAR_PART {.to = {1, 1, 1, 16, 8, 8}}
#endif
#ifndef LINEAR_TILE
#define LINEAR_TILE {1, 1, 1, 8, 8, 8}
#endif
#ifndef LINEAR_ORDER
#define LINEAR_ORDER {0, 1, 2, 3, 4, 5}
#endif
#ifndef LINEAR_BUFFERS  // a b bias mul add y: tiles of 64 bytes
#define LINEAR_BUFFERS {{2, {0, 64}}, {1, {128}}, {}, {}, {}, {2, {192, 256}}}
#endif
#ifndef LINEAR_SCRATCH
#define LINEAR_SCRATCH 0
#endif
#ifndef MORE_STEPS
#define MORE_STEPS
#endif
#ifndef EARLY  // operands of the second step that are fetched while the first one runs
#define EARLY 2
#endif
#ifndef RESIDUAL_TILE
#define RESIDUAL_TILE {8, 8}
#endif
#ifndef RESIDUAL_BUFFERS  // a b mul add y
#define RESIDUAL_BUFFERS {{2, {0, 64}}, {2, {320, 384}}, {}, {}, {2, {128, 192}}}
#endif
#define LINEAR_STEP                                                                            \
  {.layer = 0, .form = FORM, .part = LINEAR_PART, .tile = LINEAR_TILE, .order = LINEAR_ORDER,  \
   .buffer = LINEAR_BUFFERS, .scratch_at = LINEAR_SCRATCH}
#define RESIDUAL_STEP                                                                          \
  {.layer = 1, .engine = RESIDUAL_ENGINE, .early = {{EARLY}}, .part = {.to = {16, 8}}, .tile = RESIDUAL_TILE, .order = {0, 1}, \
   .buffer = RESIDUAL_BUFFERS}
#ifndef STEPS
#define STEPS LINEAR_STEP, MORE_STEPS RESIDUAL_STEP
#endif
// clang-format on

template <>
struct deeploy::plan_of<two_layers::network> {
  static constexpr plan_header header{.format = FORMAT, .tool = TOOL, .model = MODEL_HASH, .board = BOARD_HASH};
  static constexpr memory_use memories[] = {{{0, 0, L1_BYTES}}, {{CONSTANT_BYTES, 0, L2_BYTES}}, {{WEIGHT_MEMORY_BYTES, 0, 0}}, {}, {}};
  static constexpr place tensors[] = {PLACE_X, PLACE_W, PLACE_H, PLACE_Y MORE_PLACES};
  static constexpr step steps[] = {STEPS};
};
