// SPDX-License-Identifier: Apache-2.0
// A jump into data.
#include "runtime.hpp"
int data[4] = {0x13, 0x13, 0x13, 0x13};
[[gnu::noinline]] void call(void* p) {
  reinterpret_cast<void (*)()>(p)();
  asm volatile("nop");
}
int main() {
  call(data);
  return 0;
}
