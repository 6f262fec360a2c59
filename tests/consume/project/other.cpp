// SPDX-License-Identifier: Apache-2.0
// The same headers again, in the other order: nothing may be defined twice.
#include <three_layers/network.hpp>
#include <digits/network.hpp>
#include <cstring>

int run_elsewhere(deeploy::u8 const* image, deeploy::i8* scores, deeploy::u8 const* picture, deeploy::i8* classes) {
  deeploy::host::instance<three_layers::network> layers_net;
  deeploy::host::instance<model::digits::network, deeploy::host::checking_machine> digits_net(0x3C);
  if (digits::load_weights(digits_net) != deeploy::host::image_status::good) return 2;
  if (three_layers::load_weights(layers_net) != deeploy::host::image_status::good) return 2;
  std::memcpy(digits_net.data<model::digits::image>(), image, 64);
  std::memcpy(layers_net.data<three_layers::image>(), picture, 576);
  layers_net.run();
  digits_net.run();
  std::memcpy(scores, digits_net.data<model::digits::scores>(), 10);
  std::memcpy(classes, layers_net.data<three_layers::scores>(), 10);
  return digits_net.on().clean() ? 0 : 1;
}
