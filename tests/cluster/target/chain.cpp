// SPDX-License-Identifier: Apache-2.0
// The score chain in one pass on the simulated cluster: compared with the chain of layers, cycles per score.
#include <siracusa/board.hpp>

#include "../../simulator/runtime/runtime.hpp"
#include "../score_chain_case.hpp"
#include "support.hpp"

using namespace deeploy;

namespace {
L1 [[gnu::aligned(16)]] u8 arena[200 * 1024];
L1 volatile u32 failed;

template <index keys, index width>
void measure(int core) {
  using case_t = rows_test::chain_case<16, 1, keys, width, rows_test::chain_numbers{}>;
  static_assert(sizeof(case_t) <= sizeof arena);
  case_t& c = *reinterpret_cast<case_t*>(arena);
  if (core == 0) {
    rows_test::random_numbers random(3);
    c.divisor = 5;
    c.fill(random);
    c.run_layers();
  }
  u32 cycles[2][2];
  for (int round = 0; round < 2; ++round) {
    rt::barrier();
    u32 const start = rt::cycles();
    c.run_pass(0, core, 8);
    rt::barrier();
    c.run_pass(1, core, 8);
    rt::barrier();
    u32 const filled = rt::cycles();
    c.run_pass(2, core, 8);
    rt::barrier();
    cycles[round][0] = filled - start;
    cycles[round][1] = rt::cycles() - filled;
  }
  if (core != 0) return;
  u32 differing = 0;
  for (index e = 0; e < case_t::results; ++e) differing += c.expected[e] != c.result[e];
  rt::print("keys ");
  rt::print_number(keys);
  rt::print(" width ");
  rt::print_number(width);
  rt::print(" tables ");
  rt::print_number(cycles[1][0]);
  rt::print(" rows ");
  rt::print_number(cycles[1][1]);
  rt::print(" cold ");
  rt::print_number(cycles[0][0] + cycles[0][1]);
  rt::line(" thousandths of a cycle per score", cycles[1][1] * 1000 / static_cast<u32>(case_t::scores));
  if (differing != 0) {
    rt::line("  DIFFERING", differing);
    failed = 1;
  }
}
}  // namespace

extern "C" void cluster_work(rt::u32 core) {
  if (core == 0) {
    rt::setup_barrier();
    rt::start_timer();
  } else {
    for (int i = 0; i < 60; ++i) asm volatile("nop");
  }
  rt::barrier();
  measure<65, 4>(static_cast<int>(core));
  measure<257, 4>(static_cast<int>(core));
  measure<65, 16>(static_cast<int>(core));
  measure<257, 16>(static_cast<int>(core));
  rt::barrier();
  if (core == 0) rt::tell_fabric();
}

extern "C" int main() {
  rt::start_cluster();
  rt::wait_cluster();
  return failed ? 1 : 0;
}
