// SPDX-License-Identifier: Apache-2.0
// Tiles of the NPU, lowered: the registers' words are made by the compiler. One core writes them, if it can while others are
// at work; all make the scales ready; then the jobs run, and the cores may make the next tile ready meanwhile.
#pragma once
#include <cluster/small_shares.hpp>
#include <deeploy/detail/meta.hpp>
#include <deeploy/lowered.hpp>
#include <npu/gather.hpp>
#include <npu/unit_jobs.hpp>

namespace deeploy::npu {
/// What a tile's block holds, and the code that reads it.
///
/// @tparam C       the layer's class
/// @tparam U       which product it is for the unit; it requantises. Of any width of scales: they share the code
/// @tparam Driver  starts jobs and waits for them
template <kernel_class C, unit_class U, class Driver>
struct lowered_phases {
  static constexpr bool lays_out = U.gathers || U.turns;
  static constexpr int address_words = 6, constant_words = job_words - address_words;
  /// Pointers: words 0 to 5 of the first job; then, as far as there are such, input and output of the second, what the
  /// input is laid out from, where picked results go, and mul, add and bias of the channels.
  static constexpr int second = address_words, laid_out_from = second + (U.two_jobs ? 2 : 0), picked_to = laid_out_from + lays_out, per_channel = picked_to + U.picks;
  static constexpr int channel_operands[3] = {at::mul, at::add, at::bias};
  static constexpr bool by_channel = C.present[at::mul] || C.present[at::add] || C.present[at::bias];
  static constexpr int place_of(int o) {
    int place = per_channel;
    for (int p : channel_operands) {
      if (p == o) break;
      place += C.present[p];
    }
    return place;
  }
  static constexpr int pointers = per_channel + C.present[at::mul] + C.present[at::add] + C.present[at::bias];

  template <int id>
  struct nothing {};
  struct second_job {
    i32 jobs;
    u32 second[3];  ///< words 16, 17 and 19
  };
  struct channel_steps {
    i32 mul, add;  ///< where they do not come from operands
    i32 step[3];     ///< elements from channel to channel of mul, add and bias
  };
  template <bool is, class Part, int id>
  using part = deeploy::detail::select<is, Part, nothing<id>>;
  using laid_out = deeploy::detail::select<U.gathers, gather_shape, turn_shape>;
  struct constants : part<U.two_jobs, second_job, 0>, part<by_channel, channel_steps, 1>, part<lays_out, laid_out, 2>, part<U.picks, pick_shape, 3> {
    u32 word[constant_words];
    i32 channels;
    u32 scales;       ///< a word of them, where they do not come from an operand
    i32 bias;         ///< of every bias word, or all of it
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
    constexpr bool at_once = sizeof(void*) == 4 && pointers == address_words && !U.two_jobs && !by_channel && !lays_out && !U.picks;
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
    if constexpr (!C.present[at::mul]) cluster::fill_pairs(scale, b.constants.scales, mine.count * b.constants.scale_pairs);
    if constexpr (!by_channel) {
      cluster::fill_pairs(bias, static_cast<u32>(b.constants.bias), 4 * mine.count);
    } else {
      index const behind = (mine.begin + mine.count) * 8, end = behind < b.constants.channels ? behind : b.constants.channels;
      for (index k = mine.begin * 8; k < end; ++k) {
        u32 const mul = channel<0>(b, b.constants.mul, k);
        if constexpr (C.present[at::mul]) cluster::rows::put_word(scale, mul);
        cluster::rows::put_word(bias, channel<2>(b, 0, k) * mul + channel<1>(b, b.constants.add, k) + static_cast<u32>(b.constants.bias));
      }
    }
  }
  /// The jobs run: all scales are ready, and the first one's words are written.
  static void queue(int, int, kernel_arguments const& a) {
    Driver::commit();
    if constexpr (U.two_jobs) {
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
      if constexpr (U.gathers) gather(core, cores, b.constants, b.at[laid_out_from], behind_scales);
      if constexpr (U.turns) turn(core, cores, b.constants, b.at[laid_out_from], behind_scales);
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
    if constexpr (U.picks) pick(core, cores, b.constants, static_cast<u8 const*>(b.at[2]), b.at[picked_to]);
  }
  template <int i>
  static u32 channel(block const& b, i32 otherwise, index k) {
    constexpr int o = channel_operands[i];
    if constexpr (C.present[o])
      return static_cast<u32>(static_cast<i32 const*>(b.at[place_of(o)])[k * b.constants.step[i]]);
    else
      return static_cast<u32>(otherwise);
  }
};

/// Lowers tiles. @see lowered_phases
template <kernel_class C, unit_class U, class Driver>
struct lowered_unit : lowered_phases<C, of_any_scales(U), Driver> {
  using base = lowered_phases<C, of_any_scales(U), Driver>;

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
    c.bias = static_cast<i32>(npu_requant(q, 0, 0, 0).bias) + (base::by_channel ? 0 : v[2]);
    if constexpr (base::by_channel) {
      c.mul = v[1], c.add = v[2];
      for (int i = 0; i < 3; ++i) c.step[i] = a.with[base::channel_operands[i]].stride[U.channel_axis];
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
