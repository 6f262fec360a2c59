// SPDX-License-Identifier: Apache-2.0
// jobs_of: the jobs that compute one tile. The compiler's to know where tiles are lowered, else made at run time.
#pragma once
#include <deeploy/kernel.hpp>
#include <npu/linear.hpp>
#include <npu/mapping.hpp>
#include <npu/pick.hpp>

namespace deeploy::npu {
/// A job and where its input and output begin, in bytes from the first element of the operands.
struct placed_job {
  job_descriptor d = {};
  i64 input = 0;   ///< first real pixel, padding not counted
  i64 output = 0;
};
struct unit_jobs {
  placed_job of[2] = {};
  int count = 0;
};

namespace detail {
template <unit_class U>
constexpr job_descriptor descriptor_of(kernel_arguments const& a, bool signed_input) {
  job_descriptor d;
  d.kind = U.kind;
  d.out_channels = a.length[U.channel_axis];
  d.in_channels = U.kind == form::depthwise_3x3 ? d.out_channels : a.length[5];
  d.weight_offset = U.weight_offset();
  d.signed_input = signed_input;
  d.requantise = U.requantises;
  d.output_32 = !U.requantises;
  d.scale_32 = !U.byte_scales;
  d.shift = U.requantises ? a.values[0] : 0;
  d.unsigned_output = U.requantises && a.values[4] >= 0;
  return d;
}

template <unit_class U>
constexpr unit_jobs image_jobs(kernel_arguments const& a, job_descriptor d) {
  constexpr int rows = 1, columns = 2;
  kernel_operand const &x = a.with[at::x], &y = a.with[at::y];
  d.rows = a.length[rows];
  d.columns = a.length[columns];
  auto const before = [&](int axis) { return a.first[axis] < 0 ? -a.first[axis] : 0; };
  auto const behind = [&](int axis) {
    index const beyond = a.first[axis] + a.step[axis] * (a.length[axis] - 1) + filter_size(U.kind) - a.limit[axis];
    return beyond > 0 ? beyond : 0;
  };
  d.pad_top = before(rows), d.pad_left = before(columns), d.pad_bottom = behind(rows), d.pad_right = behind(columns);
  d.input_pixel_stride = x.stride[columns];
  d.input_row_stride = x.stride[rows];
  d.output_pixel_stride = U.requantises ? y.stride[columns] : 4 * d.out_channels;
  d.output_row_stride = U.requantises ? y.stride[rows] : d.output_pixel_stride * d.columns;
  if constexpr (U.turns) {
    d.input_pixel_stride = d.in_channels;
    d.input_row_stride = d.in_channels * turned_length(a, columns, filter_size(U.kind));
    return {{{d, 0, y.origin}}, 1};
  }
  // The operand's origin is that of the padding.
  return {{{d, x.origin + i64{d.pad_top} * d.input_row_stride + d.pad_left * d.input_pixel_stride, U.requantises ? y.origin : 0}}, 1};
}

/// All windows between the first and the last; results into scratch.
template <unit_class U>
constexpr unit_jobs picked_jobs(kernel_arguments const& a, job_descriptor d) {
  constexpr int rows = 1, columns = 2, window_rows = 6, window_columns = 7;
  kernel_operand const& x = a.with[at::x];
  d.rows = computed_length(a.length[rows], a.step[rows]);
  d.columns = computed_length(a.length[columns], a.step[columns]);
  auto const before = [&](int axis) { return a.first[axis] < 0 ? -a.first[axis] : 0; };
  auto const behind = [&](int axis, index computed) {
    index const beyond = a.first[axis] + computed - 1 + filter_size(U.kind) - a.limit[axis];
    return beyond > 0 ? beyond : 0;
  };
  d.pad_top = before(rows), d.pad_left = before(columns), d.pad_bottom = behind(rows, d.rows), d.pad_right = behind(columns, d.columns);
  d.input_pixel_stride = x.stride[window_columns];
  d.input_row_stride = x.stride[window_rows];
  d.output_pixel_stride = d.out_channels;
  d.output_row_stride = d.output_pixel_stride * d.columns;
  return {{{d, x.origin + i64{d.pad_top} * d.input_row_stride + d.pad_left * d.input_pixel_stride, 0}}, 1};
}

template <unit_class U>
constexpr unit_jobs window_jobs(kernel_arguments const& a, job_descriptor d) {
  constexpr int rows = 1, columns = 2;
  kernel_operand const& y = a.with[at::y];
  d.in_channels = a.length[5] * a.length[6] * a.length[7];
  d.rows = a.length[rows];
  d.columns = a.length[columns];
  d.input_pixel_stride = gathered_pitch(d.in_channels);
  d.input_row_stride = d.input_pixel_stride * d.columns;
  d.output_pixel_stride = y.stride[columns];
  d.output_row_stride = y.stride[rows];
  return {{{d, 0, y.origin}}, 1};
}

template <unit_class U>
constexpr unit_jobs row_jobs(kernel_arguments const& a, job_descriptor d) {
  constexpr int rows = 3;
  kernel_operand const &x = a.with[at::x], &y = a.with[at::y];
  d.input_pixel_stride = x.stride[rows];
  d.input_row_stride = tile_pixels * d.input_pixel_stride;
  d.output_pixel_stride = U.requantises ? y.stride[rows] : 4 * d.out_channels;
  d.output_row_stride = tile_pixels * d.output_pixel_stride;
  if constexpr (U.has_rest()) d.in_channels = split_row(d.in_channels).folded;
  if constexpr (U.folds) return {{{folded(d), x.origin, y.origin}}, 1};
  i64 input = x.origin, output = U.requantises ? y.origin : 0;
  index const n = a.length[rows], whole = n / tile_pixels;
  unit_jobs jobs;
  if (whole > 0) {
    d.rows = whole;
    d.columns = tile_pixels;
    jobs.of[jobs.count++] = {d, input, output};
    input += i64{whole} * d.input_row_stride;
    output += i64{whole} * d.output_row_stride;
  }
  if (index const rest = n - whole * tile_pixels; rest > 0) {
    d.rows = 1;
    d.columns = rest;
    jobs.of[jobs.count++] = {d, input, output};
  }
  return jobs;
}
}  // namespace detail

/// @param a  of the tile; addresses are not looked at
template <unit_class U>
constexpr unit_jobs jobs_of(kernel_arguments const& a, bool signed_input) {
  job_descriptor const d = detail::descriptor_of<U>(a, signed_input);
  if constexpr (U.picks)
    return detail::picked_jobs<U>(a, d);
  else if constexpr (U.gathers)
    return detail::window_jobs<U>(a, d);
  else if constexpr (U.rows_of_pixels)
    return detail::row_jobs<U>(a, d);
  else
    return detail::image_jobs<U>(a, d);
}
}  // namespace deeploy::npu
