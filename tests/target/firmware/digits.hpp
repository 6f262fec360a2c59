// SPDX-License-Identifier: Apache-2.0
// The digits' network with its test set, and clocks: what the firmwares of these tests share.
#pragma once
#include MODEL_HEADER  // of the plan that this firmware tests, called MODEL
#include <siracusa/runtime/console.hpp>

#define JOINED(a, b) a##b
#define ARENAS_OF(model) JOINED(model, _arenas)

extern "C" unsigned char const digits_test[];

namespace test {
using namespace deeploy::siracusa;
namespace tensors = model::MODEL;
using network = tensors::network;
constexpr unsigned images = 360, pixels = 64, classes = 10;

template <class Instance>
void put_image(Instance& net, unsigned i) {
  for (unsigned p = 0; p < pixels; ++p) net.template data<tensors::image>()[p] = digits_test[i * pixels + p];
}
/// Scores that are not those of the integer reference.
template <class Instance>
unsigned different_scores(Instance& net, unsigned i) {
  auto const* const expected = reinterpret_cast<signed char const*>(digits_test) + images * (pixels + 2) + i * classes;
  unsigned n = 0;
  for (unsigned c = 0; c < classes; ++c) n += net.template data<tensors::scores>()[c] != expected[c];
  return n;
}

/// The network with its weights; one that has none ends the program.
template <class Instance = instance<network, MODEL::planned_board>>
Instance& ready_network() {
  static Instance net(ARENAS_OF(MODEL));
  if (MODEL::load_weights(net) != image_status::good) deeploy::siracusa::exit(2);
  start_cluster();
  return net;
}

/// The upper half of the fabric controller's timer counts cycles; the lower half is free for interrupts.
inline void start_clock() { store(address::fabric_timer + 0x04, 1); }
inline unsigned now() { return load(address::fabric_timer + 0x0C); }

inline void print_value(char const* name, unsigned value) { print(name), print(" "), print(value), print("\n"); }
}  // namespace test
