// SPDX-License-Identifier: Apache-2.0
// Floating point by a compiler, with separate registers.
#include "runtime.hpp"

L1 float values[16];
L1 float total, largest;
L1 int whole;

[[gnu::noinline]] float polynomial(float x) { return ((0.5f * x + 0.25f) * x - 3.0f) * x + 1.0f; }

extern "C" void cluster_main(rt::u32) {
  total = 0;
  for (int i = 0; i < 16; ++i) values[i] = polynomial(static_cast<float>(i) * 0.5f);
  largest = values[0];
  for (float v : values) {
    total += v;
    largest = v > largest ? v : largest;
  }
  whole = static_cast<int>(total / 3.0f);
  rt::tell_fabric();
}

int main() {
  rt::start_cluster(1);
  rt::wait_cluster();
  // By integers: sum of x^3/2 + x^2/4 - 3x + 1 over x = 0, 0.5 .. 7.5 is 813.5.
  rt::line("total x 4", static_cast<rt::u32>(total * 4.0f));
  rt::line("largest x 16", static_cast<rt::u32>(largest * 16.0f));
  rt::line("third", static_cast<rt::u32>(whole));
  return 0;
}
