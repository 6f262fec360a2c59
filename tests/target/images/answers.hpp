// SPDX-License-Identifier: Apache-2.0
// What both programs share: a line on the console, and whether the network of digits gives right answers.
#pragma once
#include <digits/network.hpp>
#include <siracusa/runtime/console.hpp>

#include <04_siracusa/images.hpp>

using namespace deeploy::siracusa;
using digits_instance = instance<model::digits::network>;

inline void say(char const* what, unsigned number) { print(what), print(" "), print(number), print("\n"); }
inline void say(char const* what, image_status status) { say(what, static_cast<unsigned>(status)); }

/// How many of the images are read rightly.
inline unsigned right_answers(digits_instance& net) {
  unsigned right = 0;
  for (int i = 0; i < images; ++i) {
    for (int p = 0; p < 64; ++p) net.data<model::digits::image>()[p] = image[i][p];
    net.run();
    auto const* score = net.data<model::digits::scores>();
    int best = 0;
    for (int d = 1; d < 10; ++d)
      if (score[d] > score[best]) best = d;
    right += best == label[i];
  }
  return right;
}
