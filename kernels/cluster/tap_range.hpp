// SPDX-License-Identifier: Apache-2.0
// Which taps of a window, and which rows and columns of a part of the input, are padding.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy::cluster {
/// Range of taps [from, to) of one axis that lie inside of the tensor.
struct tap_range {
  index from, to;
};
/// @param at  first[axis] + step[axis] * i of the pixel
constexpr tap_range taps_inside(index at, index step, index limit, index taps) {
  tap_range r{0, taps};
  while (r.from < taps && at + step * r.from < 0) ++r.from;
  while (r.to > r.from && at + step * (r.to - 1) >= limit) --r.to;
  return r;
}

/// A range of rows or columns of the input, of which `count` from `from` on exist; the others are padding.
struct padded_range {
  index before, from, count, behind;
  constexpr padded_range(index first, index length, index limit) {
    index const end = first + length < limit ? first + length : limit;
    from = first < 0 ? 0 : first;
    count = end > from ? end - from : 0;
    before = first < 0 ? (-first < length ? -first : length) : 0;
    behind = length - before - count;
  }
  constexpr bool operator==(padded_range const&) const = default;
};
}  // namespace deeploy::cluster
