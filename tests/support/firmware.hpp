// SPDX-License-Identifier: Apache-2.0
// The least that firmware needs around a planned network: memory sections at given addresses, copies for a DMA, one core.
#pragma once
#include <deeploy/execute.hpp>
#include <host/board.hpp>

namespace firmware {
using namespace deeploy;

class machine {
 public:
  explicit machine(u8* const* sections) : sections_(sections) {}
  u8* base(u32 which) { return sections_[which]; }
  void start_in(int, u8* l1, u8 const* from, bytes line, index lines, bytes stride) {
    for (index i = 0; i < lines; ++i) __builtin_memcpy(l1 + i64{i} * line, from + i64{i} * stride, static_cast<size_t>(line));
  }
  void start_out(int, u8 const* l1, u8* to, bytes line, index lines, bytes stride) {
    for (index i = 0; i < lines; ++i) __builtin_memcpy(to + i64{i} * stride, l1 + i64{i} * line, static_cast<size_t>(line));
  }
  void wait(int) {}
  void run(kernel_code const& code, kernel_arguments const& a) {
    for (kernel_phase phase : code.phase)
      if (phase != nullptr) phase(0, 1, a);
  }
  void step_begins(int) {}
  void step_ends(int) {}
  bool stopped() const { return false; }

 private:
  u8* const* sections_;
};

template <Network Net>
bool run(u8* const* sections) {
  machine m(sections);
  return execute(program<Net, board::host>::view, m);
}
}  // namespace firmware
