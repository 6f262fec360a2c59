// SPDX-License-Identifier: Apache-2.0
// Runs the network of network.hpp on the host board and compares with plain loops.
#include <cstdio>
#include <three_layers/network.hpp>

int main() {
  using namespace three_layers;
  static deeploy::host::instance<three_layers::network> net;
  if (load_weights(net) != deeploy::host::image_status::good) return 2;
  u8* const x = net.data<image>();
  for (int i = 0; i < 12 * 12 * 4; ++i) x[i] = static_cast<u8>(i * 29 % 256);
  u8 copy[12][12][4];
  for (int i = 0; i < 12 * 12 * 4; ++i) copy[i / 48][i / 4 % 12][i % 4] = x[i];
  net.run();

  // The same by hand.
  static u8 after_conv[12][12][8], after_pool[6][6][8];
  for (int h = 0; h < 12; ++h)
    for (int w = 0; w < 12; ++w)
      for (int k = 0; k < 8; ++k) {
        int sum = 0;
        for (int r = 0; r < 3; ++r)
          for (int s = 0; s < 3; ++s)
            for (int c = 0; c < 4; ++c) {
              int const y = h + r - 1, z = w + s - 1;
              if (y >= 0 && y < 12 && z >= 0 && z < 12) sum += copy[y][z][c] * filters::values[((k * 3 + r) * 3 + s) * 4 + c];
            }
        int const q = (sum + 16) >> 5;
        after_conv[h][w][k] = static_cast<u8>(q < 0 ? 0 : q > 255 ? 255 : q);
      }
  for (int h = 0; h < 6; ++h)
    for (int w = 0; w < 6; ++w)
      for (int k = 0; k < 8; ++k) {
        u8 best = 0;
        for (int i = 0; i < 4; ++i) best = after_conv[2 * h + i / 2][2 * w + i % 2][k] > best ? after_conv[2 * h + i / 2][2 * w + i % 2][k] : best;
        after_pool[h][w][k] = best;
      }
  int different = 0;
  for (int n = 0; n < 10; ++n) {
    int sum = 0;
    for (int i = 0; i < 288; ++i) sum += (&after_pool[0][0][0])[i] * weights::values[n * 288 + i];
    int const q = (sum + 256) >> 9, clipped = q < -128 ? -128 : q > 127 ? 127 : q;
    different += net.data<scores>()[n] != clipped;
    std::printf("%4d%s", net.data<scores>()[n], n == 9 ? "\n" : "");
  }
  std::printf("%s\n", different == 0 ? "equal to the plain loops" : "DIFFERENT from the plain loops");
  return different == 0 ? 0 : 1;
}
