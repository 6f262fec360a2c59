// SPDX-License-Identifier: Apache-2.0
// The host's machine: moves data at once, or, when checking, as late and as rudely as a DMA may.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deeploy/execute.hpp>
#include <vector>

namespace deeploy::host {
/// Sections of the memories on the host: each a block of exactly the planned size between guard bytes.
class arenas {
 public:
  static constexpr std::size_t guard_bytes = 64;
  static constexpr unsigned char guard = 0xC7;

  explicit arenas(memory_use const* use, int memories, unsigned char poison) {
    for (int m = 0; m < memories; ++m)
      for (int s = 0; s < section_count; ++s) {
        auto const size = static_cast<std::size_t>(use[m].used[s]);
        std::vector<unsigned char> block(size + 2 * guard_bytes + 32, guard);
        blocks_.push_back(std::move(block));
        std::size_t const at = (32 - reinterpret_cast<std::uintptr_t>(blocks_.back().data()) % 32) % 32 + guard_bytes;
        at_.push_back(at);
        size_.push_back(size);
        std::memset(blocks_.back().data() + at, poison, size);
      }
  }
  u8* base(u32 which) { return blocks_[which].data() + at_[which]; }
  std::size_t size(u32 which) const { return size_[which]; }
  /// Does [at, at + length) lie inside of section `which`?
  bool holds(u32 which, u8 const* at, i64 length) {
    return at >= base(which) && at + length <= base(which) + size_[which];
  }
  /// Is any guard byte overwritten?
  bool broken() const {
    for (std::size_t b = 0; b < blocks_.size(); ++b)
      for (std::size_t i = 0; i < blocks_[b].size(); ++i)
        if ((i < at_[b] || i >= at_[b] + size_[b]) && blocks_[b][i] != guard) return true;
    return false;
  }
  int count() const { return static_cast<int>(blocks_.size()); }

 private:
  std::vector<std::vector<unsigned char>> blocks_;
  std::vector<std::size_t> at_, size_;
};

/// Runs kernels on `cores` cores one after the other and moves data at once.
class machine {
 public:
  machine(arenas& memory, int cores) : memory_(memory), cores_(cores) {}
  u8* base(u32 which) { return memory_.base(which); }
  void start_in(int, u8* l1, u8 const* from, bytes line, index lines, bytes stride) {
    for (index i = 0; i < lines; ++i) std::memcpy(l1 + i64{i} * line, from + i64{i} * stride, static_cast<std::size_t>(line));
  }
  void start_out(int, u8 const* l1, u8* to, bytes line, index lines, bytes stride) {
    for (index i = 0; i < lines; ++i) std::memcpy(to + i64{i} * stride, l1 + i64{i} * line, static_cast<std::size_t>(line));
  }
  void wait(int) {}
  void run(kernel_code const& code, kernel_arguments const& a) {
    for (kernel_phase phase : code.phase)
      for (int core = 0; phase != nullptr && core < cores_; ++core) phase(core, cores_, a);
  }
  void step_begins(int) {}
  void step_ends(int) {}
  bool stopped() const { return false; }

 protected:
  arenas& memory_;
  int cores_;
};

/// The same, but hostile: a transfer scribbles over its destination when it starts, reads its source and writes its
/// destination only when it is waited for, and stays inside the arenas; cores run in changing orders. What a plan or the
/// executor forgets to wait for gives wrong results here.
class checking_machine : public machine {
 public:
  using machine::machine;
  void start_in(int which, u8* l1, u8 const* from, bytes line, index lines, bytes stride) {
    expect(memory_.holds(0 * section_count + static_cast<u32>(section::scratch), l1, i64{line} * lines), "a load's tile buffer");
    expect(in_one_section(from, i64{stride} * (lines - 1), line), "a load's source");
    std::memset(l1, scribble, static_cast<std::size_t>(line) * static_cast<std::size_t>(lines));
    pending_[which].push_back({l1, from, line, lines, line, stride});
  }
  void start_out(int which, u8 const* l1, u8* to, bytes line, index lines, bytes stride) {
    expect(memory_.holds(0 * section_count + static_cast<u32>(section::scratch), l1, i64{line} * lines), "a store's tile buffer");
    expect(in_one_section(to, i64{stride} * (lines - 1), line), "a store's destination");
    for (index i = 0; i < lines; ++i) std::memset(to + i64{i} * stride, scribble, static_cast<std::size_t>(line));
    pending_[which].push_back({to, l1, line, lines, stride, line});
  }
  void wait(int which) {
    for (transfer const& t : pending_[which])
      for (index i = 0; i < t.lines; ++i)
        std::memcpy(t.to + i64{i} * t.to_stride, t.from + i64{i} * t.from_stride, static_cast<std::size_t>(t.line));
    pending_[which].clear();
  }
  void run(kernel_code const& code, kernel_arguments const& a) {
    ++calls_;
    for (kernel_phase phase : code.phase)
      for (int i = 0; phase != nullptr && i < cores_; ++i) {
        int const turned = (i + calls_) % cores_, order[] = {i, cores_ - 1 - i, turned, cores_ - 1 - turned};
        phase(order[calls_ % 4], cores_, a);
      }
  }
  /// Transfers that nobody waited for, or guard bytes that changed: call after a run.
  bool clean() const {
    for (auto const& p : pending_)
      if (!p.empty()) return false;
    return !failed_ && !memory_.broken();
  }

 private:
  static constexpr int scribble = 0x5A;
  struct transfer {
    u8* to;
    u8 const* from;
    bytes line;
    index lines;
    i64 to_stride, from_stride;
  };
  void expect(bool holds, char const* what) {
    if (holds) return;
    failed_ = true;
    std::fprintf(stderr, "[DPL-6101] host board: %s lies outside of its arena\n", what);
  }
  bool in_one_section(u8 const* at, i64 reach, i64 line) {
    u8 const* const low = reach < 0 ? at + reach : at;
    for (int s = 0; s < memory_.count(); ++s)
      if (memory_.holds(static_cast<u32>(s), low, (reach < 0 ? -reach : reach) + line)) return true;
    return false;
  }
  std::vector<transfer> pending_[channel::count];
  int calls_ = 0;
  bool failed_ = false;
};
}  // namespace deeploy::host
