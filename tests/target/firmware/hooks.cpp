// SPDX-License-Identifier: Apache-2.0
// Hooks around steps: none, empty ones of one's own (the program must be the same, byte for byte), and a profile of cycles.
#include "digits.hpp"
#include <siracusa/executor.hpp>

using namespace test;

#if HOOKS == 1
struct hooks {
  static void step_begins(int) {}
  static void step_ends(int) {}
};
#elif HOOKS == 2
constexpr int steps = sizeof(deeploy::plan_of<network>::steps) / sizeof(deeploy::step);
static unsigned ended_at[steps];
struct hooks {
  static void step_begins(int) {}
  static void step_ends(int s) { ended_at[s] = load(address::cluster_timer + timer::count); }
};
#endif

int main() {
#if HOOKS == 0
  auto& net = ready_network();
#else
  auto& net = ready_network<instance<network, MODEL::planned_board, hooks>>();
#endif
  start_clock();
  put_image(net, 0);
#if HOOKS == 2
  store(address::cluster_timer + timer::configuration, 3);
#endif
  unsigned const begun = now();
  net.run();
  unsigned const total = now() - begun;
  print_value("@total", total);
#if HOOKS == 2
  for (int s = 0; s < steps; ++s)
    if (ended_at[s] <= (s == 0 ? 0 : ended_at[s - 1]) || ended_at[s] > total) return 3;
#endif
  return different_scores(net, 0) == 0 ? 0 : 1;
}
