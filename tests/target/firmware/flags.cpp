// SPDX-License-Identifier: Apache-2.0
// Compiled with several levels of optimisation: what runs on the cluster takes the same cycles.
#include "digits.hpp"

using namespace test;

int main() {
  auto& net = ready_network();
  start_clock();
  put_image(net, 0);
  unsigned const begun = now();
  net.run();
  print_value("@first", now() - begun);
  put_image(net, 0);
  unsigned const warm = now();
  net.run();
  print_value("@second", now() - warm);
  return different_scores(net, 0) == 0 ? 0 : 1;
}
