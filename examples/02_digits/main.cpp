// SPDX-License-Identifier: Apache-2.0
// Reads the 360 test digits through the planned network; compares accuracy with the float network's, scores bit by bit.
#include <cstdio>
#include <cstring>
#include <digits/network.hpp>
#include <fstream>
#include <iterator>
#include <vector>

int main(int count, char** words) {
  if (count != 2) return std::fprintf(stderr, "usage: %s digits_test.bin\n", words[0]), 2;
  constexpr int images = 360, pixels = 64, classes = 10;
  std::ifstream in(words[1], std::ios::binary);
  std::vector<char> const data{std::istreambuf_iterator<char>(in), {}};
  if (data.size() != images * (pixels + 2 + classes)) return std::fprintf(stderr, "%s is not the test set\n", words[1]), 2;
  auto const* const image = reinterpret_cast<deeploy::u8 const*>(data.data());
  auto const* const label = image + images * pixels;
  auto const* const float_prediction = label + images;
  auto const* const expected = reinterpret_cast<deeploy::i8 const*>(float_prediction + images);

  static deeploy::host::instance<model::digits::network> net;
  if (digits::load_weights(net) != deeploy::host::image_status::good) return 2;
  int right = 0, float_right = 0, different = 0;
  for (int i = 0; i < images; ++i) {
    std::memcpy(net.data<model::digits::image>(), image + i * pixels, pixels);
    net.run();
    deeploy::i8 const* const scores = net.data<model::digits::scores>();
    int best = 0;
    for (int c = 0; c < classes; ++c) {
      if (scores[c] > scores[best]) best = c;
      different += scores[c] != expected[i * classes + c];
    }
    right += best == label[i];
    float_right += float_prediction[i] == label[i];
  }
  double const accuracy = 100.0 * right / images, float_accuracy = 100.0 * float_right / images;
  std::printf("accuracy on %d test images: %.2f %% (float network %.2f %%), %d of %d scores differ from the integer reference\n", images,
              accuracy, float_accuracy, different, images * classes);
  bool const good = accuracy >= 96.0 && accuracy >= float_accuracy - 0.5 && different == 0;
  if (!good) std::printf("NOT GOOD ENOUGH: at least 96 %% and at most 0.5 points lost are asked, and no score may differ\n");
  return good ? 0 : 1;
}
