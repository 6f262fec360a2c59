// SPDX-License-Identifier: Apache-2.0
// npu: N-EUREKA as a cycle-ordered simulator sees it: control registers, two contexts, a queue, and events in time.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>

#include "cycles.hpp"
#include "datapath.hpp"
#include "footprint.hpp"
#include "rules.hpp"

namespace simulator {
struct npu_options {
  neureka::cycle_options cycles;
  unsigned start_cycles = 3;        ///< from the trigger, or from the end of the job before, to the first load
  unsigned soft_clear_cycles = 10;  ///< software must leave the unit alone that long after a soft clear
  bool whole_windows = true;        ///< see neureka::memory_limits
};

/// A job by name: which, who committed it, when.
struct npu_ticket {
  unsigned job_id = 0;
  unsigned context = 0;
  int issuer = -1;
  std::uint64_t number = 0;  ///< counts all committed jobs; job_id wraps at 256
  neureka::cycle_count committed = 0, started = 0, ended = 0;
};

/// What a finished job cost.
struct npu_report {
  npu_ticket ticket;
  std::array<neureka::cycle_count, neureka::phase_kinds> phase_cycles{};
  neureka::cycle_count busy_cycles = 0;   ///< sum of the phases, stalls apart
  neureka::cycle_count stall_cycles = 0;  ///< added by stall()
  std::uint64_t multiply_accumulates = 0;
  std::uint64_t l1_words = 0;      ///< accesses of 32 bytes to L1, emitted ones all counted
  std::uint64_t weight_words = 0;  ///< words from weight memory
};

/// Misuse that real hardware would answer with garbage: an illegal job, or an illegal use of the control registers.
struct npu_fault : std::runtime_error {
  npu_fault(std::string what, std::string register_name, std::uint32_t value, std::string rule,
            npu_ticket const& ticket, neureka::cycle_count cycle)
      : std::runtime_error(std::move(what)),
        register_name(std::move(register_name)),
        value(value),
        rule(std::move(rule)),
        ticket(ticket),
        cycle(cycle) {}
  std::string register_name;
  std::uint32_t value;
  std::string rule;
  npu_ticket ticket;
  neureka::cycle_count cycle;
};

/// Told of everything that a checker wants to know. Nothing is computed for it when there is none.
struct npu_observer {
  virtual ~npu_observer() = default;
  virtual void committed(npu_ticket const&, neureka::job const&) {}
  virtual void started(npu_ticket const&, neureka::job const&) {}
  /// Bytes that influence results, at the cycle at which the model takes them; one call per tile and kind.
  virtual void reads(npu_ticket const&, neureka::regions const&, neureka::cycle_count) {}
  virtual void writes(npu_ticket const&, neureka::region const&, neureka::cycle_count) {}
  virtual void finished(npu_report const&) {}
  virtual void aborted(npu_ticket const&, neureka::cycle_count) {}
  /// A job register of a committed or running job was written.
  virtual void changed_while_queued(npu_ticket const&, unsigned /*job_register*/, int /*issuer*/,
                                    neureka::cycle_count) {}
  /// Legal here, but resting on something that the silicon does not promise.
  virtual void unverified(npu_ticket const&, std::string const& /*register_name*/, std::string const& /*rule*/) {}
};

/// One access of the streamers in one cycle.
struct npu_access {
  neureka::stream which = neureka::stream::input;
  bool weight_memory = false;
  std::uint32_t address =
      0;  ///< in L1, or an offset into weight memory; 32 bytes from here on, 9 banks if not aligned to 4
  bool write() const { return which == neureka::stream::output; }
};

/// All cycles given to a member must not decrease from call to call. Every call first does what is due up to its cycle.
class npu {
public:
  explicit npu(neureka::npu_memory memory, npu_options options = {}, npu_observer* observer = nullptr);

  /// @param offset  from the unit's base address, 0 to 0x17c
  /// @throws npu_fault
  void write_register(std::uint32_t offset, std::uint32_t value, neureka::cycle_count now, int issuer);
  std::uint32_t read_register(std::uint32_t offset, neureka::cycle_count now, int issuer = -1);

  static constexpr neureka::cycle_count never = ~neureka::cycle_count{0};
  /// When something happens next: call advance() then. Never while idle.
  neureka::cycle_count next_event() const { return next_; }
  /// Does everything that is due up to and including `now`. @throws npu_fault when a queued job turns out illegal
  void advance(neureka::cycle_count now) {
    while (next_ <= now) step();
  }
  /// The next job that has ended and was not yet taken: raise event line 12 once for each.
  std::optional<npu_report> take_finished();

  bool running() const { return running_; }
  npu_ticket const& running_ticket() const { return report_.ticket; }
  /// The phase that the unit is in; meaningful while running and started.
  std::optional<neureka::phase_kind> current_phase() const;

  /// What the streamers ask for in cycle `now` (advance() first): up to two accesses, as prefetch runs beside weights.
  unsigned accesses(neureka::cycle_count now, npu_access out[2]) const;
  /// The accesses of this cycle were not granted: everything to come moves by `cycles`.
  void stall(neureka::cycle_count cycles);

private:
  enum class context_state : std::uint8_t {
    free,
    acquired,
    committed,
    running
  };
  struct context {
    neureka::register_image registers{};
    context_state state = context_state::free;
    npu_ticket ticket;
  };

  void commit(bool trigger, neureka::cycle_count now, int issuer);
  void clear(bool registers_too, neureka::cycle_count now);
  std::uint32_t acquire(int issuer);
  std::uint32_t* job_register(std::uint32_t offset, unsigned& context_index, unsigned& number);
  void check(neureka::job const& j, npu_ticket const& ticket, neureka::cycle_count now) const;
  [[noreturn]] void fail(std::string register_name, std::uint32_t value, std::string rule, npu_ticket const& ticket,
                         neureka::cycle_count now) const;

  void schedule_start(neureka::cycle_count now);
  void step();  // the event at next_
  void start(neureka::cycle_count now);
  void finish(neureka::cycle_count now);
  void enter_phase(neureka::cycle_count now);
  void leave_phase(neureka::cycle_count now);
  void read_tile(neureka::tile_index const& tile, neureka::cycle_count now);
  bool has_next_tile(neureka::tile_index& tile) const;
  std::uint32_t input_address(neureka::tile_index const& tile, unsigned sub_tile, unsigned pixel) const;

  neureka::npu_memory memory_;
  npu_options options_;
  npu_observer* observer_;

  std::array<context, 2> contexts_{};
  unsigned configured_ = 0;     // the context that the next acquire gives, or has given
  std::deque<unsigned> queue_;  // committed contexts, oldest first
  bool triggered_ = false;      // committed jobs may start
  unsigned next_id_ = 0;
  unsigned running_id_ = 0;
  std::uint64_t commits_ = 0;
  std::uint32_t finished_count_ = 0;
  neureka::cycle_count clear_until_ = 0;

  bool running_ = false;
  bool started_ = false;  // the running job's first phase has begun
  unsigned running_context_ = 0;
  neureka::job job_;
  npu_report report_;
  neureka::tile_index tile_;
  unsigned sub_tile_ = 0;
  neureka::step step_;
  unsigned phase_ = 0;
  neureka::cycle_count phase_start_ = 0, step_start_ = 0;  // step_start_: where the step's prefetch begins
  neureka::cycle_count next_ = never;
  // While one tile's results leave, the next tile's inputs have already been taken.
  std::array<neureka::accumulator_tile, 2> sums_{};
  unsigned current_ = 0;
  std::deque<npu_report> done_;
};
}  // namespace simulator
