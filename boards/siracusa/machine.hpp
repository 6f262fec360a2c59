// SPDX-License-Identifier: Apache-2.0
// Steps whose tiles are made ready at run time on Siracusa: they depend on run-time extents, or are too many for the stream.
#pragma once
#include <siracusa/reader.hpp>

namespace deeploy::siracusa {
/// Core 0's view.
class machine {
 public:
  machine(memory_bases const& bases, control_block& control) : bases_(bases), control_(control) {}

  u8* base(u32 which) const { return bases_.of[which]; }
  void start_in(int which, u8* l1, u8 const* from, bytes line, index lines, bytes stride) { start(dma::to::l1, which, l1, from, line, lines, stride); }
  void start_out(int which, u8 const* l1, u8* to, bytes line, index lines, bytes stride) { start(dma::to::outside, which, l1, to, line, lines, stride); }
  void wait(int which) {
    if (counters_[which] != 0) dma::wait(counters_[which]);
    counters_[which] = 0;
    if (owner_ == which) owner_ = -1;
  }
  void run(kernel_code const& code, kernel_arguments const& a) {
    control_.position = control_.position + 1;
    post(control_.work, code.phase, a);
  }
  bool stopped() const { return control_.cancel != 0; }

 private:
  void start(dma::to direction, int which, u8 const* l1, u8 const* outside, bytes line, index lines, bytes stride) {
    // Commands go to the counter that was allocated last; a channel that comes back takes one more.
    if (owner_ != which) {
      counters_[which] |= static_cast<u16>(1u << dma::allocate());
      owner_ = which;
    }
    u32 const at = reinterpret_cast<u32>(l1), there = reinterpret_cast<u32>(outside);
    if (lines == 1)
      dma::start(direction, at, there, static_cast<u32>(line));
    else
      dma::start(direction, at, there, static_cast<u32>(line), static_cast<u32>(lines), static_cast<u32>(stride));
  }

  memory_bases const& bases_;
  control_block& control_;
  int owner_ = -1;
  u16 counters_[channel::count] = {};
};

/// Runs step s of a program.
///
/// @returns false when it was asked to stop; nothing is under way then either
[[gnu::noinline]] inline bool walk_step(program_view const& p, int s, memory_bases const& bases, control_block& control, run_time_extents const& given) {
  machine m(bases, control);
  deeploy::detail::by_pointers<machine> by{m};
  run_time_extents const actual = deeploy::detail::actual_of(p, given);
  deeploy::detail::walked_tiles tiles(p, s, actual);
  tiles.early = 0;
  bool const finished = deeploy::detail::run_step(by, s, tiles, [] {});
  for (int c = 0; !finished && c < channel::count; ++c) m.wait(c);
  return finished;
}
}  // namespace deeploy::siracusa
