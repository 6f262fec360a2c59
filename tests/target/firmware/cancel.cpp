// SPDX-License-Identifier: Apache-2.0
// cancel() at many moments of a run: it ends at the next tile, and the run after it is right again.
#include "digits.hpp"

using namespace test;

int main() {
  auto& net = ready_network();
  start_clock();
  put_image(net, 0);
  unsigned const begun = now();
  if (net.done() == false || !net.run() || different_scores(net, 0) != 0) return 3;
  unsigned const whole = now() - begun;

  unsigned const moments = whole < 100'000 ? 60 : 16;  // as many as the DMA has counters, or more
  unsigned longest = 0, cancelled = 0, wrong = 0;
  for (unsigned m = 0; m < moments; ++m) {
    put_image(net, m);
    unsigned const start = now(), at = whole / moments * m;
    net.start();
    while (now() - start < at) {
    }
    bool const still = !net.done();
    unsigned const asked = now();
    net.cancel();
    bool const finished = net.wait();
    unsigned const took = now() - asked;
    if (took > longest) longest = took;
    cancelled += !finished;
    // Who finishes nevertheless was in the last tile, and right.
    if (finished) wrong += different_scores(net, m) != 0;
    if (!finished && !still) return 4;
    put_image(net, m);
    if (!net.run() || different_scores(net, m) != 0) ++wrong;
  }
  print_value("@whole", whole);
  print_value("@longest", longest);
  print_value("@cancelled", cancelled);
  print_value("@wrong", wrong);
  return wrong == 0 && cancelled >= moments / 2 ? 0 : 1;
}
