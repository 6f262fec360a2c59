// SPDX-License-Identifier: Apache-2.0
// layout: how an operand of a random layer lies in its storage. Axes in any order, gaps, broadcasts, axes of two
// strides.
#pragma once
#include <deeploy/view.hpp>
#include <support/drawn.hpp>

namespace deeploy::test {
struct layout {
  bool present = false;
  element type = element::i8;
  int rank = 0;              ///< logical axes
  extent of[max_rank] = {};  ///< of them
  int dims = 0;              ///< an axis may be two of these
  index length[max_rank] = {};
  index stride[max_rank] = {};
  u8 parts[max_rank] = {};
  index offset = 0, total = 1;  ///< elements of the storage
  i64 low = 0, high = 0;        ///< values that a test writes there

  constexpr window as_window() const {
    window w;
    w.offset = offset;
    w.of.rank = static_cast<u8>(dims);
    int d = 0;
    for (int a = 0; a < rank; ++a) {
      int const n = parts[a] == 0 ? 1 : parts[a];
      w.parts[a] = parts[a];
      for (int i = 0; i < n; ++i, ++d) {
        w.of.of[d] = n == 1 ? of[a] : extent(length[d]);
        w.stride[d] = stride[d];
      }
    }
    return w;
  }
  /// The element with these logical subscripts.
  constexpr index at(index const* subscripts) const {
    index where = offset;
    int d = 0;
    for (int a = 0; a < rank; ++a) {
      if (parts[a] == 2) {
        where += subscripts[a] / length[d + 1] * stride[d] + subscripts[a] % length[d + 1] * stride[d + 1];
        d += 2;
      } else {
        where += subscripts[a] * stride[d++];
      }
    }
    return where;
  }
};

struct freedom {
  bool split = true;      ///< an axis may lie over two strides
  bool broadcast = true;  ///< axes may be missing, of length 1, or of stride 0
};

constexpr layout lay_out(drawn& d, element type, int rank, extent const* of, freedom free) {
  layout l;
  l.present = true;
  l.type = type;
  l.low = lowest(type);
  l.high = highest(type);
  int skip = 0;
  if (free.broadcast && d.chance(30)) skip = d.one_of(0, rank);
  bool still[max_rank] = {};  // stride 0
  for (int a = skip; a < rank; ++a) {
    int const to = l.rank++;
    l.of[to] = of[a];
    if (free.broadcast && d.chance(15)) l.of[to] = 1;
    index const n = l.of[to].value;
    if (free.broadcast && n > 1 && d.chance(8)) still[l.dims] = true;
    index inner = 0;
    for (index f = 2; f < n; ++f)
      if (n % f == 0) inner = f;
    if (free.split && !still[l.dims] && inner != 0 && l.of[to].slot == 0 && l.dims + rank - a + 1 <= max_rank &&
        d.chance(25)) {
      l.parts[to] = 2;
      l.length[l.dims++] = n / inner;
      l.length[l.dims++] = inner;
    } else {
      l.length[l.dims++] = n;
    }
  }
  int order[max_rank] = {0, 1, 2, 3, 4, 5};  // innermost first
  bool const mixed = d.chance(60);
  for (int i = 0; i < l.dims; ++i) order[i] = l.dims - 1 - i;
  for (int i = l.dims - 1; mixed && i > 0; --i) {
    int const j = d.one_of(0, i), kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  index apart = d.chance(20) ? 2 : 1;
  for (int i = 0; i < l.dims; ++i) {
    int const x = order[i];
    if (still[x]) continue;
    l.stride[x] = apart;
    apart *= l.length[x];
    if (d.chance(25)) apart += d.one_of(1, 3);
  }
  l.offset = d.chance(40) ? d.one_of(1, 5) : 0;
  l.total = l.offset + 1;
  for (int i = 0; i < l.dims; ++i) l.total += (l.length[i] - 1) * l.stride[i];
  if (d.chance(30)) l.total += d.one_of(1, 4);
  return l;
}
}  // namespace deeploy::test
