// SPDX-License-Identifier: Apache-2.0
// The machine that executes plans on Siracusa's cluster. Core 0 walks the plan and drives the DMA; the others serve: they
// meet it at a barrier, run the kernel that it names, and come back. So the executor's code is in one core's cache only.
#pragma once
#include <deeploy/execute.hpp>
#include <siracusa/runtime/cluster.hpp>
#include <siracusa/runtime/dma.hpp>
#include <siracusa/runtime/npu.hpp>

namespace deeploy::siracusa {
namespace reserved = board::siracusa_reserved;
static_assert(sizeof(step_record) <= reserved::step_record_bytes);

/// Bases of all sections of all memories, indexed by address::base().
struct memory_bases {
  u8* of[base_count] = {};
};

/// What may be done at the beginning and the end of each step, on core 0; by default nothing.
struct no_hooks {
  static void step_begins(int, step_record const&) {}
  static void step_ends(int, step_record const&) {}
};

/// Runs all phases of a kernel as one core of the team. The next phase is looked up before the barrier: behind the last
/// one core 0 may have the table that holds the code fetched over.
inline void take_part(u32 core, team_work const& work) {
  constexpr int most = sizeof work.code->phase / sizeof work.code->phase[0];
  kernel_phase next = work.code->phase[0];
  for (int i = 1; next != nullptr; ++i) {
    kernel_phase const phase = next;
    next = i < most ? work.code->phase[i] : nullptr;
    phase(static_cast<int>(core), board::siracusa::cores, *work.arguments);
    barrier();
  }
}

/// What cores 1 to 7 do during a run.
inline void serve(u32 core, team_work const volatile& posted) {
  for (;;) {
    barrier();
    team_work const work{posted.code, posted.arguments};
    if (work.code == nullptr) return;
    take_part(core, work);
  }
}

/// Core 0's view.
template <class Hooks = no_hooks>
class machine : public Hooks {
 public:
  machine(memory_bases const& bases, team_work volatile& work) : bases_(bases), work_(work) {}

  u8* base(u32 which) const { return bases_.of[which]; }
  void start_in(int which, u8* l1, u8 const* from, bytes line, index lines, bytes stride) { start(dma::to::l1, which, l1, from, line, lines, stride); }
  void start_out(int which, u8 const* l1, u8* to, bytes line, index lines, bytes stride) { start(dma::to::outside, which, l1, to, line, lines, stride); }
  void wait(int which) {
    for (u32 c = 0; counters_[which] != 0; ++c)
      if (counters_[which] >> c & 1) {
        dma::wait(c);
        counters_[which] &= static_cast<u16>(~(1u << c));
        if (counter_ == static_cast<int>(c)) counter_ = -1;
      }
  }
  void run(kernel_code const& code, kernel_arguments const& a) {
    work_.code = &code;
    work_.arguments = &a;
    barrier();
    take_part(0, {&code, &a});
  }
  /// Lets the others go home.
  void dismiss() {
    work_.code = nullptr;
    barrier();
  }
  void expect(int s, step_record const& r, i32 const* values, ready_tiles const& t) {
    counter_ = -1;  // what is started now belongs to a counter of its own
    fetch_[s % reserved::fetched_steps] = static_cast<u8>(dma::allocate());
    u32 const at = reinterpret_cast<u32>(slot(s));
    dma::start(dma::to::l1, at, reinterpret_cast<u32>(&r), sizeof r);
    if (r.value_count != 0) dma::start(dma::to::l1, at + reserved::step_record_bytes, reinterpret_cast<u32>(values), 4u * r.value_count);
    dma::start(dma::to::l1, at + reserved::step_record_bytes + reserved::step_values_bytes, reinterpret_cast<u32>(t.table), static_cast<u32>(t.length_bytes));
  }
  fetched_step fetched(int s) {
    u8& counter = fetch_[s % reserved::fetched_steps];
    if (counter != 0xFF) dma::wait(counter);
    counter = 0xFF;
    u8* const at = slot(s);
    return {reinterpret_cast<step_record const*>(at), reinterpret_cast<i32 const*>(at + reserved::step_record_bytes),
            at + reserved::step_record_bytes + reserved::step_values_bytes};
  }
  void step_begins(int s, step_record const& r) {
    deeploy_control.step = static_cast<u32>(s);
    Hooks::step_begins(s, r);
  }
  bool stopped() const { return deeploy_control.cancel != 0; }

 private:
  static u8* slot(int s) { return deeploy_fetched_steps + s % reserved::fetched_steps * reserved::fetched_step_bytes; }
  void start(dma::to direction, int which, u8 const* l1, u8 const* outside, bytes line, index lines, bytes stride) {
    // Commands go to the counter that was allocated last; a channel that comes back takes one more.
    if (counter_ < 0 || owner_ != which) {
      counter_ = static_cast<int>(dma::allocate());
      owner_ = which;
      counters_[which] |= static_cast<u16>(1u << counter_);
    }
    u32 const at = reinterpret_cast<u32>(l1), there = reinterpret_cast<u32>(outside);
    if (lines == 1)
      dma::start(direction, at, there, static_cast<u32>(line));
    else
      dma::start(direction, at, there, static_cast<u32>(line), static_cast<u32>(lines), static_cast<u32>(stride));
  }

  memory_bases const& bases_;
  team_work volatile& work_;
  int counter_ = -1, owner_ = -1;
  u8 fetch_[reserved::fetched_steps] = {0xFF, 0xFF, 0xFF};  ///< counters
  u16 counters_[channel::count] = {};
};
}  // namespace deeploy::siracusa
