// SPDX-License-Identifier: Apache-2.0
// Two networks side by side, each with memories of its own; the other translation unit runs them again on the same input.
#include <cstdio>
#include <cstring>
#include <digits/network.hpp>
#include <three_layers/network.hpp>

int run_elsewhere(deeploy::u8 const* image, deeploy::i8* scores, deeploy::u8 const* picture, deeploy::i8* classes);

int main() {
  deeploy::host::instance<model::digits::network> digits_net;
  deeploy::host::instance<three_layers::network> layers_net(0xA5);
  if (digits::load_weights(digits_net) != deeploy::host::image_status::good) return 2;
  if (three_layers::load_weights(layers_net) != deeploy::host::image_status::good) return 2;
  deeploy::u8 image[64], picture[576];
  for (int i = 0; i < 64; ++i) image[i] = static_cast<deeploy::u8>(i * 4);
  for (int i = 0; i < 576; ++i) picture[i] = static_cast<deeploy::u8>(i * 29);
  std::memcpy(digits_net.data<model::digits::image>(), image, sizeof image);
  std::memcpy(layers_net.data<three_layers::image>(), picture, sizeof picture);
  digits_net.run();
  layers_net.run();
  deeploy::i8 scores[10], classes[10];
  if (run_elsewhere(image, scores, picture, classes) != 0) return 2;
  bool const same = std::memcmp(scores, digits_net.data<model::digits::scores>(), 10) == 0 &&
                    std::memcmp(classes, layers_net.data<three_layers::scores>(), 10) == 0;
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += (scores[i] < 0 ? -scores[i] : scores[i]) + (classes[i] < 0 ? -classes[i] : classes[i]);
  std::printf("%s, magnitude of the scores %d\n", same ? "equal in both translation units" : "DIFFERENT", sum);
  return same && sum > 0 ? 0 : 1;
}
