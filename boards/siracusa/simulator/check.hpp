// SPDX-License-Identifier: Apache-2.0
// --check: a sanitizer. It knows who touched each byte last and what has been put in order by barriers, events,
// mutexes, job ends and interrupts, and reports what is not.
#pragma once
#include "elf.hpp"
#include "machine.hpp"
#include "zeroed.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace simulator {
/// A point in the history of one actor: its number and its clock. 0 is never.
using epoch = std::uint32_t;

class checker : public monitor, public npu_observer {
public:
  /// @param flags_polled  names of variables that cores poll on purpose
  /// @param flag_words    addresses of such words
  explicit checker(firmware const& image, std::vector<std::string> const& flags_polled = {},
                   std::vector<address32> const& flag_words = {});
  /// To be called once the machine exists and the image is loaded.
  void attach(machine& m);

  std::vector<std::string> const& findings() const { return texts; }
  cycle_count suppressed() const { return not_shown; }

  // Cores.
  void load(core& c, address32 address, unsigned bytes) override;
  void store(core& c, address32 address, unsigned bytes) override;
  void test_and_set(core& c, address32 address, unsigned bytes) override;
  // Order.
  void barrier(std::uint32_t members, std::uint32_t targets) override;
  void event(unsigned target, std::uint32_t events, core const* by) override;
  void woken(unsigned core) override;
  void polled(core& c, polled_unit unit) override;
  void locked(unsigned core, unsigned mutex) override;
  void unlocked(unsigned core, unsigned mutex) override;
  void started(core& by, unsigned core) override;
  void interrupt_raised(core& by, std::uint32_t lines) override;
  // Jobs.
  void dma_pushed(dma_transfer const& t, core& c) override;
  void dma_finished(dma_transfer const& t) override;
  void udma_started(udma_transfer const& t, core& by) override;
  void udma_finished(udma_transfer const& t) override;
  void committed(npu_ticket const&, neureka::job const&) override;
  void started(npu_ticket const&, neureka::job const&) override;
  void finished(npu_report const&) override;
  void aborted(npu_ticket const&, neureka::cycle_count) override;
  void changed_while_queued(npu_ticket const&, unsigned job_register, int issuer, neureka::cycle_count) override;

private:
  static constexpr unsigned actors = map::all_cores + 3, dma_actor = map::all_cores, npu_actor = map::all_cores + 1,
                            udma_actor = map::all_cores + 2;
  using clock_vector = std::array<std::uint32_t, actors>;

  /// What is known of a memory's bytes.
  struct shadow {
    address32 base = 0;
    zeroed_array<epoch> written_by, read_by;      // a read by several: several_readers + index
    zeroed_array<address32> written_at, read_at;  // program counter or job number, one for each word
    zeroed_array<std::uint8_t> initialised;
    bool retains = false;  // keeps its content without power: what was never written here may be there all the same
    zeroed_array<std::uint8_t> job_writes, job_reads;  // number of jobs in flight
    bool contains(address32 a) const { return a - base < written_by.size(); }
  };
  struct run {
    address32 address;
    std::uint32_t bytes;
  };
  struct job_in_flight {
    std::uint64_t number = 0;
    std::string what;  // with who issued it and where
    unsigned actor = 0, port = 0;
    bool to_l1 = false;
    std::vector<run> reads, writes;
    clock_vector issued{};
  };
  struct recent_load {
    address32 pc = 0, address = 0;
    unsigned repeated = 0;
  };

  /// A store that will carry bytes which were never written, as copies of structures do with members that are not set.
  struct copy {
    address32 load_at, store_at;
  };
  bool is_copy(core& c);
  void store_bytes(core& c, shadow& s, address32 address, unsigned bytes);

  shadow* shadow_of(address32& address, core const* c);
  epoch now_of(unsigned actor) const { return actor << 28 | (clocks[actor][actor] & 0x0FFF'FFFF); }
  static unsigned actor_of(epoch e) { return e >> 28; }
  bool ordered(epoch e, clock_vector const& by) const { return (e & 0x0FFF'FFFF) <= by[actor_of(e)]; }
  static void join(clock_vector& to, clock_vector const& from);
  void tick(unsigned actor) { ++clocks[actor][actor]; }
  void release(clock_vector& to, unsigned actor);

  /// Looks for a conflict of an access with the past. True: one was found (and reported).
  bool conflict_of_read(shadow& s, std::size_t i, clock_vector const& by, std::string const& who, core* spinning);
  bool conflict_of_write(shadow& s, std::size_t i, clock_vector const& by, std::string const& who, core* c);
  void note_read(shadow& s, std::size_t i, unsigned actor, address32 at);
  void note_write(shadow& s, std::size_t i, unsigned actor, address32 at);
  void check_stack(core& c, address32 address);
  void make_flag(address32 address) { flags.try_emplace(address & ~3u); }

  void add_job(job_in_flight job, unsigned issuer, bool check_reads);
  void end_job(unsigned actor, std::uint64_t number);
  void mark(std::vector<run> const& runs, bool writes, int change);
  job_in_flight const* job_touching(address32 address, bool writes) const;
  std::vector<run> runs_of(neureka::region const& r) const;

  std::string party(core const& c) const;
  std::string place(unsigned actor, address32 at) const;
  std::string name_of(address32 address) const;
  void report(std::string const& key, std::string text);

  firmware const& image;
  machine* system = nullptr;
  std::vector<std::string> flag_names;
  shadow l1, l2, weights;
  std::array<clock_vector, actors> clocks{};
  std::array<clock_vector, map::all_cores> pending{};
  std::array<clock_vector, 8> mutexes{};
  std::unordered_map<address32, clock_vector> flags;  // words used to pass messages: polled or test-and-set
  std::vector<clock_vector> readers;
  std::vector<std::uint32_t> free_readers;
  std::vector<job_in_flight> jobs;
  std::array<recent_load, map::all_cores> recent{};
  std::array<address32, map::all_cores> stack_top{};
  std::array<std::vector<copy>, map::all_cores> copies;  // loaded, not stored yet
  std::set<std::string> seen;
  std::vector<std::string> texts;
  cycle_count not_shown = 0;
};
}  // namespace simulator
