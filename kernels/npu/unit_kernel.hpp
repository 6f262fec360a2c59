// SPDX-License-Identifier: Apache-2.0
// The phases of the NPU's kernels: scales by all cores, the job by core 0, sums finished by all cores.
#pragma once
#include <cluster/product_result.hpp>
#include <npu/gather.hpp>
#include <npu/lowered.hpp>
#include <npu/unit_jobs.hpp>

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
    [[maybe_unused]] u32* const scale = static_cast<u32*>(a.scratch);
    u32* const bias = reinterpret_cast<u32*>(static_cast<u8*>(a.scratch) + scales_bytes(n));
    i32 const* const v = a.values;
    requantisation const q{.round = static_cast<rounding>(C.classes[2]), .shift = static_cast<u8>(v[0]), .mul = v[1],
                           .add = v[2], .zero = v[3], .low = v[4], .high = v[5]};
    for (index k = share(n, core, cores), end = share(n, core + 1, cores); k < end; ++k) {
      i32 mul = v[1], add = v[2], start = 0;
      if constexpr (C.present[at::mul]) mul = value<at::mul>(a, k), add = value<at::add>(a, k);
      if constexpr (C.present[at::bias]) start = value<at::bias>(a, k);
      if constexpr (U.has_rest()) start += sum_of_rest(a, k);
      requant_words const w = npu_requant(q, mul, add, start);
      if constexpr (U.byte_scales)
        static_cast<u8*>(a.scratch)[k] = static_cast<u8>(w.scale);
      else
        scale[k] = w.scale;
      bias[k] = w.bias;
    }
    if constexpr (U.gathers) gather(core, cores, gather_shape(a), a.with[at::x].at, behind_scales(a));
    if constexpr (U.turns) turn(core, cores, turn_shape(a, turned_axis<U>, filter_size(U.kind)), a.with[at::x].at, behind_scales(a));
  }

  /// The jobs of the tile, one after the other. Nobody else may touch its operands before the barrier behind.
  static void compute(int core, int, kernel_arguments const& a) {
    if (core != 0) return;
    start_jobs(a);
    Driver::finish();
  }

  static void pick_results(int core, int cores, kernel_arguments const& a) { pick(core, cores, pick_shape(a, channels), behind_scales(a), a.with[at::y].at); }

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
  static u8* behind_scales(kernel_arguments const& a) { return static_cast<u8*>(a.scratch) + 2 * scales_bytes(a.length[channels]); }
  template <int o>
  static i32 value(kernel_arguments const& a, index k) {
    return static_cast<i32>(cluster::elements<C, o>(a)[a.with[o].origin + a.with[o].stride[channels] * k]);
  }
  /// Of the inputs that the unit does not take.
  static i32 sum_of_rest(kernel_arguments const& a, index k) {
    split_row const row(a.length[depth]);
    using W = element_type<U.signed_weights ? element::i8 : element::u8>;
    auto const* const x = cluster::elements<C, at::x>(a) + a.with[at::x].origin + row.folded;
    auto const* const w = static_cast<W const*>(a.with[U.rest].at) + a.with[U.rest].origin + a.with[U.rest].stride[channels] * k;
    i32 sum = 0;
    for (index i = 0; i < row.rest; ++i) sum += x[i] * w[i];
    return sum;
  }
  static u32 address(void const* p) { return static_cast<u32>(reinterpret_cast<__UINTPTR_TYPE__>(p)); }

  /// Starts the tile's jobs.
  static void start_jobs(kernel_arguments const& a) {
    unit_jobs const jobs = jobs_of<U>(a, C.type[at::x] == element::i8);
    u32 const scale = address(a.scratch);
    u32 const input = U.gathers || U.turns ? address(behind_scales(a)) : address(a.with[at::x].at), output = address(U.picks ? behind_scales(a) : U.requantises ? a.with[at::y].at : a.scratch);
    for (int i = 0; i < jobs.count; ++i) {
      placed_job const& j = jobs.of[i];
      start_job<Driver>(j.d, {.input = input + static_cast<u32>(j.input), .output = output + static_cast<u32>(j.output), .weights = Driver::weight_offset(a.with[at::weight].at), .scale = scale,
                              .bias = scale + static_cast<u32>(scales_bytes(j.d.out_channels))});
    }
  }
};

/// The phases for a layer.
template <layer_descriptor const& L, unit_class U, class Driver>
constexpr kernel_code unit_code() {
  using kernel = unit_kernel<deeploy::class_of(L, false), U, cluster::requant_class_of(L, 1, 0), Driver>;
  if constexpr (U.picks)
    return {{&kernel::prepare, &kernel::compute, &kernel::pick_results}, &lowered_unit<deeploy::class_of(L, false), U, Driver>::lower};
  else if constexpr (U.requantises)
    return {{&kernel::prepare, &kernel::compute}, &lowered_unit<deeploy::class_of(L, false), U, Driver>::lower};
  else
    return {{&kernel::compute, &kernel::finish}};
}
}  // namespace deeploy::npu
