// SPDX-License-Identifier: Apache-2.0
// The smallest tour: console, eight cores, a barrier, DMA both ways, a mutex, and the status 7.
#include "runtime.hpp"

L1 rt::u32 sums[8];
L1 rt::u32 total;
L1 rt::u32 block[64];
rt::u32 source[64], target[64];

extern "C" void cluster_main(rt::u32 core) {
  sums[core] = 0;  // L1 starts with anything
  if (core == 0) {
    total = 0;
    rt::setup_barrier();
  }
  for (int i = 0; i < 40; ++i) asm volatile("nop");  // the barrier is set up
  rt::barrier();
  if (core == 0) rt::copy_in(block, source, sizeof block);
  rt::barrier();
  for (rt::u32 i = core; i < 64; i += 8) {
    sums[core] += block[i];
    block[i] *= 2;
  }
  rt::lock();
  total += sums[core];
  rt::unlock();
  rt::barrier();
  if (core == 0) {
    rt::copy_out(target, block, sizeof block);
    rt::tell_fabric();
  }
}

int main() {
  rt::print("hello from the fabric controller\n");
  for (rt::u32 i = 0; i < 64; ++i) source[i] = i;
  rt::start_cluster();
  rt::wait_cluster();
  rt::line("total", total);
  for (rt::u32 i = 0; i < 64; ++i)
    if (target[i] != 2 * i) return 1;
  return total == 64 * 63 / 2 ? 7 : 2;
}
