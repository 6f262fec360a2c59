// SPDX-License-Identifier: Apache-2.0
// Copies and clears: compilers may call these without being asked.
#include <stddef.h>
#include <stdint.h>

extern "C" {
void* memcpy(void* to, void const* from, size_t length) {
  auto* t = static_cast<unsigned char*>(to);
  auto const* f = static_cast<unsigned char const*>(from);
  if (((reinterpret_cast<size_t>(t) | reinterpret_cast<size_t>(f)) & 3) == 0)
    for (; length >= 4; length -= 4, t += 4, f += 4) *reinterpret_cast<uint32_t*>(t) = *reinterpret_cast<uint32_t const*>(f);
  while (length-- != 0) *t++ = *f++;
  return to;
}
void* memset(void* to, int value, size_t length) {
  auto* t = static_cast<unsigned char*>(to);
  uint32_t const word = (static_cast<uint32_t>(value) & 255) * 0x0101'0101u;
  if ((reinterpret_cast<size_t>(t) & 3) == 0)
    for (; length >= 4; length -= 4, t += 4) *reinterpret_cast<uint32_t*>(t) = word;
  while (length-- != 0) *t++ = static_cast<unsigned char>(value);
  return to;
}
void* memmove(void* to, void const* from, size_t length) {
  auto* t = static_cast<unsigned char*>(to);
  auto const* f = static_cast<unsigned char const*>(from);
  if (t < f) return memcpy(to, from, length);
  while (length-- != 0) t[length] = f[length];
  return to;
}
int memcmp(void const* a, void const* b, size_t length) {
  auto const* x = static_cast<unsigned char const*>(a);
  auto const* y = static_cast<unsigned char const*>(b);
  for (; length != 0; --length, ++x, ++y)
    if (*x != *y) return *x < *y ? -1 : 1;
  return 0;
}
}
