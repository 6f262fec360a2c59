// SPDX-License-Identifier: Apache-2.0
// Random numbers and the arguments of a kernel call, written apart from the executor; runs on the target too.
#pragma once
#include <deeploy/kernel.hpp>
#include <deeploy/region.hpp>

namespace deeploy::rows_test {
/// Numbers from a seed, the same on every machine.
struct random_numbers {
  u64 state;
  explicit random_numbers(u64 seed) : state(seed * 2654435761u + 88172645463325252ULL) {}
  u32 next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<u32>(state >> 16);
  }
  index below(index n) { return static_cast<index>(next() % static_cast<u32>(n)); }
  index between(index low, index high) { return low + below(high - low + 1); }
};

/// Copies the part of an operand that a box touches between its home and a dense tile buffer.
inline void move_part(operand const& o, box const& b, u8* home, u8* buffer, bool to_home) {
  storage_order const order = tile_order(o);
  range part[max_rank];
  index at[max_rank] = {}, total = 1;
  for (int i = 0; i < o.rank; ++i) {
    part[i] = touched(o.dim[order.of[i]], b);
    total *= part[i].length();
  }
  bytes const size = size_of(o.of->type);
  for (index n = 0; n < total; ++n, buffer += size) {
    i64 offset = 0;
    for (int i = 0; i < o.rank; ++i) offset += static_cast<i64>(part[i].from + at[i]) * o.dim[order.of[i]].stride;
    u8* const here = home + offset * size;
    u8* const to = to_home ? here : buffer;
    u8 const* const from = to_home ? buffer : here;
    for (bytes i = 0; i < size; ++i) to[i] = from[i];
    for (int i = o.rank - 1; i >= 0 && ++at[i] == part[i].length(); --i) at[i] = 0;
  }
}

/// What a kernel is told of operand o, whose part lies at `at`: dense, or at its home with the home's strides.
inline void describe_part(operand const& o, box const& b, u8* at, bool in_place, bool first, kernel_operand& to,
                          kernel_arguments& a) {
  storage_order const order = tile_order(o);
  index dense = 1;
  i64 offset = 0;
  for (int i = o.rank - 1; i >= 0; --i) {
    dimension const& d = o.dim[order.of[i]];
    range const part = touched(d, b);
    index const stride = in_place ? d.stride : dense;
    dense *= part.length();
    if (in_place) offset += static_cast<i64>(part.from) * d.stride;
    if (d.split()) {
      if (d.divisor == 1) to.stride[d.axis] = stride;
      continue;
    }
    if (d.axis >= 0) to.stride[d.axis] += stride * d.scale;
    if (d.window_axis >= 0) to.stride[d.window_axis] += stride * d.window_scale;
    if (d.axis < 0) continue;
    index const start = first_subscript(d, b) - part.from;
    to.origin += start * stride;
    if (!first) continue;
    a.first[d.axis] = start;
    a.limit[d.axis] = part.length();
    a.step[d.axis] = d.scale;
    if (d.window_axis >= 0) a.step[d.window_axis] = d.window_scale;
  }
  to.at = at + offset * size_of(o.of->type);
}
}  // namespace deeploy::rows_test
