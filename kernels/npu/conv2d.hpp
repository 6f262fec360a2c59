// SPDX-License-Identifier: Apache-2.0
// The NPU's mapping of op::conv2d: 3x3 dense and depthwise, pointwise with any stride; any other window as 1x1.
#pragma once
#include <deeploy/op/conv2d.hpp>
#include <npu/unit_kernel.hpp>

namespace deeploy {
template <npu::NpuEngine Engine>
struct mapping<op::conv2d_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"sums", false}, {"requantised", false}, {"gathered", false}, {"turned", false}, {"picked", false}};
  static constexpr int batch = 0, rows = 1, columns = 2, groups = 3, outputs = 4, inputs = 5, window_rows = 6, window_columns = 7;

  static constexpr npu::unit_class class_of_form(layer_descriptor const& l, int form) {
    npu::unit_class c;
    bool const depthwise = l.space[groups].length > 1;
    c.gathers = form == npu::gathered_form;
    c.turns = form == npu::turned_form;
    c.picks = form == npu::picked_form;
    c.kind = depthwise ? npu::form::depthwise_3x3
             : l.space[window_rows].length == 3 && !c.gathers ? npu::form::dense_3x3 : npu::form::pointwise;
    c.channel_axis = depthwise ? groups : outputs;
    c.requantises = form != npu::sums_form;
    c.byte_scales = c.requantises && npu::has_byte_scale(l);
    c.signed_weights = l.with[npu::at::weight].of->type == element::i8;
    return c;
  }
  static constexpr bool takes(layer_descriptor const& l, int form) {
    npu::unit_class const c = class_of_form(l, form);
    if (c.gathers) return takes_gathered(l, c);
    if (c.turns && takes(l, npu::requantised_form)) return false;
    if (c.picks && c.kind == npu::form::pointwise) return false;
    index const size = npu::filter_size(c.kind);
    if (l.space[window_rows].length != size || l.space[window_columns].length != size || l.space[batch].length != 1) return false;
    if (c.kind == npu::form::depthwise_3x3 && (l.space[outputs].length != 1 || l.space[inputs].length != 1)) return false;
    index const *const stride = l.classes + 4, *const dilation = l.classes + 6;
    for (int i = 0; i < 2; ++i)
      if (size != 1 && ((stride[i] != 1 && !c.picks) || dilation[i] != 1)) return false;
    if (c.picks && stride[0] == 1 && stride[1] == 1) return false;
    if (l.values[6] != 0 || l.values[7] != 0) return false;  // zero points
    // At most one row and column of padding, and none in 1x1 form.
    for (int axis = rows; axis <= columns; ++axis) {
      bool found = false;
      for (int i = 0; i < l.with[npu::at::x].rank; ++i) {
        dimension const& d = l.with[npu::at::x].dim[i];
        if (d.axis != axis) continue;
        index const behind = d.shift + d.scale * (l.space[axis].length - 1) + size - d.length;
        if (d.slot != 0 || d.split() || d.shift > 0 || d.shift < 1 - (size + 1) / 2 || behind > size / 2) return false;
        found = true;
      }
      if (!found || l.space[axis].slot != 0) return false;
    }
    int const channels = c.kind == npu::form::depthwise_3x3 ? groups : inputs;
    return npu::takes_operands(l, c, form) && (c.turns || npu::lies_along(l.with[npu::at::x], channels, l.space[channels].length));
  }
  static constexpr index multiple(layer_descriptor const& l, int form, int axis) {
    npu::unit_class const c = class_of_form(l, form);
    if (axis == c.channel_axis) return npu::output_tile(c.kind);
    if (axis != rows && axis != columns) return 1;
    index const step = c.picks ? l.classes[4 + axis - rows] : 1;
    return (npu::tile_pixels + step - 1) / step;
  }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    npu::unit_class const c = class_of_form(l, form);
    i64 const pixels = i64{tile[rows]} * tile[columns];
    if (!c.requantises) return 4 * pixels * tile[c.channel_axis];
    i64 const laid_out = c.gathers ? pixels * npu::gathered_pitch(depth_of(l)) : c.turns ? turned_bytes(l, c, tile) : 0;
    i64 const picked = c.picks ? computed_pixels(l, tile) * tile[c.channel_axis] : 0;
    return 2 * npu::scales_bytes(tile[c.channel_axis]) + laid_out + picked;
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    npu::unit_class const c = class_of_form(l, form);
    index const channels = tile[c.channel_axis];
    npu::job_descriptor d{.kind = c.kind, .in_channels = c.gathers ? depth_of(l) : c.kind == npu::form::depthwise_3x3 ? channels : tile[inputs], .out_channels = channels,
                                .rows = tile[rows], .columns = tile[columns], .output_32 = !c.requantises, .requantise = c.requantises, .scale_32 = !c.byte_scales};
    if (c.picks) {
      d.rows = npu::computed_length(tile[rows], l.classes[4]), d.columns = npu::computed_length(tile[columns], l.classes[5]);
      i64 const picking = (i64{tile[rows]} * tile[columns] + 7) / 8 * (25 + channels * 5 / 8);
      return npu::wait_cycles + npu::ready_cycles(l, channels) + npu::job_cycles(d, Engine::weight_memory_cycles) + picking;
    }
    i64 const finish = c.requantises ? 0 : npu::call_cycles + npu::finish_cycles(l, i64{channels} * tile[rows] * tile[columns]);
    return npu::job_cycles(d, Engine::weight_memory_cycles) + finish;
  }
  static constexpr i64 ready_cycles(layer_descriptor const& l, int form, index const* tile) {
    npu::unit_class const c = class_of_form(l, form);
    return npu::ready_cycles(l, tile[c.channel_axis]) + (c.gathers ? 100 + gather_cycles(l, tile) : c.turns ? 200 + turned_bytes(l, c, tile) * 5 / 8 : 0);
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int form, index const*) { return npu::code_bytes_of(class_of_form(l, form)); }
  static constexpr u32 by_unit(layer_descriptor const& l, int form) { return npu::operands_of_unit(class_of_form(l, form)); }
  static constexpr operand packed(layer_descriptor const& l, int form, int o) {
    return o == npu::at::weight ? npu::packed_weights(l, class_of_form(l, form), form == npu::gathered_form ? depth_of(l) : l.space[inputs].length) : operand{};
  }
  static void pack(layer_descriptor const& l, int form, int, void const* values, u8* to) {
    npu::unit_class const c = class_of_form(l, form);
    index const channels = l.space[c.channel_axis].length;
    if (c.gathers) {
      index const n = l.space[inputs].length, across = l.space[window_columns].length;
      npu::pack(c.kind, channels, depth_of(l), 8, c.weight_offset(),
                [&](index o, index i, index, index) { return weight(l, c, values, o, i % n, i / n / across, i / n % across); }, to);
      return;
    }
    npu::pack(c.kind, channels, c.kind == npu::form::depthwise_3x3 ? channels : l.space[inputs].length, 8, c.weight_offset(),
              [&](index o, index i, index y, index x) { return weight(l, c, values, o, i, y, x); }, to);
  }
  static bool exact(layer_descriptor const& l, int form, constant_values const& v) {
    npu::unit_class const c = class_of_form(l, form);
    return !c.requantises || npu::exact_for_all(l, c, v, [&](index k, auto f) {
      for (index i = 0; i < l.space[inputs].length; ++i)
        for (index y = 0; y < l.space[window_rows].length; ++y)
          for (index x = 0; x < l.space[window_columns].length; ++x) f(weight(l, c, v.of[npu::at::weight], k, i, y, x));
    });
  }
  /// Whole windows of whole tiles of 6 x 6 pixels; bytes per pixel and row as in the tile buffer or in the tensor itself.
  static constexpr reach_beyond beyond(layer_descriptor const& l, int form, int o, index const* tile, bool in_place) {
    npu::unit_class const c = class_of_form(l, form);
    i64 pixel = 0, row = 0;
    if ((c.gathers || c.turns) && o == npu::at::x) return {};
    if (o == npu::at::x) {
      operand const& x = l.with[o];
      pixel = npu::step_along(x, columns), row = npu::step_along(x, rows);
      if (!in_place) {
        index across = 1, along = 1;
        for (int i = 0; i < x.rank; ++i)
          if (x.dim[i].axis == columns) across = most_touched(x.dim[i], tile), along = x.dim[i].scale;
        i64 const channels = c.kind == npu::form::depthwise_3x3 ? tile[groups] : tile[inputs];
        pixel = channels * along;
        row = channels * across * l.classes[4];
      }
    } else if (o == npu::at::y && c.picks) {
      return {};
    } else if (o == npu::at::y && c.requantises) {
      pixel = in_place ? npu::step_along(l.with[o], columns) : tile[c.channel_axis];
      row = in_place ? npu::step_along(l.with[o], rows) : pixel * tile[columns];
    } else if (o == -1 && c.turns) {
      pixel = turned_channels(l, c, tile);
      row = pixel * touched_columns(l, tile);
    } else if (o == -1 && c.gathers) {
      pixel = npu::gathered_pitch(depth_of(l));
      row = pixel * tile[columns];
    } else if (o == -1 && c.picks) {
      pixel = tile[c.channel_axis];
      row = pixel * npu::computed_length(tile[columns], l.classes[5]);
    } else if (o == -1 && !c.requantises) {
      pixel = i64{4} * tile[c.channel_axis];
      row = pixel * tile[columns];
    } else {
      return {};
    }
    index const halo = npu::filter_size(c.kind) - 1;
    return {o == npu::at::x || (o == -1 && c.turns) ? (row + pixel) * (halo / 2) : 0, (npu::tile_pixels - 1 + halo) * (row + pixel) + 2 * npu::word_bytes};
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = npu::unit_code<L, class_of_form(L, form), typename Engine::driver>();

 private:
  static constexpr index depth_of(layer_descriptor const& l) { return l.space[inputs].length * l.space[window_rows].length * l.space[window_columns].length; }
  static constexpr i64 computed_pixels(layer_descriptor const& l, index const* tile) {
    return i64{npu::computed_length(tile[rows], l.classes[4])} * npu::computed_length(tile[columns], l.classes[5]);
  }
  static constexpr index turned_channels(layer_descriptor const&, npu::unit_class const& c, index const* tile) { return tile[c.kind == npu::form::depthwise_3x3 ? groups : inputs]; }
  static constexpr index touched_along(layer_descriptor const& l, int axis, index const* tile) {
    operand const& x = l.with[npu::at::x];
    for (int i = 0; i < x.rank; ++i)
      if (x.dim[i].axis == axis) return most_touched(x.dim[i], tile);
    return 1;
  }
  static constexpr index touched_columns(layer_descriptor const& l, index const* tile) { return touched_along(l, columns, tile); }
  static constexpr i64 turned_bytes(layer_descriptor const& l, npu::unit_class const& c, index const* tile) {
    return i64{turned_channels(l, c, tile)} * touched_along(l, rows, tile) * touched_columns(l, tile);
  }
  /// Any window, stride, dilation, padding and order of the input, where the unit does not do it by itself.
  static constexpr bool takes_gathered(layer_descriptor const& l, npu::unit_class const& c) {
    if (l.space[batch].length != 1 || l.space[groups].length != 1 || l.values[6] != 0 || l.values[7] != 0) return false;
    if (l.space[outputs].slot != 0 || l.space[inputs].slot != 0 || takes(l, npu::requantised_form) || takes(l, npu::turned_form)) return false;
    return npu::takes_operands(l, c, npu::gathered_form);
  }
  /// Moving windows: runs of bytes where the input's channels lie side by side, else byte by byte.
  static constexpr i64 gather_cycles(layer_descriptor const& l, index const* tile) {
    i64 const run = i64{tile[inputs]} * tile[window_columns];
    bool const side_by_side = tile[inputs] == 1 || npu::lies_along(l.with[npu::at::x], inputs, tile[inputs]);
    bool const in_one = side_by_side && (tile[window_columns] == 1 || l.classes[7] == 1);
    auto const lines_of = [](i64 lines, i64 bytes) { return 12 + lines * (bytes < 4 ? 4 : 6 + (bytes + 3) / 4 * 3); };
    i64 const window = in_one ? lines_of(tile[window_rows], run)
                              : tile[window_rows] * (side_by_side ? lines_of(tile[window_columns], tile[inputs]) : tile[inputs] * lines_of(tile[window_columns], 1));
    i64 const edge = 40 + run * tile[window_rows] / 4;  // zeros before, and where its taps begin
    return 150 + (i64{tile[rows]} * tile[columns] + 7) / 8 * (40 + window + edge * edge_columns(l) / l.space[columns].length);
  }
  /// Columns of results whose windows leave the input at its sides.
  static constexpr index edge_columns(layer_descriptor const& l) {
    operand const& x = l.with[npu::at::x];
    for (int i = 0; i < x.rank; ++i) {
      dimension const& d = x.dim[i];
      if (d.axis != columns) continue;
      index const before = -d.shift, behind = d.shift + d.scale * (l.space[columns].length - 1) + d.window_scale * (l.space[window_columns].length - 1) + 1 - d.length;
      index const edges = npu::tiles_of(before > 0 ? before : 0, d.scale) + npu::tiles_of(behind > 0 ? behind : 0, d.scale);
      return edges < l.space[columns].length ? edges : l.space[columns].length;
    }
    return 0;
  }
  static i32 weight(layer_descriptor const& l, npu::unit_class const& c, void const* values, index o, index i, index y, index x) {
    index place[max_axes] = {};
    place[inputs] = i, place[window_rows] = y, place[window_columns] = x;
    place[c.channel_axis] = o;
    return npu::element_at(l.with[npu::at::weight], values, place);
  }
};
}  // namespace deeploy
