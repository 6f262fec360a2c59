// SPDX-License-Identifier: Apache-2.0
// Elementwise operators on bytes by tables: every value an element can have is computed once, then looked up.
#pragma once
#include <cluster/element_loops.hpp>
#include <cluster/elementwise.hpp>

namespace deeploy::cluster {
constexpr bool is_byte(element type) { return type == element::i8 || type == element::u8; }

/// The value of the byte `pattern` read as T.
template <class T>
DEEPLOY_ALWAYS_INLINE i32 value_of_byte(index pattern) {
  return static_cast<T>(pattern);
}

constexpr bool serves_unary_table(element_class const& c) {
  return c.inputs == 1 && is_byte(c.in[0]) && is_byte(c.out) && !c.result.of.scaled;
}

/// An operator with one input: a table of 256 results.
///
/// @buffers  256 bytes of scratch
/// @cores    all; phase 0 fills the table, phase 1 looks up
template <class Op>
struct unary_table {
  static constexpr element_class of = Op::of;
  static constexpr bytes scratch_bytes = 256;

  static void fill(int core, int cores, kernel_arguments const& a) {
    Op const op(a.values);
    requantiser<of.result.of> const result(a.values);
    core_share const mine(256, core, cores, 1);
    u8* const table = static_cast<u8*>(a.scratch);
    for (index i = mine.begin; i < mine.end; ++i)
      table[i] =
          static_cast<u8>(requantise_element<of.result>(result, {}, op(value_of_byte<element_type<of.in[0]>>(i))));
  }
  static void look_up(int core, int cores, kernel_arguments const& a) {
    constexpr walked_operands walked = walks(0, 3);
    runs r;
    merge_axes<walked>(a, 0, -1, r);
    u8 const* const table = static_cast<u8 const*>(a.scratch);
    i32 const x_on = step_of(a, r, 0), y_on = step_of(a, r, 3);
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      u8 const* x = data<u8>(a, 0) + at[0];
      u8* y = data<u8>(a, 3) + at[1];
#if defined(__riscv)
      if (y_on == 1 && n >= 4) {
        element_loops::look_up(x, x_on, y, table, n >> 2);
        n &= 3;
      }
#endif
      auto one = [&]()
                     DEEPLOY_INLINE_LAMBDA { return static_cast<i32>(rows::load_u8(table, rows::next<u8>(x, x_on))); };
      for (; n > 0; --n) rows::put<u8>(y, one(), y_on);
    });
  }
};

/// Lowest and highest value of input i after its requantisation.
struct value_limits {
  i32 low, high;
};
constexpr value_limits limits_of(element_class const& c, i32 const* values, int i) {
  if (!c.before[i].of.present) return {static_cast<i32>(lowest(c.in[i])), static_cast<i32>(highest(c.in[i]))};
  return {values[6 + 6 * i + 4], values[6 + 6 * i + 5]};
}
constexpr bool serves_sum_table(element_class const& c, i32 const* values) {
  if (c.inputs != 2 || !is_byte(c.in[0]) || !is_byte(c.in[1]) || !is_byte(c.out) || c.result.of.scaled) return false;
  // The last index of the sums is 511, so no range may exceed 255.
  auto is_range_of_byte = [](value_limits l) { return static_cast<i64>(l.high) - l.low <= 255; };
  return is_range_of_byte(limits_of(c, values, 0)) && is_range_of_byte(limits_of(c, values, 1));
}

/// A sum or difference of two inputs, each made a byte by its requantisation: a table per input, one of 512 sums.
///
/// The input tables hold distances from the lowest value, so that a sum of two entries is an index of the third.
/// @buffers  1024 bytes of scratch
/// @cores    all; phase 0 fills the tables, phase 1 looks up
template <class Op>
struct sum_table {
  static constexpr element_class of = Op::of;
  static constexpr bytes scratch_bytes = 1024;
  /// A core's share of each of the three tables: their entries take different times.
  template <class Result>
  DEEPLOY_ALWAYS_INLINE static void fill_share(int core, int cores, Op const& op, Result const& result, value_limits first, value_limits second, u8* table) {
    core_share const bytes_of(256, core, cores, 1), sums(512, core, cores, 1);
    for (index i = bytes_of.begin; i < bytes_of.end; ++i) {
      table[i] = static_cast<u8>(op.template requantised<0>(value_of_byte<element_type<of.in[0]>>(i)) - first.low);
      i32 const y = op.template requantised<1>(value_of_byte<element_type<of.in[1]>>(i));
      table[256 + i] = static_cast<u8>(Op::subtracts ? second.high - y : y - second.low);
    }
    i32 const start = first.low + (Op::subtracts ? -second.high : second.low);
    for (index i = sums.begin; i < sums.end; ++i) table[512 + i] = static_cast<u8>(requantise_element<of.result>(result, {}, start + i));
  }
  static void fill(int core, int cores, kernel_arguments const& a) {
    fill_share(core, cores, Op(a.values), requantiser<of.result.of>(a.values), limits_of(of, a.values, 0), limits_of(of, a.values, 1), static_cast<u8*>(a.scratch));
  }
  static void look_up(int core, int cores, kernel_arguments const& a) {
    constexpr walked_operands walked = walks(0, 1, 4);
    runs r;
    merge_axes<walked>(a, 0, -1, r);
    u8 const* const ta = static_cast<u8 const*>(a.scratch);
    u8 const* const tb = ta + 256;
    u8 const* const ty = ta + 512;
    i32 const a_on = step_of(a, r, 0), b_on = step_of(a, r, 1), y_on = step_of(a, r, 4);
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      u8 const* x = data<u8>(a, 0) + at[0];
      u8 const* b = data<u8>(a, 1) + at[1];
      u8* y = data<u8>(a, 4) + at[2];
#if defined(__riscv)
      if (y_on == 1 && n >= 4) {
        element_loops::look_up_sums(x, a_on, b, b_on, y, ta, tb, ty, n >> 2);
        n &= 3;
      }
#endif
      auto sum = [&]() DEEPLOY_INLINE_LAMBDA {
        i32 const xa = rows::next<u8>(x, a_on), xb = rows::next<u8>(b, b_on);
        return static_cast<i32>(rows::load_u8(ta, xa) + rows::load_u8(tb, xb));
      };
      for (; n > 0; --n) rows::put<u8>(y, static_cast<i32>(rows::load_u8(ty, sum())), y_on);
    });
  }
};
}  // namespace deeploy::cluster
