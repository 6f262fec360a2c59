// SPDX-License-Identifier: Apache-2.0
// An illegal instruction three calls deep on core 5: the report names core, function, line and callers.
#include "runtime.hpp"
[[gnu::noinline]] void innermost(unsigned n) {
  if (n == 5) asm volatile(".word 0xFFFFFFFF");
}
[[gnu::noinline]] void middle(unsigned n) {
  innermost(n);
  asm volatile("nop");
}
extern "C" void cluster_main(rt::u32 core) {
  middle(core);
  asm volatile("nop");
}
int main() {
  rt::start_cluster();
  rt::wait_cluster();
  return 0;
}
