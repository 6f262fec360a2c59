// SPDX-License-Identifier: Apache-2.0
// Sums by tables of tiles that are one run, lowered: nothing is walked, and what the operator needs is in constants.
#pragma once
#include <cluster/element_tables.hpp>
#include <cluster/flat.hpp>

namespace deeploy::cluster {
/// @tparam Op  see sum_table, whose tables these are
template <class Op>
struct flat_sum_table {
  using tables = sum_table<Op>;
  static constexpr element_class of = Op::of;
  using result_requantiser = requantiser<of.result.of, true>;
  static constexpr index granule = 4;
  struct constants : Op, result_requantiser {
    value_limits first, second;
    small_shares words;
    i32 step_bytes[2];  ///< of the inputs
    constexpr constants(i32 const* values) : Op(values), result_requantiser(values), first(limits_of(of, values, 0)), second(limits_of(of, values, 1)), step_bytes{} {}
  };
  using block = lowered_block<4, constants>;

  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    flat_run const r = flat_run_of(a, walks(0, 1, 4));
    if (sizeof(constants) > sizeof t.word || !r.one || r.step[2] != 1 || r.length % granule != 0 || r.length / granule > small_shares::most_items) return false;
    constants c(a.values);
    c.words = small_shares(r.length / granule);
    for (int o = 0; o < 2; ++o) c.step_bytes[o] = r.step[o], t.point(o, a.with[o].origin);
    t.point(4, a.with[4].origin);
    t.point(lowered_tile::in_scratch, 0);
    t.set(c);
    t.phase[0] = &fill;
    t.phase[1] = &look_up;
    return true;
  }

 private:
  static void fill(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    tables::fill_share(core, cores, b.constants, static_cast<result_requantiser const&>(b.constants), b.constants.first, b.constants.second, static_cast<u8*>(b.at[3]));
  }
  static void look_up(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    auto const mine = b.constants.words.of(core, cores);
    if (mine.count <= 0) return;
    index const begin = mine.begin * granule;
    i32 const x_on = b.constants.step_bytes[0], b_on = b.constants.step_bytes[1];
    u8 const *x = static_cast<u8 const*>(b.at[0]) + begin * x_on, *with = static_cast<u8 const*>(b.at[1]) + begin * b_on, *ta = static_cast<u8 const*>(b.at[3]);
    u8* y = static_cast<u8*>(b.at[2]) + begin;
    rows::order_memory();
#if defined(__riscv)
    element_loops::look_up_sums(x, x_on, with, b_on, y, ta, ta + 256, ta + 512, mine.count);
#else
    for (index n = mine.count * granule; n > 0; --n) {
      i32 const first = rows::next<u8>(x, x_on), second = rows::next<u8>(with, b_on);
      rows::put<u8>(y, static_cast<i32>(rows::load_u8(ta + 512, static_cast<i32>(rows::load_u8(ta, first) + rows::load_u8(ta + 256, second)))), 1);
    }
#endif
    rows::order_memory();
  }
};
}  // namespace deeploy::cluster
