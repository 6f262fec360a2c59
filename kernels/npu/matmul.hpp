// SPDX-License-Identifier: Apache-2.0
// The NPU's mapping of op::matmul: linear layers in 1x1 form, rows as pixels; one row folded into the 3x3 form, all of it or whole
// steps with the rest by the cores.
#pragma once
#include <deeploy/op/matmul.hpp>
#include <npu/linear.hpp>
#include <npu/reach.hpp>
#include <npu/unit_kernel.hpp>

namespace deeploy {
template <npu::NpuEngine Engine>
struct mapping<op::matmul_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"sums", false}, {"requantised", false}, {"folded", false}, {"folded_rest", false}};
  static constexpr int rows = 3, outputs = 4, inputs = 5;

  static constexpr npu::unit_class class_of_form(layer_descriptor const& l, int form) {
    bool const folds = form == npu::folded_form || form == npu::rest_form;
    return {.kind = folds ? npu::form::dense_3x3 : npu::form::pointwise,
            .rows_of_pixels = true,
            .requantises = form != npu::sums_form,
            .signed_weights = l.with[npu::at::weight].of->type == element::i8,
            .byte_scales = form != npu::sums_form && npu::has_byte_scale(l),
            .folds = folds,
            .rest = static_cast<i8>(form == npu::rest_form ? npu::place_of_rest(l) : -1),
            .rest_is_word = form == npu::rest_form && npu::split_row(l.space[inputs].length).rest <= 4,
            .two_jobs = form == npu::requantised_form && l.space[rows].length > npu::tile_pixels,
            .channel_axis = outputs};
  }
  static constexpr bool takes(layer_descriptor const& l, int form) {
    for (int a = 0; a < rows; ++a)
      if (l.space[a].length != 1) return false;
    if (l.space[outputs].slot != 0 || l.space[inputs].slot != 0) return false;
    i32 const alpha = l.values[6], beta = l.values[7], a_zero = l.values[8], b_zero = l.values[9];
    if (alpha != 1 || a_zero != 0 || b_zero != 0 || (form != npu::sums_form && beta != 1)) return false;
    if (form == npu::folded_form && !is_sooner_folded(l)) return false;
    if (form == npu::rest_form && !is_sooner_with_rest(l)) return false;
    return npu::takes_operands(l, class_of_form(l, form), form) && npu::lies_along(l.with[npu::at::x], inputs, l.space[inputs].length);
  }
  static constexpr index multiple(layer_descriptor const&, int, int axis) { return axis == outputs ? 32 : axis == rows ? npu::tile_pixels : 1; }
  static constexpr index lines_of(index n) { return npu::tiles_of(n, npu::tile_pixels); }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    if (class_of_form(l, form).requantises) return 2 * npu::scales_bytes(tile[outputs]);
    return i64{4} * tile[outputs] * (tile[rows] < npu::tile_pixels ? tile[rows] : lines_of(tile[rows]) * npu::tile_pixels);
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    npu::unit_class const c = class_of_form(l, form);
    npu::job_descriptor d = job_of(c, unit_inputs(c, tile[inputs]), tile[outputs]);
    if (c.folds) return npu::job_cycles(npu::folded(d), Engine::weight_memory_cycles);
    i64 cycles = c.requantises ? 0 : npu::call_cycles + npu::finish_cycles(l, i64{tile[outputs]} * tile[rows]);
    // Rows that are no whole line of pixels are a job of their own.
    if (tile[rows] > npu::tile_pixels && tile[rows] % npu::tile_pixels != 0) cycles += npu::job_cycles(d, Engine::weight_memory_cycles) + (c.requantises ? 0 : npu::call_cycles);
    d.rows = tile[rows] >= npu::tile_pixels ? tile[rows] / npu::tile_pixels : lines_of(tile[rows]);
    d.columns = npu::tile_pixels;
    return cycles + npu::job_cycles(d, Engine::weight_memory_cycles);
  }
  static constexpr i64 ready_cycles(layer_descriptor const& l, int form, index const* tile) {
    return npu::ready_cycles(l, tile[outputs], form == npu::rest_form ? npu::split_row(tile[inputs]).pitch / 4 : 0) + (tile[rows] > npu::tile_pixels && tile[rows] % npu::tile_pixels != 0 ? npu::program_cycles : 0);
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int form, index const*) { return npu::code_bytes_of(class_of_form(l, form)); }
  static constexpr u32 by_unit(layer_descriptor const& l, int form) { return npu::operands_of_unit(class_of_form(l, form)); }
  static constexpr u32 by_both(layer_descriptor const& l, int form) { return npu::operands_of_both(class_of_form(l, form)); }
  static constexpr operand packed(layer_descriptor const& l, int form, int o) {
    npu::unit_class const c = class_of_form(l, form);
    index const n = unit_inputs(c, l.space[inputs].length);
    operand const units = npu::packed_weights(l, c, c.folds ? npu::folded_row(n).channels : n);
    if (o == npu::at::weight) return units;
    return c.has_rest() && o == c.rest ? npu::behind(units, npu::split_row(l.space[inputs].length).pitch) : operand{};
  }
  static void pack(layer_descriptor const& l, int form, int, void const* values, u8* to) {
    npu::unit_class const c = class_of_form(l, form);
    index const all = l.space[inputs].length, n = l.space[outputs].length;
    if (c.folds) {
      npu::folded_row const row(unit_inputs(c, all));
      npu::pack(npu::form::dense_3x3, n, row.channels, 8, c.weight_offset(),
                [&](index o, index i, index y, index x) { return row.weight(i, y, x, [&](index k) { return weight(l, values, o, k); }); }, to);
      if (!c.has_rest()) return;
      npu::split_row const split(all);
      to += npu::packed_bytes(npu::form::dense_3x3, n, row.channels, 8);
      for (index o = 0; o < n; ++o)
        for (index i = 0; i < split.pitch; ++i) *to++ = i < split.rest ? static_cast<u8>(weight(l, values, o, split.folded + i)) : u8{0};
      return;
    }
    npu::pack(npu::form::pointwise, l.space[outputs].length, l.space[inputs].length, 8, class_of_form(l, form).weight_offset(),
              [&](index o, index i, index, index) { return weight(l, values, o, i); }, to);
  }
  static bool exact(layer_descriptor const& l, int form, constant_values const& v) {
    npu::unit_class const c = class_of_form(l, form);
    return !c.requantises || npu::exact_for_all(l, c, v, [&](index k, auto f) {
      for (index i = 0; i < l.space[inputs].length; ++i) f(weight(l, v.of[npu::at::weight], k, i));
    });
  }
  /// Whole tiles of 36 pixels.
  static constexpr reach_beyond beyond(layer_descriptor const& l, int form, int o, index const* tile, bool in_place) {
    bool const requantises = class_of_form(l, form).requantises;
    i64 pixel = 0;
    if (npu::unit_class const c = class_of_form(l, form); o == npu::at::x && c.folds) {
      i64 const behind = npu::input_reach(npu::folded(job_of(c, unit_inputs(c, tile[inputs]), 1))).end - tile[inputs];
      return {0, behind > 0 ? behind : 0};
    }
    if (o == npu::at::x)
      pixel = in_place ? npu::step_along(l.with[o], rows) : tile[inputs];
    else if (o == npu::at::y && requantises)
      pixel = in_place ? npu::step_along(l.with[o], rows) : tile[outputs];
    else if (o == -1 && !requantises)
      pixel = i64{4} * tile[outputs];
    else
      return {};
    return {0, npu::tile_pixels * npu::tile_pixels * pixel + 2 * npu::word_bytes};
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = npu::unit_code<L, class_of_form(L, form), typename Engine::driver>();

 private:
  static constexpr npu::job_descriptor job_of(npu::unit_class const& c, index in, index out) {
    return {.kind = npu::form::pointwise, .in_channels = in, .out_channels = out, .output_32 = !c.requantises, .requantise = c.requantises, .scale_32 = !c.byte_scales};
  }
  /// Of a row.
  static constexpr index unit_inputs(npu::unit_class const& c, index n) { return c.has_rest() ? npu::split_row(n).folded : n; }
  /// One row of which whole steps take the unit fewer cycles than all of it in any other form. Whether the cores have the time for
  /// the rest is the planner's question.
  static constexpr bool is_sooner_with_rest(layer_descriptor const& l) {
    npu::split_row const row(l.space[inputs].length);
    if (l.space[rows].length != 1 || row.folded == 0 || row.rest == 0 || npu::place_of_rest(l) < 0) return false;
    npu::job_descriptor d = job_of(class_of_form(l, npu::requantised_form), l.space[inputs].length, l.space[outputs].length);
    i64 const pointwise = npu::job_cycles(d, Engine::weight_memory_cycles), folded = npu::job_cycles(npu::folded(d), Engine::weight_memory_cycles);
    d.in_channels = row.folded;
    return npu::job_cycles(npu::folded(d), Engine::weight_memory_cycles) < (folded < pointwise ? folded : pointwise);
  }
  /// One row of so many inputs, or for so few outputs, that the 3x3 form takes fewer cycles than the 1x1 form. Its weights may
  /// take more bytes.
  static constexpr bool is_sooner_folded(layer_descriptor const& l) {
    if (l.space[rows].length != 1 || l.space[inputs].length < npu::least_folded_inputs) return false;
    npu::job_descriptor const d = job_of(class_of_form(l, npu::requantised_form), l.space[inputs].length, l.space[outputs].length);
    return npu::job_cycles(npu::folded(d), Engine::weight_memory_cycles) < npu::job_cycles(d, Engine::weight_memory_cycles);
  }
  static i32 weight(layer_descriptor const& l, void const* values, index o, index i) {
    index place[max_axes] = {};
    place[outputs] = o, place[inputs] = i;
    return npu::element_at(l.with[npu::at::weight], values, place);
  }
};
}  // namespace deeploy
