// SPDX-License-Identifier: Apache-2.0
// run_embedded(): runs a network on inputs that are part of the program and prints what it made and how long that took.
// What `deeploy validate --board siracusa` compiles. Lines on the console:
//
//     @cycles N                  from start() to the fabric controller's wake-up
//     @step S N                  cycles from the run's begin to the end of step S
//     @tensor NAME OFFSET HEX    bytes of a tensor
//     @crc NAME HEX              CRC-32 of a tensor when it was finished
#pragma once
#include <siracusa/instance.hpp>
#include <siracusa/layer_checksums.hpp>

/// An input's values: those of the tensor `name`.
struct deeploy_embedded_input {
  char const* name;
  unsigned char const* begin;
  unsigned char const* end;
};
/// Ends with a null name.
extern "C" deeploy_embedded_input const deeploy_embedded_inputs[];
/// What is told of tensors when they are finished: 0 nothing, 1 a checksum of each, 2 the values of deeploy_printed_tensors.
extern "C" unsigned const deeploy_told;
/// Ends with null. Outputs and states are printed at the end anyhow.
extern "C" char const* const deeploy_printed_tensors[];

namespace deeploy::siracusa {
namespace detail {
/// Does a name like model::kws::x end with ::short?
inline bool is_named(deeploy::detail::text name, char const* short_name) {
  int length = 0;
  while (short_name[length] != 0) ++length;
  if (name.length < length) return false;
  for (int i = 0; i < length; ++i)
    if (name.begin[name.length - length + i] != short_name[i]) return false;
  return name.length == length || name.begin[name.length - length - 1] == ':';
}
/// Lines of 256 bytes: consoles of simulators keep about a thousand characters.
inline void print_tensor(placed_tensor const& t, u8 const* at) {
  for (bytes begin = 0; begin < t.size_bytes; begin += 256) {
    print("@tensor ");
    print_short_name(t.name);
    print(" ");
    print(static_cast<u32>(begin));
    print(" ");
    char text[513];
    int n = 0;
    for (bytes i = begin; i < t.size_bytes && i < begin + 256; ++i) {
      text[n++] = "0123456789abcdef"[at[i] >> 4];
      text[n++] = "0123456789abcdef"[at[i] & 15];
    }
    text[n++] = 0;
    print(text);
    print("\n");
  }
}

inline bool is_printed(deeploy::detail::text name) {
  for (auto const* asked = deeploy_printed_tensors; *asked != nullptr; ++asked)
    if (is_named(name, *asked)) return true;
  return false;
}

/// Notes when steps end, and tells checksums or values of tensors as they are finished if asked to.
template <Network Net>
struct recording : layer_checksums<Net> {
  static constexpr int steps = sizeof(plan_of<Net>::steps) / sizeof(step);
  static inline u32 ended_at[steps];

  static void step_ends(int s) {
    ended_at[s] = load(address::cluster_timer + timer::count);
    if (deeploy_told == 0) return;
    if (deeploy_told == 1) return layer_checksums<Net>::step_ends(s);
    for_each_finished<Net>(s, *recording::bases, [](placed_tensor const& t, u8 const* at) {
      if (t.use == role::scratch && is_printed(t.name)) print_tensor(t, at);
    });
  }
};
}  // namespace detail

/// The whole program: main() returns it.
///
/// @param bases         arenas, as deeploy's generated network.hpp declares them
/// @param load_weights  the generated function
template <Network Net, class Board>
int run_embedded(u8* const* bases, auto load_weights) {
  using hooks = detail::recording<Net>;
  static instance<Net, Board, hooks> net(bases);
  start_cluster();
  if (auto const s = load_weights(net); s != image_status::good) {
    print("[DPL-");
    print(static_cast<u32>(s));
    print("] the weight images are not those of this plan\n");
    return 2;
  }
  hooks::bases = &net.bases();
  for (auto const* in = deeploy_embedded_inputs; in->name != nullptr; ++in)
    for (int t = 0; t < placed_tensors<Net>::count; ++t)
      if (detail::is_named(placed_tensors_of<Net>.of[t].name, in->name))
        for (unsigned char const* from = in->begin; from != in->end; ++from) net.raw(t)[from - in->begin] = *from;
  store(address::cluster_timer + timer::configuration, 3);
  store(address::fabric_timer + timer::configuration, 3);
  net.run();
  u32 const cycles = load(address::fabric_timer + timer::count);
  print("@cycles ");
  print(cycles);
  print("\n");
  for (int s = 0; s < hooks::steps; ++s) {
    print("@step ");
    print(static_cast<u32>(s));
    print(" ");
    print(hooks::ended_at[s]);
    print("\n");
  }
  for (int t = 0; t < placed_tensors<Net>::count; ++t) {
    placed_tensor const& tensor = placed_tensors_of<Net>.of[t];
    if (tensor.use == role::output || tensor.use == role::state) detail::print_tensor(tensor, net.raw(t));
  }
  return 0;
}
}  // namespace deeploy::siracusa
