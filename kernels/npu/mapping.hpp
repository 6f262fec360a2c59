// SPDX-License-Identifier: Apache-2.0
// What the mappings of the NPU share: what a layer must be like, how its constants are packed, when scales are exact.
#pragma once
#include <deeploy/engine/mapping.hpp>
#include <npu/cycles.hpp>
#include <npu/pack.hpp>
#include <npu/requant.hpp>

namespace deeploy::npu {
/// Satisfied by engines that are the NPU, driven by one core of the cluster.
template <class E>
concept NpuEngine = requires { typename E::driver; E::weight_memory_cycles; };

/// Operands; convolutions and matrix products have them at the same places.
namespace at {
inline constexpr int x = 0, weight = 1, bias = 2, mul = 3, add = 4, y = 5;
}

/// Which product a layer is for the unit.
struct unit_class {
  form kind = form::pointwise;
  bool rows_of_pixels = false;  ///< a matrix product, whose rows are laid out as pixels
  bool gathers = false;         ///< the cores lay the windows out as pixels of the 1x1 form
  bool turns = false;           ///< the cores lay the input out anew, channels of a pixel side by side
  bool picks = false;           ///< of windows that are no neighbours the cores pick the wanted from all
  bool requantises = false;     ///< the unit stores the results; else it leaves 32-bit sums to the cores
  bool signed_weights = true;
  bool byte_scales = false;     ///< one factor for all channels, of at most 8 bits: four channels' scales come at once
  bool folds = false;           ///< one row is a pixel of the 3x3 form
  i8 rest = -1;                 ///< not -1: of one row the cores take what is left of whole steps; the operand in whose place their weights are seen
  bool rest_is_word = false;    ///< of at most four inputs
  bool two_jobs = false;        ///< rows that are no whole line of pixels may be a job of their own
  u8 channel_axis = 4;          ///< of the outputs
  constexpr bool operator==(unit_class const&) const = default;
  constexpr bool has_rest() const { return rest >= 0; }
  constexpr i32 weight_offset() const { return signed_weights ? -128 : 0; }
};

/// Along which the channels of the input lie.
template <unit_class U>
inline constexpr int turned_axis = U.kind == form::depthwise_3x3 ? U.channel_axis : 5;

/// Pixels of a turned input along rows (1) or columns (2).
constexpr index turned_length(kernel_arguments const& a, int axis, index filter) { return filter == 1 ? a.length[axis] : a.limit[axis]; }

/// The forms of every mapping.
inline constexpr int sums_form = 0, requantised_form = 1, gathered_form = 2, turned_form = 3, picked_form = 4;
/// Of matrix products.
inline constexpr int folded_form = 2, rest_form = 3;

constexpr bool one_byte(element e) { return e == element::i8 || e == element::u8; }

/// Is there one factor, and does it fit a byte?
constexpr bool has_byte_scale(layer_descriptor const& l) { return l.with[at::mul].of == nullptr && l.values[1] >= 0 && l.values[1] <= 255; }

/// An operand that the layer does not have, for weights of the cores; -1: it has all.
constexpr int place_of_rest(layer_descriptor const& l) {
  constexpr int places[] = {at::bias, at::add, at::mul};
  for (int o : places)
    if (l.with[o].of == nullptr) return o;
  return -1;
}

/// Operands that the unit touches; none where they finish what the unit began.
constexpr u32 operands_of_unit(unit_class const& c) {
  if (!c.requantises || c.picks) return 0;
  return 1u << at::weight | 1u << at::y | (c.gathers || c.turns ? 0 : 1u << at::x);
}
/// Of these, what the cores read too.
constexpr u32 operands_of_both(unit_class const& c) { return c.has_rest() ? 1u << at::x : 0; }

/// Distance of neighbours along an axis in the storage; 0 where there is none or it is not one distance.
constexpr index step_along(operand const& o, int axis) {
  index found = 0;
  for (int i = 0; i < o.rank; ++i)
    if (o.dim[i].axis == axis) {
      if (o.dim[i].split() || found != 0) return 0;
      found = o.dim[i].stride * o.dim[i].scale;
    }
  return found;
}
constexpr bool lies_along(operand const& o, int axis, index length) { return length == 1 || step_along(o, axis) == 1; }

/// Is this operand absent, or a constant that differs between channels at most?
constexpr bool per_channel(layer_descriptor const& l, int which, int channel_axis) {
  operand const& o = l.with[which];
  if (o.of == nullptr) return true;
  for (int a = 0; a < l.axes; ++a)
    if (a != channel_axis && l.space[a].length != 1 && depends_on(o, a)) return false;
  return o.of->use == role::constant;
}

/// What convolutions and matrix products must have in common.
constexpr bool takes_operands(layer_descriptor const& l, unit_class const& c, int form) {
  operand const &x = l.with[at::x], &w = l.with[at::weight], &y = l.with[at::y];
  if (!one_byte(x.of->type) || !one_byte(w.of->type) || w.of->use != role::constant || w.slide_slot != 0) return false;
  if (form == sums_form) return true;
  rounding const round = static_cast<rounding>(l.classes[2]);
  return one_byte(y.of->type) && l.classes[1] != 0 && lies_along(y, c.channel_axis, l.space[c.channel_axis].length) &&
         (round == rounding::half_up || round == rounding::down) && per_channel(l, at::bias, c.channel_axis) &&
         per_channel(l, at::mul, c.channel_axis) && per_channel(l, at::add, c.channel_axis);
}

/// The weights as the unit reads them: one dimension along the outputs, one of bytes.
constexpr operand packed_weights(layer_descriptor const& l, unit_class const& c, index in_channels) {
  operand o;
  o.of = l.with[at::weight].of;
  o.rank = 2;
  bool const depthwise = c.kind == form::depthwise_3x3;
  index const outputs = l.space[c.channel_axis].length;
  o.dim[0].axis = static_cast<i8>(c.channel_axis);
  o.dim[0].divisor = depthwise ? output_tile(c.kind) : 1;
  o.dim[0].length = depthwise ? tiles_of(outputs, o.dim[0].divisor) : outputs;
  o.dim[0].stride = o.dim[1].length = packed_bytes(c.kind, 1, depthwise ? 1 : in_channels, 8);
  o.dim[1].stride = 1;
  return o;
}

/// Bytes for the cores behind the packed weights: so many for each output.
constexpr operand behind(operand const& packed, index pitch) {
  operand o = packed;
  o.offset = o.dim[0].length * o.dim[0].stride;
  o.dim[0].stride = o.dim[1].length = pitch;
  return o;
}

/// One element of a constant, by its place in the iteration space.
inline i32 element_at(operand const& o, void const* values, index const* place) {
  i64 at = o.offset;
  for (int i = 0; i < o.rank; ++i) {
    dimension const& d = o.dim[i];
    index subscript = d.shift;
    if (d.axis >= 0) subscript += d.scale * place[d.axis];
    if (d.window_axis >= 0) subscript += d.window_scale * place[d.window_axis];
    if (d.split()) subscript = place[d.axis] / d.divisor;
    if (d.modulus != 0) subscript %= d.modulus;
    at += i64{subscript} * d.stride;
  }
  switch (o.of->type) {
    case element::i8: return static_cast<i8 const*>(values)[at];
    case element::u8: return static_cast<u8 const*>(values)[at];
    case element::i16: return static_cast<i16 const*>(values)[at];
    case element::u16: return static_cast<u16 const*>(values)[at];
    default: return static_cast<i32 const*>(values)[at];
  }
}

/// Does the unit's own requantisation equal the layer's for all channels, whatever the inputs are?
///
/// @param weight_of  called as weight_of(channel, f): calls f(w) for every weight of an output channel
template <class WeightOf>
bool exact_for_all(layer_descriptor const& l, unit_class const& c, constant_values const& v, WeightOf weight_of) {
  requantisation const q{.round = static_cast<rounding>(l.classes[2]), .shift = static_cast<u8>(l.values[0]), .mul = l.values[1],
                         .add = l.values[2], .zero = l.values[3], .low = l.values[4], .high = l.values[5]};
  for (index k = 0; k < l.space[c.channel_axis].length; ++k) {
    index place[max_axes] = {};
    place[c.channel_axis] = k;
    auto const value = [&](int o, i32 otherwise) { return l.with[o].of == nullptr ? otherwise : element_at(l.with[o], v.of[o], place); };
    accumulator_range range;
    weight_of(k, [&](i32 w) { range.add(w, l.with[at::x].of->type); });
    if (!npu_requant_exact(q, value(at::mul, q.mul), value(at::add, q.add), value(at::bias, 0), range)) return false;
  }
  return true;
}

/// Scales and biases in scratch, a word a channel each, in whole accesses of the streamers.
constexpr i64 scales_bytes(index channels) { return i64{tiles_of(channels, 8)} * word_bytes; }

/// Windows laid out by the cores: bytes from one pixel to the next.
constexpr index gathered_pitch(index depth) { return (depth + 7) & ~7; }

/// Core cycles to program a job that the compiler made; to make one at run time, where the cores finish sums; and to wait for
/// one where they pick results.
inline constexpr i64 program_cycles = 210, call_cycles = 1500, wait_cycles = 550;
/// Of the instructions that the cores run through.
constexpr i64 code_bytes_of(unit_class const& c) { return c.gathers || c.turns ? 700 : c.picks ? 550 : c.has_rest() ? (c.rest_is_word ? 350 : 550) : c.requantises ? 160 : 700; }
/// The cores' part of a tile of a requantising form: the job's registers, and the scales at the same time.
///
/// @param rest_words  of inputs that the cores multiply for each channel
constexpr i64 ready_cycles(layer_descriptor const& l, index channels, index rest_words = 0) {
  bool const one_scale = l.with[at::mul].of == nullptr && l.with[at::add].of == nullptr, biased = l.with[at::bias].of != nullptr;
  i64 const each = !one_scale ? 16 + 8 * rest_words : rest_words > 1 ? 10 + 3 * rest_words : rest_words != 0 ? 7 : biased ? 5 : 3;
  i64 const scales = (one_scale && !biased && rest_words == 0 ? 40 : 60) + channels * each / 7;
  return scales > program_cycles ? scales : program_cycles;
}
/// Of the cores, to finish sums.
constexpr i64 finish_cycles(layer_descriptor const& l, i64 results) { return 150 + results * (l.classes[1] == 0 ? 56 : l.classes[3] != 0 ? 175 : 104) / 8; }
}  // namespace deeploy::npu
