// SPDX-License-Identifier: Apache-2.0
// A timer interrupts the fabric controller throughout: every run is right, and none takes 1 % longer.
#include "digits.hpp"

using namespace test;

namespace {
/// Lower half of the fabric controller's timer: count, compare, interrupt on line 10, start again.
constexpr unsigned timer_line = 10, enabled = 1, restart = 2, interrupts = 4, clear_on_compare = 16;
constexpr unsigned runs = 60;
unsigned volatile ticks;
unsigned worked[16];

void tick() {
  // A handler that does something: it has a stack, calls and a few words of memory.
  unsigned const n = ticks;
  for (unsigned i = 0; i < 16; ++i) worked[i] += n * i;
  ticks = n + 1;
}

struct outcome {
  unsigned cycles, ticks, wrong;
};
/// @param period  cycles from interrupt to interrupt; 0: none
outcome measure(instance<network, MODEL::planned_board>& net, unsigned period) {
  ticks = 0;
  if (period != 0) {
    store(address::fabric_timer + timer::compare, period - 1);
    store(address::fabric_timer + timer::configuration, enabled | restart | interrupts | clear_on_compare);
  }
  outcome o{};
  for (unsigned i = 0; i < runs; ++i) {
    put_image(net, i);
    unsigned const begun = now();
    net.run();
    o.cycles += now() - begun;
    o.wrong += different_scores(net, i) != 0;
  }
  store(address::fabric_timer + timer::configuration, 0);
  o.ticks = ticks;
  return o;
}
}  // namespace

int main() {
  auto& net = ready_network();
  start_clock();
  on_interrupt(timer_line, tick);
  put_image(net, 0);
  net.run();  // fills the caches
  outcome const alone = measure(net, 0);
  print_value("@alone", alone.cycles);
  bool good = alone.wrong == 0 && alone.ticks == 0;
  // 1 kHz at 360 MHz, and 180 times as fast.
  constexpr unsigned periods[] = {360'000, 2'000};
  for (unsigned const period : periods) {
    outcome const o = measure(net, period);
    print_value("@period", period), print_value("@cycles", o.cycles), print_value("@ticks", o.ticks), print_value("@wrong", o.wrong);
    unsigned const apart = o.cycles > alone.cycles ? o.cycles - alone.cycles : alone.cycles - o.cycles;
    good = good && o.wrong == 0 && o.ticks >= o.cycles / period && apart <= alone.cycles / 100;
  }
  return good ? 0 : 1;
}
