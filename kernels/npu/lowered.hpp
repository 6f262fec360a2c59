// SPDX-License-Identifier: Apache-2.0
// Tiles of the NPU, lowered: the registers' words are made by the compiler. One core writes them, if it can while others are
// at work; all make the scales ready; then the jobs run, and the cores may make the next tile ready meanwhile.
#pragma once
#include <cluster/small_shares.hpp>
#include <deeploy/detail/meta.hpp>
#include <deeploy/lowered.hpp>
#include <npu/channel_words.hpp>
#include <npu/gather.hpp>
#include <npu/unit_jobs.hpp>

namespace deeploy::npu {
/// What the code of a tile depends on: all else stands in its block.
struct phase_class {
  bool mul = false, add = false, bias = false;  ///< operands with a word for each channel
  bool gathers = false, turns = false, picks = false, two_jobs = false;
  bool has_rest = false, rest_is_word = false;  ///< inputs that the cores multiply; at most four
  cluster::signs signs = {};                    ///< of these and their weights
  constexpr bool operator==(phase_class const&) const = default;
};
constexpr phase_class phases_of(kernel_class const& c, unit_class const& u) {
  bool const x = c.type[at::x] == element::i8, w = u.signed_weights;
  return {.mul = c.present[at::mul], .add = c.present[at::add], .bias = c.present[at::bias], .gathers = u.gathers, .turns = u.turns, .picks = u.picks, .two_jobs = u.two_jobs,
          .has_rest = u.has_rest(), .rest_is_word = u.rest_is_word,
          .signs = !u.has_rest() ? cluster::signs::ss : x ? (w ? cluster::signs::ss : cluster::signs::su) : w ? cluster::signs::us : cluster::signs::uu};
}

/// What a tile's block holds, and the code that reads it.
///
/// @tparam P       of the tile's layer; the unit requantises
/// @tparam Driver  starts jobs and waits for them
template <phase_class P, class Driver>
struct lowered_phases {
  static constexpr bool lays_out = P.gathers || P.turns;
  static constexpr int address_words = 6, constant_words = job_words - address_words;
  /// Pointers: words 0 to 5 of the first job; then, as far as there are such, input and output of the second, what the
  /// input is laid out from, where picked results go, the last four inputs and the cores' weights, and mul, add and bias of the
  /// channels.
  static constexpr int second = address_words, laid_out_from = second + (P.two_jobs ? 2 : 0), picked_to = laid_out_from + lays_out, last_inputs = picked_to + P.picks,
                       rest_weights = last_inputs + 1, of_mul = last_inputs + (P.has_rest ? 2 : 0), of_add = of_mul + P.mul, of_bias = of_add + P.add, pointers = of_bias + P.bias;
  static constexpr int channel_operands[3] = {at::mul, at::add, at::bias};
  static constexpr bool by_channel = P.mul || P.add || P.bias || P.has_rest;

  template <int id>
  struct nothing {};
  struct second_job {
    i32 jobs;
    u32 second[3];  ///< words 16, 17 and 19
  };
  struct channel_steps {
    i32 mul;      ///< where it does not come from an operand
    i32 step[3];  ///< bytes from channel to channel of mul, add and bias
  };
  struct rest_shape {
    i32 rest_shift;                   ///< of the last four inputs, so that the cores' are left
    i32 rest_words = 0, rest_bytes = 0;  ///< before the last one: words, and bytes from the first to the last four
    i32 rest_pitch = 4;               ///< bytes of a channel's weights
  };
  template <bool is, class Part, int id>
  using part = deeploy::detail::select<is, Part, nothing<id>>;
  using laid_out = deeploy::detail::select<P.gathers, gather_shape, turn_shape>;
  struct constants : part<P.two_jobs, second_job, 0>, part<by_channel, channel_steps, 1>, part<lays_out, laid_out, 2>, part<P.picks, pick_shape, 3>, part<P.has_rest, rest_shape, 4> {
    u32 word[constant_words];
    i32 channels;
    u32 scales;       ///< a word of them, where they do not come from an operand
    i32 bias;         ///< of every bias word what is the same for all, or all of it
    i32 scale_pairs, scale_bytes;      ///< of eight channels: pairs of words
    cluster::small_shares eights;      ///< of the channels: there is room up to the next multiple
  };
  static constexpr int second_words[3] = {16, 17, 19};

  using block = lowered_block<pointers, constants>;
  static u32 word_of(void const* p) { return static_cast<u32>(reinterpret_cast<__UINTPTR_TYPE__>(p)); }
  /// All words of the first job, into a place of the queue.
  static void write_first(int, int, kernel_arguments const& a) {
    block const& b = block::of(a);
    Driver::acquire();
    Driver::write(0, Driver::weight_offset(b.at[0]));
    // The words of a simple job lie side by side.
    constexpr bool at_once = sizeof(void*) == 4 && pointers == address_words && !P.two_jobs && !by_channel && !lays_out && !P.picks;
    Driver::write_words(1, b.at + 1, at_once ? job_words - 1 : address_words - 1);
    if constexpr (at_once)
      static_assert(__builtin_offsetof(constants, word) == 0);
    else
      Driver::write_words(address_words, b.constants.word, constant_words);
  }

  /// What the cores make ready for the job: its scales.
  static void fill_scales(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    auto const mine = b.constants.eights.of(core, cores);
    if (mine.count <= 0) return;
    u8* scale = static_cast<u8*>(b.at[3]) + mine.begin * b.constants.scale_bytes;
    u8* bias = static_cast<u8*>(b.at[5]) + mine.begin * 32;
    cluster::rows::order_memory();
    if constexpr (!P.mul) cluster::fill_pairs(scale, b.constants.scales, mine.count * b.constants.scale_pairs);
    if constexpr (!by_channel) {
      cluster::fill_pairs(bias, static_cast<u32>(b.constants.bias), 4 * mine.count);
    } else {
      index const first = mine.begin * 8, behind = (mine.begin + mine.count) * 8, end = behind < b.constants.channels ? behind : b.constants.channels;
      fill_channels(b, first, end - first, scale, bias);
    }
  }
  /// Scales and biases of n channels, which differ.
  static void fill_channels(block const& b, index first, index n, u8* scale, u8* bias) {
    using words = channel_words<P.bias, P.has_rest, P.rest_is_word, P.signs>;
    channel_steps const& each = b.constants;
    auto const of_first = [&](int pointer, int i) { return static_cast<u8 const*>(b.at[pointer]) + first * each.step[i]; };
    channel_sources from{};
    core_inputs x{};
    if constexpr (P.bias) from.biases = of_first(of_bias, 2), from.bias_on = each.step[2];
    if constexpr (P.has_rest) {
      rest_shape const& r = b.constants;
      auto const* const last = static_cast<u8 const*>(b.at[last_inputs]);
      x.last = cluster::xpulp::load_word(last) >> r.rest_shift;
      if constexpr (!P.rest_is_word) x.at = last - r.rest_bytes, x.words = r.rest_words;
      from.pitch = P.rest_is_word ? 4 : r.rest_pitch;
      from.weights = static_cast<u8 const*>(b.at[rest_weights]) + first * from.pitch;
    }
    u32 const mul = static_cast<u32>(each.mul), add = static_cast<u32>(b.constants.bias);
    if constexpr (!P.mul && !P.add) {
      words::put_pairs(bias, from, x, mul, add, n >> 1);
      if (n & 1) cluster::rows::put_word(bias, static_cast<u32>(words::next(from, x)) * mul + add);
    } else {
      u8 const *muls = nullptr, *adds = nullptr;
      if constexpr (P.mul) muls = of_first(of_mul, 0);
      if constexpr (P.add) adds = of_first(of_add, 1);
      for (; n > 0; --n) {
        u32 m = mul, a = add;
        if constexpr (P.mul) cluster::rows::put_word(scale, m = static_cast<u32>(cluster::rows::next<i32>(muls, each.step[0])));
        if constexpr (P.add) a += static_cast<u32>(cluster::rows::next<i32>(adds, each.step[1]));
        cluster::rows::put_word(bias, static_cast<u32>(words::next(from, x)) * m + a);
      }
    }
  }
  /// The jobs run: all scales are ready, and the first one's words are written.
  static void queue(int, int, kernel_arguments const& a) {
    Driver::commit();
    if constexpr (P.two_jobs) {
      block const& b = block::of(a);
      if (b.constants.jobs != 2) return;
      write_first(0, 1, a);
      Driver::write(1, word_of(b.at[second]));
      Driver::write(2, word_of(b.at[second + 1]));
      for (int i = 0; i < 3; ++i) Driver::write(second_words[i], b.constants.second[i]);
      Driver::commit();
    }
  }
  /// All that comes before: one core writes while the others begin; all lay the input out where that is done anew.
  static void begin(int core, int cores, kernel_arguments const& a) {
    int const apart = cores > 1;
    if (core == 0) write_first(0, 1, a);
    if constexpr (lays_out) {
      block const& b = block::of(a);
      u8* const behind_scales = static_cast<u8*>(b.at[5]) + scales_bytes(b.constants.channels);
      if constexpr (P.gathers) gather(core, cores, b.constants, b.at[laid_out_from], behind_scales);
      if constexpr (P.turns) turn(core, cores, b.constants, b.at[laid_out_from], behind_scales);
    }
    if (core >= apart) fill_scales(core - apart, cores - apart, a);
  }
  /// To the end. Nobody else may touch the tile before the barrier behind.
  static void compute(int core, int, kernel_arguments const& a) {
    if (core != 0) return;
    queue(0, 1, a);
    Driver::finish();
  }
  static void pick_results(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    if constexpr (P.picks) pick(core, cores, b.constants, static_cast<u8 const*>(b.at[2]), b.at[picked_to]);
  }
};

/// Lowers tiles. @see lowered_phases
template <kernel_class C, unit_class U, class Driver>
struct lowered_unit : lowered_phases<phases_of(C, U), Driver> {
  using base = lowered_phases<phases_of(C, U), Driver>;

  /// A word each.
  static constexpr bool reads(int o) { return !C.present[o] || C.type[o] == element::i32; }

  static constexpr void place_input(lowered_tile& t, i64 in_operand, i64 in_scratch) {
    if constexpr (base::lays_out)
      t.point(lowered_tile::in_scratch, in_scratch);
    else
      t.point(at::x, in_operand);
  }

  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    if (!reads(at::mul) || !reads(at::add) || !reads(at::bias)) return false;
    unit_jobs const jobs = jobs_of<U>(a, C.type[at::x] == element::i8);
    placed_job const &first = jobs.of[0], &rest = jobs.of[jobs.count - 1];
    typename base::constants c{};
    job const words = make_job(first.d), last = make_job(rest.d);
    for (int i = 0; i < base::constant_words; ++i) c.word[i] = words.word[base::address_words + i];
    c.channels = a.length[U.channel_axis];
    i32 const* const v = a.values;
    requantisation const q{.round = static_cast<rounding>(C.classes[2]), .shift = static_cast<u8>(v[0]), .mul = v[1], .add = v[2], .zero = v[3], .low = v[4], .high = v[5]};
    c.scales = static_cast<u32>(v[1]) * (U.byte_scales ? 0x0101'0101u : 1u);
    c.scale_pairs = U.byte_scales ? 1 : 4;
    c.scale_bytes = 8 * c.scale_pairs;
    c.eights = cluster::small_shares(tiles_of(c.channels, 8));
    c.bias = static_cast<i32>(npu_requant(q, 0, C.present[at::add] ? 0 : v[2], 0).bias);
    if constexpr (base::by_channel) {
      c.mul = v[1];
      for (int i = 0; i < 3; ++i) c.step[i] = 4 * a.with[base::channel_operands[i]].stride[U.channel_axis];
    }

    // The unit counts from the padded origin.
    auto const padded = [](placed_job const& j) { return j.input - i64{j.d.pad_top} * j.d.input_row_stride - j.d.pad_left * j.d.input_pixel_stride; };
    i64 const scales = scales_bytes(first.d.out_channels);
    t.point(at::weight, 0);
    place_input(t, padded(first), 2 * scales + padded(first));
    t.point(U.picks ? lowered_tile::in_scratch : at::y, U.picks ? 2 * scales : first.output);
    t.point(lowered_tile::in_scratch, 0);
    t.point(lowered_tile::in_scratch, 0);
    t.point(lowered_tile::in_scratch, scales);
    if constexpr (U.two_jobs) {
      c.jobs = jobs.count;
      for (int i = 0; i < 3; ++i) c.second[i] = last.word[base::second_words[i]];
      place_input(t, padded(rest), 2 * scales + padded(rest));
      t.point(at::y, rest.output);
    }
    if constexpr (base::lays_out) t.point(at::x, 0);
    if constexpr (U.picks) t.point(at::y, 0);
    if constexpr (U.has_rest()) {
      split_row const row(a.length[5]);
      c.rest_words = row.pitch / 4 - 1;
      c.rest_shift = 8 * (row.pitch - row.rest);
      c.rest_bytes = row.rest - 4;
      c.rest_pitch = row.pitch;
      t.point(at::x, i64{a.with[at::x].origin} + a.length[5] - 4);
      t.point(U.rest, a.with[U.rest].origin);
    }
    for (int o : base::channel_operands)
      if (C.present[o]) t.point(o, i64{a.with[o].origin} * 4);
    if constexpr (U.gathers) static_cast<typename base::laid_out&>(c) = gather_shape(a);
    if constexpr (U.turns) static_cast<typename base::laid_out&>(c) = turn_shape(a, turned_axis<U>, filter_size(U.kind));
    if constexpr (U.picks) static_cast<pick_shape&>(c) = pick_shape(a, U.channel_axis);
    t.set(c);
    t.by_unit = true;
    t.phase[0] = &base::begin;
    t.phase[1] = &base::compute;
    if constexpr (U.picks) {
      t.phase[2] = &base::pick_results;
    } else {
      t.prepare = &base::begin;
      t.queue = &base::queue;
      if constexpr (!base::lays_out) {
        t.ahead = &base::write_first;
        t.prepare = &base::fill_scales;
      }
    }
    return true;
  }
};
}  // namespace deeploy::npu
