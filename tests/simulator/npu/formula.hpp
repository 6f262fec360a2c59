// SPDX-License-Identifier: Apache-2.0
// The fact sheet's cycle formula, line by line: the loops as written, no closed form.
#pragma once
#include <algorithm>

#include "layer.hpp"

namespace npu_test {
inline std::uint64_t formula(layer const& l, unsigned k) {
  int const a = l.kind == form::pointwise ? 36 : 64;
  int const nko = (l.cout + l.output_tile() - 1) / l.output_tile();
  int const nki = l.kind == form::depthwise ? 1 : (l.cin + l.channel_tile() - 1) / l.channel_tile();
  int const nh = (l.h + 5) / 6, nw = (l.w + 5) / 6;
  std::uint64_t c = static_cast<std::uint64_t>(a + 6);
  for (int o = 0; o < nko; ++o)
    for (int i = 0; i < nh; ++i)
      for (int j = 0; j < nw; ++j) {
        int const ko = std::min(l.output_tile(), l.cout - o * l.output_tile());
        auto const up = [&](int n) {
          return (ko + n - 1) / n;
        };
        int const out = l.output_bits == 32 ? up(8) : 1;
        if (l.stream_in) c += static_cast<std::uint64_t>(36 * out + 3);  // not in the fact sheet: taken as stream-out's
        for (int m = 0; m < nki; ++m) {
          bool const last = o == nko - 1 && i == nh - 1 && j == nw - 1 && m == nki - 1;
          int const words = l.kind == form::pointwise ? ko : l.kind == form::dense ? l.bits * ko : l.bits;
          int const w = l.kind == form::depthwise ? ko + 4 : 6;
          int s = w + static_cast<int>(k) * words + 5;
          if (l.prefetch && !last) s = std::max(s, a + 8);
          c += static_cast<std::uint64_t>(s + 2);
          if (!last) c += static_cast<std::uint64_t>(l.prefetch ? 1 : a + 6);
        }
        if (l.requantise)
          c += static_cast<std::uint64_t>((l.channel_shift ? 8 : 0) + (l.scale_bits == 32 ? ko : up(4)) + 9 +
                                          (l.bias ? up(8) + 8 : 0));
        c += static_cast<std::uint64_t>(36 * out + 3);
      }
  return c;
}
}  // namespace npu_test
