// SPDX-License-Identifier: Apache-2.0
// Firmware for Siracusa: the fabric controller gives the cluster one digit after the other and sleeps meanwhile.
#include <digits/network.hpp>
#include <siracusa/runtime/console.hpp>

#include "images.hpp"

using namespace deeploy::siracusa;

int main() {
  static instance<model::digits::network> net(digits_arenas);
  start_cluster();
  if (digits::load_weights(net) != image_status::good) return 2;
  int right = 0;
  for (int i = 0; i < images; ++i) {
    for (int p = 0; p < 64; ++p) net.data<model::digits::image>()[p] = image[i][p];
    net.start();  // the fabric controller is free now; done() asks, wait() sleeps
    net.wait();
    auto const* score = net.data<model::digits::scores>();
    int best = 0;
    for (int d = 1; d < 10; ++d)
      if (score[d] > score[best]) best = d;
    right += best == label[i];
    print("image "), print(static_cast<unsigned>(i)), print(" shows a "), print(static_cast<unsigned>(best));
    print(best == label[i] ? "\n" : ", but it is another digit\n");
  }
  return right == images ? 0 : 1;
}
