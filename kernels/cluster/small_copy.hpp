// SPDX-License-Identifier: Apache-2.0
// Small tiles of op::copy, lowered: at most three loops over runs of bytes, all of it known to the compiler.
#pragma once
#include <cluster/byte_runs.hpp>
#include <cluster/runs.hpp>
#include <cluster/small_shares.hpp>

namespace deeploy::cluster {
/// Tiles of more bytes than this are better served by the loops of copy_elements.
inline constexpr i64 most_small_copy_bytes = 4096;

/// Loops of a copy, the outermost first, and the bytes that lie together in both places inside of them.
struct copy_loops {
  static constexpr int most = 3, most_inner = most - 1;
  i32 count[most] = {1, 1, 1};
  i32 from_step[most] = {}, to_step[most] = {};  ///< bytes
  i32 run_bytes = 0;
  i32 last_bytes = 0;  ///< of the run in the outermost loop's last round, where one run was divided between the cores; else run_bytes
};

/// @returns no bytes: more loops than three
constexpr copy_loops loops_of_copy(kernel_arguments const& a, bytes size) {
  kernel_operand const &x = a.with[0], &y = a.with[1];
  struct loop {
    index count, from, to;
  } loop[max_axes] = {};
  int n = 0;
  // From the result's innermost axis out, merged where both go on without a gap.
  bool used[max_axes] = {};
  copy_loops r;
  r.run_bytes = size;
  for (int left = max_axes; left > 0; --left) {
    int axis = -1;
    for (int i = 0; i < max_axes; ++i)
      if (!used[i] && a.length[i] != 1 && (axis < 0 || y.stride[i] < y.stride[axis])) axis = i;
    if (axis < 0) break;
    used[axis] = true;
    index const from = x.stride[axis] * size, to = y.stride[axis] * size;
    if (n == 0 && from == r.run_bytes && to == r.run_bytes)
      r.run_bytes *= a.length[axis];
    else if (n > 0 && from == loop[n - 1].from * loop[n - 1].count && to == loop[n - 1].to * loop[n - 1].count)
      loop[n - 1].count *= a.length[axis];
    else
      loop[n++] = {a.length[axis], from, to};
  }
  if (n > copy_loops::most) return {};
  // The cores share the outermost loop: the longest one stands there.
  int longest = 0;
  for (int i = 1; i < n; ++i)
    if (loop[i].count > loop[longest].count) longest = i;
  r.last_bytes = r.run_bytes;
  if (n == 0 && r.run_bytes >= 32) {  // one run, in eight parts
    i32 const part = ((r.run_bytes + 7) / 8 + 3) & ~3;
    r.count[0] = (r.run_bytes + part - 1) / part;
    r.last_bytes = r.run_bytes - (r.count[0] - 1) * part;
    r.from_step[0] = r.to_step[0] = r.run_bytes = part;
    return r;
  }
  // Of the others the longer one stands innermost, where a round is shortest.
  int inner = -1;
  for (int i = 0; i < n; ++i)
    if (i != longest && (inner < 0 || loop[i].count > loop[inner].count)) inner = i;
  for (int i = 0; i < n; ++i) {
    int const to = i == longest ? 0 : i == inner ? copy_loops::most_inner : 1;
    r.count[to] = loop[i].count, r.from_step[to] = loop[i].from, r.to_step[to] = loop[i].to;
  }
  return r;
}

/// Elements of one size. @cores all; each takes every so manyeth round of the outermost loop
template <bytes size>
struct small_copy {
  static constexpr i64 round_overhead_cycles = 20, run_overhead_cycles = 20;  ///< about
  using block = lowered_block<2, copy_loops>;

  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    i64 all = size;
    for (index n : a.length) all *= n;
    copy_loops const loops = loops_of_copy(a, size);
    if (all > most_small_copy_bytes || loops.run_bytes == 0) return false;
    t.point(0, i64{a.with[0].origin} * size);
    t.point(1, i64{a.with[1].origin} * size);
    t.set(loops);
    t.phase[0] = loops.count[1] == 1 && loops.count[2] == 1 ? &run_line : &run;
    i64 const round_cycles = round_overhead_cycles + (run_overhead_cycles + loops.run_bytes / 4) * i64{loops.count[1]} * loops.count[2];
    t.one_core_less_cycles = round_cycles < lowered_tile::never ? small_shares(loops.count[0]).one_core_less_cycles(static_cast<int>(round_cycles)) : lowered_tile::never;
    return true;
  }

 private:
  /// One loop: rows of a cache, a token's part of a larger tensor.
  static void run_line(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    copy_loops const& c = b.constants;
    rows::order_memory();
    for (i32 i = core; i < c.count[0]; i += cores) {
      u8* to = static_cast<u8*>(b.at[1]) + i * c.to_step[0];
      put_bytes(to, static_cast<u8 const*>(b.at[0]) + i * c.from_step[0], i + 1 == c.count[0] ? c.last_bytes : c.run_bytes);
    }
  }
  static void run(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    copy_loops const& c = b.constants;
    rows::order_memory();
    for (i32 i = core; i < c.count[0]; i += cores) {
      u8 const* from = static_cast<u8 const*>(b.at[0]) + i * c.from_step[0];
      u8* to = static_cast<u8*>(b.at[1]) + i * c.to_step[0];
      i32 const run_bytes = i + 1 == c.count[0] ? c.last_bytes : c.run_bytes;
      for (i32 j = c.count[1]; j > 0; --j, from += c.from_step[1], to += c.to_step[1]) {
        u8 const* x = from;
        u8* y = to;
        if (run_bytes == 1) {  // across: single elements
          i32 const x_on = c.from_step[2], y_on = c.to_step[2];
          i32 k = c.count[2];
          for (; k >= 4; k -= 4) {
            i32 const b0 = rows::next<u8>(x, x_on), b1 = rows::next<u8>(x, x_on), b2 = rows::next<u8>(x, x_on), b3 = rows::next<u8>(x, x_on);
            rows::put<u8>(y, b0, y_on), rows::put<u8>(y, b1, y_on), rows::put<u8>(y, b2, y_on), rows::put<u8>(y, b3, y_on);
          }
          for (; k > 0; --k) rows::put<u8>(y, rows::next<u8>(x, x_on), y_on);
          continue;
        }
        if (run_bytes == 4) {
          for (i32 k = c.count[2]; k > 0; --k, x += c.from_step[2], y += c.to_step[2]) {
            u8 const* at = x;
            u8* put = y;
            rows::put_word(put, rows::next_word(at));
          }
          continue;
        }
        for (i32 k = c.count[2]; k > 0; --k, x += c.from_step[2], y += c.to_step[2]) {
          u8* at = y;
          put_bytes(at, x, run_bytes);
        }
      }
    }
  }
};
}  // namespace deeploy::cluster
