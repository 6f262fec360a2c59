// SPDX-License-Identifier: Apache-2.0
// shape<...>: the extents of a tensor; an extent is a number or upto<N>, chosen at run time below a planned maximum.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy {
/// Most dimensions of a tensor or view.
inline constexpr int max_rank = 6;
/// Most run-time extents of a network; slot 0 means "fixed", slots 1 .. max_run_time are set before a run.
inline constexpr int max_run_time = 4;

/// One extent: its (largest) value and the run-time slot that may lower it.
struct extent {
  index value = 1;
  u8 slot = 0;
  constexpr extent() = default;
  constexpr extent(index fixed) : value(fixed) {}
  constexpr extent(index most, u8 run_time_slot) : value(most), slot(run_time_slot) {}
  constexpr bool operator==(extent const&) const = default;
};

/// An extent that is planned for `most` and may be any smaller value in a run: shape<16, upto<65>, 4>.
/// All extents with the same slot have the same value in one run.
template <index most, u8 slot = 1>
inline constexpr extent upto{most, slot};

/// The extents of a tensor, outermost first.
///
/// @tparam extents  integers >= 0 or upto<N>; at most max_rank of them. Extent 0 is legal: the tensor has no storage.
template <extent... extents>
struct shape {
  static constexpr int rank = sizeof...(extents);
  static_assert(rank <= max_rank, "[DPL-1001] a shape has at most 6 extents; merge adjacent ones");
  static_assert(((extents.value >= 0) && ... && true), "[DPL-1002] an extent is negative");
  static_assert(((extents.slot <= max_run_time) && ... && true), "[DPL-1003] run-time slots are 1 to 4");
  static constexpr extent of[rank == 0 ? 1 : rank] = {extents...};
};

/// Satisfied by deeploy::shape<...>.
template <class S>
concept Shape = requires { S::rank; S::of[0].value; };
}  // namespace deeploy
