// SPDX-License-Identifier: Apache-2.0
// What test programs need of the machine: console, cluster, event unit, DMA, timer. Independent of the product's board.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace rt {
using u32 = uint32_t;
inline volatile u32& reg(u32 address) { return *reinterpret_cast<volatile u32*>(address); }
inline u32 hart() {
  u32 h;
  asm volatile("csrr %0, 0xF14" : "=r"(h));
  return h;
}
inline u32 core() { return hart() & 31; }

inline void put(char c) { *reinterpret_cast<volatile char*>(0x1A10F000 + (hart() >> 5 << 7) + (core() << 3)) = c; }
inline void print(char const* text) {
  while (*text) put(*text++);
}
inline void print_number(u32 value) {
  char digits[10];
  int n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value);
  while (n) put(digits[--n]);
}
inline void line(char const* name, u32 value) {
  print(name);
  put(' ');
  print_number(value);
  put('\n');
}

/// What was written before must be in memory before somebody is told: keeps the compiler from moving it.
inline void publish() { asm volatile("" ::: "memory"); }

// Cluster -----------------------------------------------------------------------------------------------------------
extern "C" {
extern char l1_data_begin[], l1_data_end[], l1_data_load[];
void _start();
}
inline void start_cluster(u32 cores = 8) {
  publish();
  reg(0x10200020) = 1;
  auto* to = reinterpret_cast<u32*>(l1_data_begin);
  auto* from = reinterpret_cast<u32*>(l1_data_load);
  while (to != reinterpret_cast<u32*>(l1_data_end)) *to++ = *from++;
  reg(0x10201400) = 0xFFFFFFFF;
  for (u32 i = 0; i < cores; ++i) reg(0x10200040 + 4 * i) = reinterpret_cast<u32>(&_start);
  reg(0x10200008) = (1u << cores) - 1;
}
/// A cluster core tells the fabric controller on interrupt line 0; the other side waits for it.
inline void tell_fabric() {
  publish();
  reg(0x1A109810) = 1;
}
inline void wait_cluster() {
  reg(0x1A109804) = 1;
  while (!(reg(0x1A10980C) & 1)) asm volatile("wfi");
  reg(0x1A109814) = 1;
  publish();
}

// Event unit, from a cluster core -------------------------------------------------------------------------------------
constexpr u32 eu = 0x00204000;
inline u32 elw(u32 address) {
  u32 v;
  asm volatile(".insn i 0x03, 6, %0, %1, 0" : "=r"(v) : "r"(address) : "memory");
  return v;
}
inline void setup_barrier(u32 cores = 8, u32 b = 0) {
  reg(eu + 0x200 + 0x20 * b) = (1u << cores) - 1;
  reg(eu + 0x20C + 0x20 * b) = (1u << cores) - 1;
}
inline void barrier(u32 b = 0) { elw(eu + 0x21C + 0x20 * b); }
inline void send_event(u32 e, u32 cores) {
  publish();
  reg(eu + 0x100 + 4 * e) = cores;
}
/// Waits for one event line alone.
inline void wait_event(u32 line) {
  u32 const old = reg(eu);
  reg(eu) = 1u << line;
  elw(eu + 0x3C);
  reg(eu) = old;
}
inline void lock(u32 m = 0) { elw(eu + 0xC0 + 4 * m); }
inline void unlock(u32 m = 0) {
  publish();
  reg(eu + 0xC0 + 4 * m) = 0;
}

// DMA, from a cluster core
constexpr u32 dma = 0x00204400, dma_to_l1 = 1u << 17, dma_linear = 1u << 18, dma_2d_external = 1u << 19,
              dma_event = 1u << 20, dma_2d_l1 = 1u << 23;
inline u32 dma_allocate() { return reg(dma); }
inline void dma_push(u32 command, void const* l1, void const* external) {
  publish();
  reg(dma) = command;
  reg(dma) = reinterpret_cast<u32>(l1);
  reg(dma) = reinterpret_cast<u32>(external);
}
inline void dma_wait(u32 id) {
  u32 const old = reg(eu);
  reg(eu) = 1u << 8;
  while (reg(dma + 4) & (1u << id)) elw(eu + 0x3C);
  reg(eu) = old;
  reg(dma + 4) = 1u << id;
  publish();
}
inline void copy_in(void* l1, void const* external, u32 bytes) {
  u32 const id = dma_allocate();
  dma_push(bytes | dma_to_l1 | dma_linear | dma_event, l1, external);
  dma_wait(id);
}
inline void copy_out(void* external, void const* l1, u32 bytes) {
  u32 const id = dma_allocate();
  dma_push(bytes | dma_linear | dma_event, l1, external);
  dma_wait(id);
}

// Cluster timer
inline void start_timer() { reg(0x00200400) = 3; }
inline u32 cycles() { return reg(0x00200408); }

}  // namespace rt
#define L1 [[gnu::section(".l1")]]
