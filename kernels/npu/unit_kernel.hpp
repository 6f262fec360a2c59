// SPDX-License-Identifier: Apache-2.0
// The phases of the NPU's kernels: scales by all cores, the job by core 0, sums finished by all cores.
#pragma once
#include <cluster/product_result.hpp>
#include <npu/mapping.hpp>

namespace deeploy::npu {
/// Inlined, so that what is constant of a job is folded.
template <class Driver>
inline void start_job(job_descriptor const& d, job_addresses const& a) {
  Driver::start(make_job(d, a));
}

/// @tparam C       the layer's class
/// @tparam U       which product it is for the unit
/// @tparam R       its requantisation, for the cores
/// @tparam Driver  starts jobs and waits for them
template <kernel_class C, unit_class U, cluster::requant_class R, class Driver>
struct unit_kernel {
  static constexpr int rows = U.rows_of_pixels ? 3 : 1, columns = 2, channels = U.channel_axis, depth = 5;

  static index share(index n, int core, int cores) { return n * core / cores; }

  /// Scale and bias of every channel of the tile, for the unit.
  static void prepare(int core, int cores, kernel_arguments const& a) {
    index const n = a.length[channels];
    u32* const scale = static_cast<u32*>(a.scratch);
    u32* const bias = reinterpret_cast<u32*>(static_cast<u8*>(a.scratch) + scales_bytes(n));
    i32 const* const v = a.values;
    requantisation const q{.round = static_cast<rounding>(C.classes[2]), .shift = static_cast<u8>(v[0]), .mul = v[1],
                           .add = v[2], .zero = v[3], .low = v[4], .high = v[5]};
    for (index k = share(n, core, cores), end = share(n, core + 1, cores); k < end; ++k) {
      i32 mul = v[1], add = v[2], start = 0;
      if constexpr (C.present[at::mul]) mul = value<at::mul>(a, k), add = value<at::add>(a, k);
      if constexpr (C.present[at::bias]) start = value<at::bias>(a, k);
      requant_words const w = npu_requant(q, mul, add, start);
      scale[k] = w.scale;
      bias[k] = w.bias;
    }
    if constexpr (U.gathers) gather(core, cores, a);
  }

  /// The windows of the tile's pixels, one after the other, as rows of bytes behind the scales.
  static void gather(int core, int cores, kernel_arguments const& a) {
    constexpr int window_rows = 6, window_columns = 7;
    kernel_operand const& x = a.with[at::x];
    index const n = a.length[depth], across = a.length[columns], pixels = a.length[rows] * across, size = a.length[window_columns];
    index const run = n * size, pitch = gathered_pitch(run * a.length[window_rows]);
    bool const in_one = x.stride[depth] == 1 && (size == 1 || x.stride[window_columns] == n);
    index p = share(pixels, core, cores), i = p / across, j = p % across;
    for (index const end = share(pixels, core + 1, cores); p < end; ++p, i += ++j == across, j = j == across ? 0 : j) {
      index const left = a.first[columns] + a.step[columns] * j;
      index const right = left + a.step[window_columns] * (size - 1);
      bool const inside = left >= 0 && right < a.limit[columns];
      u8* to = gathered(a) + p * pitch;
      for (index r = 0; r < a.length[window_rows]; ++r) {
        index const row = a.first[rows] + a.step[rows] * i + a.step[window_rows] * r;
        u8 const* from = static_cast<u8 const*>(x.at) + x.origin + i * x.stride[rows] + j * x.stride[columns] + r * x.stride[window_rows];
        if (row < 0 || row >= a.limit[rows]) {
          for (u8* const row_end = to + run; to != row_end;) *to++ = 0;
        } else if (inside && in_one) {
          to = copy(to, from, run);
        } else {
          for (index s = 0; s < size; ++s, from += x.stride[window_columns]) {
            index const column = left + a.step[window_columns] * s;
            u8 const* at = from;
            if (column < 0 || column >= a.limit[columns])
              for (index c = 0; c < n; ++c) *to++ = 0;
            else if (x.stride[depth] == 1)
              to = copy(to, at, n);
            else
              for (index c = 0; c < n; ++c, at += x.stride[depth]) *to++ = *at;
          }
        }
      }
    }
  }

  /// The jobs of the tile, one after the other. Nobody else may touch its operands before the barrier behind.
  static void compute(int core, int, kernel_arguments const& a) {
    if (core != 0) return;
    if constexpr (U.gathers)
      windows(a);
    else if constexpr (U.rows_of_pixels)
      rows_as_pixels(a);
    else
      image(a);
    Driver::finish();
  }

  /// Bias, requantisation and store of the sums in scratch.
  static void finish(int core, int cores, kernel_arguments const& a) {
    index const n = a.length[channels], across = U.rows_of_pixels ? 1 : a.length[columns], pixels = a.length[rows] * across;
    for (index p = share(pixels, core, cores), end = share(pixels, core + 1, cores); p < end; ++p) {
      i32 const* const sum = static_cast<i32 const*>(a.scratch) + p * n;
      cluster::result_place place = cluster::first_result(a);
      place.move(a, rows, p / across);
      if constexpr (!U.rows_of_pixels) place.move(a, columns, p % across);
      for (index k = 0; k < n; ++k) {
        cluster::store_result<C, R>(a, place, sum[k], U.rows_of_pixels ? a.values[7] : 1);
        place.move(a, channels, 1);
      }
    }
  }

 private:
  static u8* gathered(kernel_arguments const& a) { return static_cast<u8*>(a.scratch) + 2 * scales_bytes(a.length[channels]); }
  static u8* copy(u8* to, u8 const* from, index n) {
    u8* const end = to + n;
    if (((reinterpret_cast<__UINTPTR_TYPE__>(to) | reinterpret_cast<__UINTPTR_TYPE__>(from)) & 3) == 0) {
      auto* t = reinterpret_cast<word*>(to);
      auto const* f = reinterpret_cast<word const*>(from);
      for (; n >= 16; n -= 16, t += 4, f += 4) {
        word const w[] = {f[0], f[1], f[2], f[3]};
        t[0] = w[0], t[1] = w[1], t[2] = w[2], t[3] = w[3];
      }
      for (; n >= 4; n -= 4) *t++ = *f++;
      to = reinterpret_cast<u8*>(t);
      from = reinterpret_cast<u8 const*>(f);
    }
    while (to != end) *to++ = *from++;
    return end;
  }
  using word [[gnu::may_alias]] = u32;

  template <int o>
  static i32 value(kernel_arguments const& a, index k) {
    return static_cast<i32>(cluster::elements<C, o>(a)[a.with[o].origin + a.with[o].stride[channels] * k]);
  }
  static u32 address(void const* p, index offset = 0) { return static_cast<u32>(reinterpret_cast<__UINTPTR_TYPE__>(p)) + static_cast<u32>(offset); }

  static job_descriptor descriptor(kernel_arguments const& a) {
    job_descriptor d;
    d.kind = U.kind;
    d.out_channels = a.length[channels];
    d.in_channels = U.kind == form::depthwise_3x3 ? d.out_channels : a.length[depth];
    d.weight_offset = U.weight_offset();
    d.signed_input = C.type[at::x] == element::i8;
    d.requantise = U.requantises;
    d.output_32 = !U.requantises;
    d.shift = U.requantises ? a.values[0] : 0;
    d.unsigned_output = U.requantises && a.values[4] >= 0;
    return d;
  }
  static void start(kernel_arguments const& a, job_descriptor const& d, u32 input, u32 output) {
    u32 const scale = address(a.scratch);
    start_job<Driver>(d, {.input = input, .output = output, .weights = Driver::weight_offset(a.with[at::weight].at), .scale = scale,
                          .bias = scale + static_cast<u32>(scales_bytes(d.out_channels))});
  }

  static void image(kernel_arguments const& a) {
    job_descriptor d = descriptor(a);
    kernel_operand const &x = a.with[at::x], &y = a.with[at::y];
    d.rows = a.length[rows];
    d.columns = a.length[columns];
    auto const before = [&](int axis) {
      return a.first[axis] < 0 ? -a.first[axis] : 0;
    };
    auto const behind = [&](int axis) {
      index const beyond = a.first[axis] + a.step[axis] * (a.length[axis] - 1) + filter_size(U.kind) - a.limit[axis];
      return beyond > 0 ? beyond : 0;
    };
    d.pad_top = before(rows), d.pad_left = before(columns), d.pad_bottom = behind(rows), d.pad_right = behind(columns);
    d.input_pixel_stride = x.stride[columns];
    d.input_row_stride = x.stride[rows];
    u32 output = address(a.scratch);
    if constexpr (U.requantises) {
      d.output_pixel_stride = y.stride[columns];
      d.output_row_stride = y.stride[rows];
      output = address(y.at, y.origin);
    } else {
      d.output_pixel_stride = 4 * d.out_channels;
      d.output_row_stride = d.output_pixel_stride * d.columns;
    }
    // The operand's origin is that of the padding.
    start(a, d, address(x.at, x.origin + d.pad_top * d.input_row_stride + d.pad_left * d.input_pixel_stride), output);
  }

  static void windows(kernel_arguments const& a) {
    job_descriptor d = descriptor(a);
    kernel_operand const& y = a.with[at::y];
    d.in_channels = a.length[depth] * a.length[6] * a.length[7];
    d.rows = a.length[rows];
    d.columns = a.length[columns];
    d.input_pixel_stride = gathered_pitch(d.in_channels);
    d.input_row_stride = d.input_pixel_stride * d.columns;
    d.output_pixel_stride = y.stride[columns];
    d.output_row_stride = y.stride[rows];
    start(a, d, address(gathered(a)), address(y.at, y.origin));
  }

  static void rows_as_pixels(kernel_arguments const& a) {
    job_descriptor d = descriptor(a);
    kernel_operand const &x = a.with[at::x], &y = a.with[at::y];
    d.input_pixel_stride = x.stride[rows];
    d.input_row_stride = tile_pixels * d.input_pixel_stride;
    d.output_pixel_stride = U.requantises ? y.stride[rows] : 4 * d.out_channels;
    d.output_row_stride = tile_pixels * d.output_pixel_stride;
    u32 input = address(x.at, x.origin), output = U.requantises ? address(y.at, y.origin) : address(a.scratch);
    // Sums have room for whole lines of pixels; what is behind the last row is nobody's.
    index const n = a.length[rows], whole = U.requantises || n < tile_pixels ? n / tile_pixels : tiles_of(n, tile_pixels);
    if (whole > 0) {
      d.rows = whole;
      d.columns = tile_pixels;
      start(a, d, input, output);
      input += static_cast<u32>(whole * d.input_row_stride);
      output += static_cast<u32>(whole * d.output_row_stride);
    }
    if (index const rest = n - whole * tile_pixels; rest > 0) {
      d.rows = 1;
      d.columns = rest;
      start(a, d, input, output);
    }
  }
};

/// The phases for a layer.
template <layer_descriptor const& L, unit_class U, class Driver>
constexpr kernel_code unit_code() {
  using kernel = unit_kernel<deeploy::class_of(L, false), U, cluster::requant_class_of(L, 1, 0), Driver>;
  if constexpr (U.requantises)
    return {{&kernel::prepare, &kernel::compute}};
  else
    return {{&kernel::compute, &kernel::finish}};
}
}  // namespace deeploy::npu
