// SPDX-License-Identifier: Apache-2.0
// The NPU's kernels, as the executor calls them, on the simulator's NPU, against the reference kernels: random boxes of
// layers, random values, weights packed as the images have them.
#include <cstring>
#include <deeploy/model.hpp>
#include <deeploy/packing.hpp>
#include <doctest/doctest.h>
#include <npu/conv2d.hpp>
#include <npu/matmul.hpp>
#include <reference/conv2d.hpp>
#include <reference/matmul.hpp>

#include "../cluster/tile_parts.hpp"
#include "unit.hpp"

namespace deeploy::npu_layers {
namespace {

using rows_test::random_numbers;

u32 low_word(void const* p) { return static_cast<u32>(reinterpret_cast<std::uintptr_t>(p)); }

npu_test::unit* now_used = nullptr;
/// Pointers of kernels are the host's; the unit's addresses have the same distances.
struct simulated_driver {
  static u32 weight_offset(void const* weights) { return low_word(weights) - low_word(now_used->weights.data()); }
  static inline npu::job written;
  static void start(npu::job job) {
    for (int n : {1, 2, 3, 5}) job.word[n] += npu_test::l1 - low_word(now_used->memory.data());
    now_used->run(job);
  }
  static void acquire() { written = {}; }
  static void write(int word, u32 value) { written.word[word] = value; }
  static void write_words(int first, u32 const* words, int n) {
    for (int i = 0; i < n; ++i) write(first + i, words[i]);
  }
  static void write_words(int first, void* const* words, int n) {
    for (int i = 0; i < n; ++i) write(first + i, low_word(words[i]));
  }
  static void commit() { start(written); }
  static void finish() {}
};
struct simulated_npu {
  static constexpr char const* name = "npu";
  using driver = simulated_driver;
  static constexpr int weight_memory_cycles = 1;
};
struct reference_engine {
  static constexpr char const* name = "cluster";
  static constexpr bool runs_reference_kernels = true;
};

struct arena {
  std::vector<u8> bytes;
  std::size_t used = 4096;  // padding's addresses
  u8* take(i64 size) {
    used = (used + 31) / 32 * 32;
    u8* const at = now_used->memory.data() + used;
    used += static_cast<std::size_t>(size) + 96;
    return at;
  }
};

struct calls {
  int requantised = 0, sums = 0, gathered = 0, turned = 0, picked = 0, lowered = 0;
};

/// One box by one form: all phases on eight cores, compared with the reference kernel on the same box.
template <class L>
void compare(int form, random_numbers& random, calls& made) {
  constexpr layer_descriptor const& l = L::descriptor;
  using mine = mapping<typename L::kind, simulated_npu>;
  constexpr mapping_facts m = facts_of<L, simulated_npu>();
  REQUIRE(m.takes(l, form));
  npu_test::unit unit;
  now_used = &unit;
  std::vector<u8> home[max_operands];
  constant_values values;
  for (int o = 0; o < l.operands; ++o) {
    if (l.with[o].of == nullptr) continue;
    home[o].resize(static_cast<std::size_t>(l.with[o].of->size_bytes()));
    values.of[o] = home[o].data();
    for (index i = 0; i < l.with[o].of->elements; ++i) {
      if (l.with[o].of->type != element::i32)
        home[o][static_cast<std::size_t>(i)] = static_cast<u8>(random.next());
      else
        reinterpret_cast<i32*>(home[o].data())[i] = o == npu::at::mul ? random.between(0, 60) : random.between(-100000, 100000);
    }
  }
  CHECK(m.exact(l, form, values));

  std::vector<u8> packed(static_cast<std::size_t>(detail::packed_bytes(m, l, form, npu::at::weight)));
  m.pack(l, form, npu::at::weight, home[npu::at::weight].data(), packed.data());
  std::memcpy(unit.weights.data(), packed.data(), packed.size());

  // Tiles begin at multiples of what the mapping says.
  box b = whole_box(l);
  for (int a = 0; a < l.axes; ++a) {
    if (l.space[a].kind != axis_kind::parallel || random.below(4) == 0) continue;
    index const multiple = m.multiple(l, form, a), tiles = (l.space[a].length + multiple - 1) / multiple;
    b.from[a] = random.below(tiles) * multiple;
    index const to = b.from[a] + random.between(1, tiles) * multiple;
    b.to[a] = to < l.space[a].length ? to : l.space[a].length;
  }
  arena l1;
  kernel_arguments a{}, plain{};
  a.values = plain.values = l.values;
  a.begins = a.ends = plain.begins = plain.ends = true;
  index lengths[max_axes] = {};
  for (int i = 0; i < max_axes; ++i) a.length[i] = plain.length[i] = lengths[i] = i < l.axes ? b.length(i) : 1;
  std::vector<u8> expected = home[npu::at::y];
  u8* tile_of_y = nullptr;
  for (int o = 0; o < l.operands; ++o) {
    if (operand const part = m.seen(l, form, o); l.with[o].of == nullptr && part.of != nullptr) {  // behind the packed weights
      u8* const tile = l1.take(tile_bytes(part, lengths));
      rows_test::move_part(part, b, packed.data() + part.offset, tile, false);
      rows_test::describe_part(part, b, tile, false, false, a.with[o], a);
      continue;
    }
    operand const& with = l.with[o];
    if (with.of == nullptr) continue;
    u8* const stored = o == npu::at::y ? expected.data() : home[o].data();
    rows_test::describe_part(with, b, stored + with.offset * size_of(with.of->type), true, o == 0, plain.with[o], plain);
    if (o == npu::at::weight) {
      operand const as = m.packed(l, form, o);
      a.with[o].at = unit.weights.data() + i64{touched(as.dim[0], b).from} * as.dim[0].stride;
      continue;
    }
    u8* const tile = l1.take(tile_bytes(with, lengths));
    if (o == npu::at::y)
      tile_of_y = tile;
    else
      rows_test::move_part(with, b, stored + with.offset * size_of(with.of->type), tile, false);
    rows_test::describe_part(with, b, tile, false, o == 0, a.with[o], a);
  }
  a.scratch = l1.take(m.scratch_bytes(l, form, lengths));
  REQUIRE(l1.used + 65536 < unit.memory.size());
  constexpr int forms = sizeof(mine::forms) / sizeof(deeploy::form);
  if (form == npu::turned_form) {  // reads nothing beyond the part
    if constexpr (std::is_same_v<typename L::kind, op::conv2d_kind>) {
      constexpr npu::unit_class u = mine::class_of_form(l, npu::turned_form);
      npu::turn_shape const s(a, npu::turned_axis<u>, npu::filter_size(u.kind));
      i64 const last = s.origin + i64{s.rows - 1} * s.row_stride + i64{s.columns - 1} * s.column_stride + i64{s.channels - 1} * s.channel_stride;
      CHECK(s.origin >= 0);
      CHECK(last < tile_bytes(l.with[npu::at::x], lengths));
    }
  }
  kernel_code const all[] = {mine::template code<l, 0>, mine::template code<l, 1>, mine::template code<l, forms < 3 ? 0 : 2>, mine::template code<l, forms < 4 ? 0 : 3>, mine::template code<l, forms < 5 ? 0 : 4>};
  kernel_code const run = all[form];
  kernel_code const reference = mapping<typename L::kind, reference_engine>::template code<l, 0>;
  for (kernel_phase phase : reference.phase)
    if (phase != nullptr) phase(0, 1, plain);
  std::vector<u8> const before(tile_of_y, tile_of_y + tile_bytes(l.with[npu::at::y], lengths)), home_before = home[npu::at::y];
  auto const gives = [&](kernel_code const& phases, kernel_arguments const& arguments) {
    std::copy(before.begin(), before.end(), tile_of_y);
    home[npu::at::y] = home_before;
    for (kernel_phase phase : phases.phase)
      for (int core = 0; phase != nullptr && core < 8; ++core) phase(core, 8, arguments);
    rows_test::move_part(l.with[npu::at::y], b, home[npu::at::y].data(), tile_of_y, true);
    CHECK(home[npu::at::y] == expected);
  };
  gives(run, a);
  if (lowered_call tile; tile.lower(run, a)) {
    gives(tile.code(), tile.block());
    ++made.lowered;
  }
  static_assert(npu::folded_form == npu::gathered_form && npu::rest_form == npu::turned_form);  // counted there
  int* const counted[] = {&made.sums, &made.requantised, &made.gathered, &made.turned, &made.picked};
  ++*counted[form];
}

template <class L>
void all_forms(u64 seed, calls& made) {
  constexpr mapping_facts m = facts_of<L, simulated_npu>();
  random_numbers random(seed);
  int taken = 0;
  for (int f = 0; f < m.form_count; ++f) {
    if (!m.takes(L::descriptor, f)) continue;
    ++taken;
    for (int i = 0; i < 12; ++i) compare<L>(f, random, made);
  }
  CHECK(taken >= 1);
}

/// Convolutions of one shape: x H x W x C, K outputs, window R x S.
template <class X, class W, class Y, index h, index w, index c, index k, index r, index s, op::conv2d_params p>
struct convolution {
  static constexpr index high = (h + p.pad.top + p.pad.bottom - p.dilation.rows * (r - 1) - 1) / p.stride.rows + 1;
  static constexpr index wide = (w + p.pad.left + p.pad.right - p.dilation.columns * (s - 1) - 1) / p.stride.columns + 1;
  struct x : tensor<x, X, shape<1, h, w, c>, role::input> {};
  struct weight : constant<weight, W, shape<k, r, s, c / p.groups>, image_place{0, 1}> {};
  struct bias : constant<bias, i32, shape<k>, image_place{0, 2}> {};
  struct mul : constant<mul, i32, shape<k>, image_place{0, 3}> {};
  struct add : constant<add, i32, shape<k>, image_place{0, 4}> {};
  struct y : tensor<y, Y, shape<1, high, wide, k>, role::output> {};
  struct layer : op::conv2d<layer, x, weight, y, p, deeploy::bias<bias>, deeploy::scale<mul, add>> {};
};
constexpr requantisation to_i8{.shift = 16, .zero = 3}, to_u8{.shift = 15, .low = 0, .high = 255}, down{.round = rounding::down, .shift = 17};

template <class X, class W, class Y, index rows, index inputs, index outputs, requantisation q>
struct linear {
  struct x : tensor<x, X, shape<rows, inputs>, role::input> {};
  struct weight : constant<weight, W, shape<inputs, outputs>, image_place{0, 1}> {};
  struct bias : constant<bias, i32, shape<outputs>, image_place{0, 2}> {};
  struct y : tensor<y, Y, shape<rows, outputs>, role::output> {};
  struct layer : op::matmul<layer, x, weight, y, op::matmul_params{.result = q}, deeploy::bias<bias>> {};
};

TEST_CASE("convolutions of 3x3, dense and depthwise") {
  calls made;
  all_forms<typename convolution<i8, i8, i8, 13, 9, 30, 40, 3, 3, {.pad = {1, 1, 1, 1}, .result = to_i8}>::layer>(1, made);
  all_forms<typename convolution<u8, u8, u8, 8, 20, 3, 33, 3, 3, {.pad = {0, 1, 1, 0}, .result = to_u8}>::layer>(2, made);
  all_forms<typename convolution<u8, i8, i8, 7, 7, 57, 64, 3, 3, {.result = down}>::layer>(3, made);
  all_forms<typename convolution<i8, i8, i8, 14, 8, 61, 61, 3, 3, {.pad = {1, 1, 1, 1}, .groups = 61, .result = to_i8}>::layer>(4, made);
  CHECK(made.requantised >= 48);
  CHECK(made.sums >= 48);
}
/// The same with the channels of the input apart, as images of networks from elsewhere have them.
template <class X, class W, class Y, index h, index w, index c, index k, index r, op::conv2d_params p>
struct planes {
  static constexpr index high = (h + p.pad.top + p.pad.bottom - r) / p.stride.rows + 1, wide = (w + p.pad.left + p.pad.right - r) / p.stride.columns + 1;
  struct x : tensor<x, X, shape<1, c, h, w>, role::input> {};
  struct weight : constant<weight, W, shape<k, r, r, c / p.groups>, image_place{0, 1}> {};
  struct y : tensor<y, Y, shape<1, high, wide, k>, role::output> {};
  struct layer : op::conv2d<layer, view<x, {.of = {1, h, w, c}, .stride = {0, w, 1, h * w}}>, weight, y, p> {};
};
TEST_CASE("3x3 of planes, turned by the cores") {
  calls made;
  all_forms<typename planes<i8, i8, i8, 13, 9, 3, 40, 3, {.pad = {1, 1, 1, 1}, .result = to_i8}>::layer>(21, made);
  all_forms<typename planes<u8, i8, u8, 7, 14, 5, 20, 3, {.pad = {0, 1, 1, 0}, .result = to_u8}>::layer>(22, made);
  all_forms<typename planes<i8, i8, i8, 14, 8, 30, 30, 3, {.pad = {1, 1, 1, 1}, .groups = 30, .result = to_i8}>::layer>(23, made);
  all_forms<typename planes<u8, i8, i8, 9, 6, 34, 33, 1, {.result = to_i8}>::layer>(24, made);
  all_forms<typename planes<i8, i8, i8, 12, 15, 7, 20, 1, {.stride = {2, 3}, .result = to_i8}>::layer>(25, made);
  CHECK(made.turned >= 60);
  CHECK(made.lowered == made.turned);
}
TEST_CASE("pointwise convolutions, with strides") {
  calls made;
  all_forms<typename convolution<i8, i8, u8, 11, 13, 33, 70, 1, 1, {.result = to_u8}>::layer>(5, made);
  all_forms<typename convolution<u8, u8, i8, 12, 15, 64, 32, 1, 1, {.stride = {2, 3}, .result = to_i8}>::layer>(6, made);
  CHECK(made.requantised >= 24);
  CHECK(made.sums >= 24);
}
TEST_CASE("gathered windows") {
  calls made;
  all_forms<typename convolution<u8, i8, i8, 17, 12, 16, 40, 3, 3, {.stride = {2, 2}, .pad = {1, 1, 1, 1}, .result = to_i8}>::layer>(7, made);
  all_forms<typename convolution<i8, i8, u8, 20, 9, 1, 64, 10, 4, {.stride = {2, 2}, .pad = {4, 1, 5, 2}, .result = to_u8}>::layer>(8, made);
  all_forms<typename convolution<i8, u8, i8, 15, 15, 7, 33, 3, 5, {.pad = {2, 2, 2, 2}, .dilation = {2, 1}, .result = down}>::layer>(9, made);
  CHECK(made.gathered >= 36);
}
TEST_CASE("3x3 with strides, picked by the cores") {
  calls made;
  all_forms<typename convolution<u8, i8, i8, 17, 12, 61, 61, 3, 3, {.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 61, .result = to_i8}>::layer>(31, made);
  all_forms<typename convolution<i8, i8, u8, 4, 4, 64, 64, 3, 3, {.stride = {2, 2}, .pad = {1, 1, 0, 0}, .groups = 64, .result = to_u8}>::layer>(32, made);
  all_forms<typename convolution<i8, u8, i8, 16, 21, 30, 30, 3, 3, {.stride = {1, 3}, .pad = {0, 1, 1, 1}, .groups = 30, .result = down}>::layer>(33, made);
  all_forms<typename convolution<u8, i8, i8, 15, 14, 40, 33, 3, 3, {.stride = {3, 2}, .pad = {1, 0, 0, 1}, .result = to_i8}>::layer>(34, made);
  CHECK(made.picked >= 48);
  CHECK(made.lowered >= made.picked);
}
TEST_CASE("rows of matrices") {
  calls made;
  all_forms<typename linear<i8, i8, i8, 1, 100, 70, {.shift = 15, .mul = 5}>::layer>(10, made);
  all_forms<typename linear<i8, i8, i8, 1, 252, 70, {.shift = 15, .mul = 5}>::layer>(14, made);
  all_forms<typename linear<u8, i8, u8, 1, 643, 40, {.shift = 15, .mul = 5, .low = 0, .high = 255}>::layer>(15, made);
  all_forms<typename linear<i8, u8, i8, 1, 1000, 10, {.shift = 17, .mul = 5}>::layer>(16, made);
  all_forms<typename linear<u8, i8, i8, 5, 33, 32, {.shift = 15, .mul = 9}>::layer>(11, made);
  all_forms<typename linear<i8, u8, u8, 65, 64, 96, {.shift = 14, .mul = 3, .low = 0, .high = 255}>::layer>(12, made);
  all_forms<typename linear<i8, i8, i32, 23, 48, 40, no_requantisation>::layer>(13, made);
  CHECK(made.requantised >= 72);
  CHECK(made.sums >= 84);
  CHECK(made.gathered == 36);
}
/// One row with scales of one kind or another.
template <class X, class W, class Y, index inputs, index outputs, requantisation q, class... Options>
struct scaled_row {
  struct x : tensor<x, X, shape<1, inputs>, role::input> {};
  struct weight : constant<weight, W, shape<inputs, outputs>, image_place{0, 1}> {};
  struct y : tensor<y, Y, shape<1, outputs>, role::output> {};
  struct layer : op::matmul<layer, x, weight, y, op::matmul_params{.result = q}, Options...> {};
};
template <index outputs>
struct channel_mul : constant<channel_mul<outputs>, i32, shape<outputs>, image_place{0, 3}> {};
template <index outputs>
struct channel_add : constant<channel_add<outputs>, i32, shape<outputs>, image_place{0, 4}> {};
template <index outputs>
struct channel_bias : constant<channel_bias<outputs>, i32, shape<outputs>, image_place{0, 2}> {};
TEST_CASE("one row of which the cores take the rest") {
  calls made;
  constexpr requantisation few{.shift = 15, .mul = 5}, to_u8{.shift = 15, .mul = 5, .low = 0, .high = 255};
  all_forms<typename linear<i8, i8, i8, 1, 256, 256, few>::layer>(41, made);
  all_forms<typename linear<u8, i8, u8, 1, 253, 70, to_u8>::layer>(42, made);
  all_forms<typename linear<i8, u8, i8, 1, 255, 33, {.shift = 17, .mul = 5}>::layer>(43, made);
  all_forms<typename linear<u8, u8, u8, 1, 1024, 64, to_u8>::layer>(44, made);
  all_forms<typename linear<i8, i8, i8, 1, 347, 65, few>::layer>(45, made);
  all_forms<typename linear<u8, i8, i8, 1, 515, 31, few>::layer>(46, made);
  all_forms<typename linear<i8, i8, i8, 1, 1291, 97, few>::layer>(47, made);
  all_forms<typename scaled_row<i8, i8, i8, 256, 70, few>::layer>(48, made);
  all_forms<typename scaled_row<i8, i8, i8, 265, 70, {.shift = 15}, scale<channel_mul<70>, channel_add<70>>>::layer>(49, made);
  all_forms<typename scaled_row<u8, i8, i8, 256, 61, {.shift = 15}, scale<channel_mul<61>, channel_add<61>>>::layer>(50, made);
  CHECK(made.turned == 120);
  // Where the layer has all operands, there is no place for the cores' weights.
  using full = typename scaled_row<i8, i8, i8, 256, 64, {.shift = 15}, bias<channel_bias<64>>, scale<channel_mul<64>, channel_add<64>>>::layer;
  CHECK_FALSE(mapping<op::matmul_kind, simulated_npu>::takes(full::descriptor, npu::rest_form));
}
TEST_CASE("what the unit would not compute exactly is refused") {
  using layer = typename linear<i8, i8, i8, 4, 512, 8, {.shift = 20, .mul = 1 << 12}>::layer;
  using mine = mapping<op::matmul_kind, simulated_npu>;
  std::vector<i8> weight(512 * 8, 127);
  std::vector<i32> bias(8, 0);
  constant_values v;
  v.of[1] = weight.data(), v.of[2] = bias.data();
  REQUIRE(mine::takes(layer::descriptor, npu::requantised_form));
  CHECK_FALSE(mine::exact(layer::descriptor, npu::requantised_form, v));  // 512 * 128 * 127 * 4096 overflows
  CHECK(mine::exact(layer::descriptor, npu::sums_form, v));
  weight.assign(weight.size(), 1);
  CHECK(mine::exact(layer::descriptor, npu::requantised_form, v));
  bias[5] = 1 << 20;  // one channel is enough
  CHECK_FALSE(mine::exact(layer::descriptor, npu::requantised_form, v));
}
}  // namespace
}  // namespace deeploy::npu_layers
