// SPDX-License-Identifier: Apache-2.0
// A store through a null pointer on the fabric controller.
#include "runtime.hpp"
[[gnu::noinline]] void store(volatile int* p) { *p = 1; }
int main() {
  rt::print("before");
  store(nullptr);
  return 0;
}
