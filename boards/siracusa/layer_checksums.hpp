// SPDX-License-Identifier: Apache-2.0
// layer_checksums<Net>: hooks that print a CRC-32 of every tensor as soon as the step that finishes it has ended:
//
//     @crc NAME HEX
//
// For finding, on silicon, the first layer that goes wrong: instance<Net, Board, layer_checksums<Net>>, with
// layer_checksums<Net>::bases set to the instance's. The host board's tensors have the same checksums.
#pragma once
#include <deeploy/crc.hpp>
#include <deeploy/placed_tensors.hpp>
#include <siracusa/machine.hpp>
#include <siracusa/runtime/console.hpp>

namespace deeploy::siracusa {
/// The last part of a type's name: what files and messages call a tensor.
inline void print_short_name(deeploy::detail::text name) {
  int from = name.length;
  while (from > 0 && name.begin[from - 1] != ':') --from;
  char one[2] = {};
  for (; from < name.length; ++from) {
    one[0] = name.begin[from];
    print(one);
  }
}

/// Calls f(tensor, first byte) for every tensor that step s finishes.
template <Network Net>
void for_each_finished(int s, memory_bases const& bases, auto f) {
  for (placed_tensor const& t : placed_tensors_of<Net>.of)
    if (t.last_writer == s) f(t, bases.of[deeploy::address(t.at.memory, t.at.where, 0).base()] + t.at.offset);
}

template <Network Net>
struct layer_checksums {
  static inline memory_bases const* bases = nullptr;

  static void step_begins(int) {}
  static void step_ends(int s) {
    for_each_finished<Net>(s, *bases, [](placed_tensor const& t, u8 const* at) {
      print("@crc ");
      print_short_name(t.name);
      print(" ");
      print(crc32_of(at, static_cast<size_t>(t.size_bytes)), 16);
      print("\n");
    });
  }
};
}  // namespace deeploy::siracusa
