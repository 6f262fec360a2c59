// SPDX-License-Identifier: Apache-2.0
// What may go on while something of the step before is left.
#include <deeploy/overlap.hpp>

namespace {
using deeploy::i64;
using deeploy::detail::conflict;
using deeploy::detail::touched_bytes;
using deeploy::detail::touched_list;

constexpr touched_bytes at(i64 from, i64 to, bool writes, bool by_unit = false, bool stored_after = false) { return {2, from, to, writes, by_unit, stored_after}; }
constexpr bool reads = false, writes = true, by_unit = true, stored = true;

// Apart, or in another section.
static_assert(!conflict(at(0, 64, writes), at(64, 128, writes)));
static_assert(conflict(at(0, 65, writes), at(64, 128, writes)));
static_assert(!conflict({3, 0, 64, writes}, at(0, 64, writes)));
// Readers do not disturb each other.
static_assert(!conflict(at(0, 64, reads, by_unit), at(0, 64, reads)));
// The unit takes its jobs in order: it may read what the job before writes, and write over what that reads.
static_assert(!conflict(at(0, 64, writes, by_unit), at(0, 64, reads, by_unit)));
static_assert(!conflict(at(0, 64, reads, by_unit), at(0, 64, writes, by_unit)));
// Cores and DMA do not wait for it.
static_assert(conflict(at(0, 64, writes, by_unit), at(0, 64, reads)));
static_assert(conflict(at(0, 64, reads, by_unit), at(0, 64, writes)));
// Nor does the unit wait for the DMA that stores its results.
static_assert(conflict(at(0, 64, writes, by_unit, stored), at(32, 96, writes, by_unit)));

constexpr touched_list two(touched_bytes a, touched_bytes b) {
  touched_list l;
  l.add(a), l.add(b);
  return l;
}
static_assert(conflict(two(at(0, 64, reads, by_unit), at(64, 80, writes, by_unit)), two(at(200, 300, writes), at(70, 71, reads))));
static_assert(!conflict(two(at(0, 64, reads, by_unit), at(64, 80, writes, by_unit)), two(at(200, 300, writes), at(80, 81, reads))));
static_assert(two(at(0, 0, writes), at(4, 5, writes)).count == 1, "nothing is no bytes");
}  // namespace
