// SPDX-License-Identifier: Apache-2.0
// How matrix products are lowered: small ones in blocks or one by one, linear layers, and many rows against many in panels.
#pragma once
#include <cluster/linear_row.hpp>
#include <cluster/product_panels.hpp>
#include <cluster/small_blocks.hpp>
#include <cluster/small_product.hpp>

namespace deeploy::cluster {
/// Many rows against many, lowered. Operands that do not lie along the reduction in words are brought into rows before.
template <kernel_class C, product_class P>
struct matmul_panels {
  static constexpr int rows = product_axis::rows, columns = product_axis::columns, depth = product_axis::depth;
  static constexpr int packed = (P.packs[0] ? 1 : 0) + (P.packs[1] ? 1 : 0);
  using panels = product_panels<P.result, signs_of<element_type<C.type[0]>, element_type<C.type[1]>>, packed>;
  static constexpr bool serves = P.has_panels() && !C.present[2] && !C.accumulates && panels::serves;
  struct packing {
    i32 rows = 0;
    bytes row_step = 0, depth_step = 0;
  };
  struct constants : panels::constants {
    i32 depth_to_pack = 0;
    packing of[packed == 0 ? 1 : packed] = {};
  };

  static constexpr bool lower(kernel_arguments const& of, u32, lowered_tile& t) {
    index const* const length = of.length;
    index const words_depth = P.whole_words(length[depth]);
    if (length[0] != 1 || length[1] != 1 || length[2] != 1 || !panels_are_sooner(length[rows], length[columns], words_depth)) return false;
    product_scratch const s(P, false, length);
    bytes stride[2] = {of.with[0].stride[rows], of.with[1].stride[columns]};
    for (int o = 0; o < 2; ++o) {
      if (P.packs[o])
        t.point(lowered_tile::in_scratch, s.packed[o]), stride[o] = words_depth;
      else
        t.point(o, of.with[o].origin);
    }
    t.point(5, of.with[5].origin);
    constants c;
    c.depth_to_pack = length[depth];
    for (int o = 0, n = 0; o < 2; ++o) {
      if (!P.packs[o]) continue;
      int const axis = o == 0 ? rows : columns;
      t.point(o, of.with[o].origin);
      c.of[n++] = {length[axis], of.with[o].stride[axis], of.with[o].stride[depth]};
    }
    panels::set(c, {length[rows], length[columns], words_depth, stride[0], stride[1], of.with[5].stride[rows]}, of.values);
    t.set(c);
    t.phase[0] = panels::phase_of(c);
    if constexpr (packed != 0)
      t.phase[0] = &pack, t.phase[1] = panels::phase_of(c);
    else
      panels::set_core_less(c, t);
    return true;
  }

  static void pack(int core, int cores, kernel_arguments const& a) {
    auto const& block = lowered_block<panels::pointers, constants>::of(a);
    constants const& c = block.constants;
    for (int n = 0; n < packed; ++n) {
      packing const& p = c.of[n];
      // Rows, or four of them at a time where they lie side by side; those behind the last four come with these.
      index const shift = p.row_step == 1 && p.rows >= 4 ? 2 : 0, groups = p.rows >> shift;
      index const first = split_at(groups, core, cores), last = split_at(groups, core + 1, cores);
      if (first < last)
        pack_rows(core, static_cast<u8*>(block.at[packed == 1 && P.packs[1] ? panels::b : n]), static_cast<u8 const*>(block.at[panels::y + 1 + n]), p.row_step,
                  p.depth_step, c.depth_to_pack, first << shift, last == groups ? p.rows : last << shift);
    }
  }
};

/// As one kernel does, if it serves.
template <class Kernel>
constexpr bool lower_as(kernel_arguments const& a, u32 aligned, lowered_tile& t) {
  if constexpr (Kernel::serves)
    return Kernel::lower(a, aligned, t);
  else
    return false;
}
/// As the first of them that takes a tile.
template <class... Kernels>
constexpr kernel_lowering lowering_by() {
  if constexpr ((Kernels::serves || ...))
    return [](kernel_arguments const& a, u32 aligned, lowered_tile& t) constexpr { return (lower_as<Kernels>(a, aligned, t) || ...); };
  else
    return nullptr;
}
template <kernel_class C, product_class P>
constexpr kernel_lowering product_lowering() {
  return lowering_by<small_blocks<C, P>, small_product<C, P>, linear_row<C, P>, matmul_panels<C, P>>();
}
}  // namespace deeploy::cluster
