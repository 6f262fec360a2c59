// SPDX-License-Identifier: Apache-2.0
// Never ends: for Ctrl-C.
[[gnu::noinline]] void spin() {
  for (;;) asm volatile("nop");
}
int main() {
  spin();
  return 0;
}
