// SPDX-License-Identifier: Apache-2.0
// A network whose plan is committed: proved here, planned nowhere.
#include <cstdio>
#include <planned/network.hpp>

int main() {
  static deeploy::host::instance<three_layers::network> net;
  if (planned::load_weights(net) != deeploy::host::image_status::good) return 2;
  for (int i = 0; i < 576; ++i) net.data<three_layers::image>()[i] = static_cast<deeploy::u8>(i * 29);
  net.run();
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += net.data<three_layers::scores>()[i] * (i + 1);
  std::printf("weighted sum of the scores: %d\n", sum);
  return 0;
}
