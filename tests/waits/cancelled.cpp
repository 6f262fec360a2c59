// SPDX-License-Identifier: Apache-2.0
// Cancels a network at many moments of a run. After each the fabric controller runs it again at once, or writes the inputs anew,
// as a user does, so that what is still under way meets it. In place of the runner that `deeploy validate --keep` wrote, with its other files.
#include "network.hpp"
#include <siracusa/runner.hpp>

using namespace deeploy::siracusa;

namespace {
using network = NETWORK;
constexpr auto& placed = deeploy::placed_tensors_of<network>;

template <class Instance>
void put_inputs(Instance& net) {
  for (auto const* in = deeploy_embedded_inputs; in->name != nullptr; ++in)
    for (int t = 0; t < deeploy::placed_tensors<network>::count; ++t)
      if (deeploy::siracusa::detail::is_named(placed.of[t].name, in->name))
        for (unsigned char const* from = in->begin; from != in->end; ++from) net.raw(t)[from - in->begin] = *from;
}
unsigned now() { return load(address::fabric_timer + timer::count); }
}  // namespace

int main() {
  static instance<network> net(ARENAS);
  start_cluster();
  if (MODEL::load_weights(net) != image_status::good) return 2;
  store(address::fabric_timer + timer::configuration, 3);
  put_inputs(net);
  unsigned const begun = now();
  net.run();
  unsigned const whole = now() - begun;
  constexpr unsigned moments = 24;
  unsigned cancelled = 0;
  for (unsigned m = 1; m < moments; ++m) {
    put_inputs(net);
    unsigned const start = now();
    net.start();
    while (now() - start < whole / moments * m) {
    }
    net.cancel();
    cancelled += !net.wait();
    if (m & 1) net.run();
  }
  put_inputs(net);
  net.run();
  for (int t = 0; t < deeploy::placed_tensors<network>::count; ++t)
    if (placed.of[t].use == deeploy::role::output) deeploy::siracusa::detail::print_tensor(placed.of[t], net.raw(t));
  return cancelled >= 4 ? 0 : 3;
}
