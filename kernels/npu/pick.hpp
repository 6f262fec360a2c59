// SPDX-License-Identifier: Apache-2.0
// Windows that are not neighbours: the unit computes all of them into scratch, the cores pick those that are wanted.
#pragma once
#include <cluster/runs.hpp>
#include <deeploy/kernel.hpp>
#include <npu/mapping.hpp>
#include <cluster/byte_runs.hpp>

namespace deeploy::npu {
/// Results that the unit makes for n wanted ones along an axis.
constexpr index computed_length(index wanted, index step) { return (wanted - 1) * step + 1; }

/// What picking needs to know of a tile.
struct pick_shape {
  i32 pixels, across, channels;      ///< wanted
  i32 row_step, column_step;         ///< bytes from a wanted result to the next one, in scratch
  i32 origin, row_stride, column_stride;  ///< of the output

  constexpr pick_shape() : pick_shape(kernel_arguments{}, 3) {}
  constexpr pick_shape(kernel_arguments const& a, int channel_axis)
      : pixels(a.length[1] * a.length[2]), across(a.length[2]), channels(a.length[channel_axis]), row_step(a.step[1] * channels * computed_length(across, a.step[2])),
        column_step(a.step[2] * channels), origin(a.with[at::y].origin), row_stride(a.with[at::y].stride[1]), column_stride(a.with[at::y].stride[2]) {}
};

/// This core's share of the results.
inline void pick(int core, int cores, pick_shape const& g, u8 const* from, void* output) {
  cluster::rows::order_memory();
  cluster::core_share const mine(g.pixels, core, cores, 1);
  for (index p = mine.begin, i = p / g.across, j = p - i * g.across; p < mine.end; ++p) {
    u8* to = static_cast<u8*>(output) + g.origin + i * g.row_stride + j * g.column_stride;
    cluster::put_bytes(to, from + i * g.row_step + j * g.column_step, g.channels);
    if (++j == g.across) j = 0, ++i;
  }
}
}  // namespace deeploy::npu
