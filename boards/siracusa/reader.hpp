// SPDX-License-Identifier: Apache-2.0
// Reads a program's stream on core 0 of Siracusa's cluster. The other cores serve: they meet it at a barrier, run the
// kernel that it names, and come back. The loop is small on purpose: it shares 4 KiB of instruction cache with the kernels.
#pragma once
#include <deeploy/stream.hpp>
#include <siracusa/runtime/cluster.hpp>
#include <siracusa/runtime/dma.hpp>
#include <siracusa/runtime/npu.hpp>

namespace deeploy::siracusa {
namespace reserved = board::siracusa_reserved;

/// Bases of all sections of all memories, indexed by address::base().
struct memory_bases {
  u8* of[base_count] = {};
};

/// The same as stream_origin() has them.
struct stream_origins {
  u32 of[base_count] = {};
  void set(memory_bases const& bases) {
    for (u32 b = 0; b < base_count; ++b) of[b] = stream_origin(b, reinterpret_cast<u32>(bases.of[b]));
  }
};

/// What may be done at the beginning and the end of each step, on core 0; by default nothing. A step ends when its results are
/// in their places; the next ones may have begun by then, and ended.
struct no_hooks {
  static void step_begins(int) {}
  static void step_ends(int) {}
};

/// Runs the phases of a kernel as one core of the team. The next phase is looked up before the barrier: behind the last
/// one core 0 may have what holds the list fetched over.
///
/// @param core, cores  of the team
inline void take_part(u32 core, u32 cores, kernel_phase const* phases, kernel_arguments const& block) {
  for (kernel_phase next = *phases; next != nullptr;) {
    kernel_phase const phase = next;
    next = *++phases;
    phase(static_cast<int>(core), static_cast<int>(cores), block);
    barrier();
  }
}

/// What cores 1 to 7 do during a run. Like stream_reader::read() a function of its own, so that link.ld can lay what runs for
/// every tile side by side.
[[gnu::noinline]] inline void serve(u32 core, team_work const volatile& posted) {
  for (;;) {
    barrier();
    kernel_phase const* const phases = posted.phases;
    if (phases == nullptr) return;
    u32 const first = posted.first;
    take_part(core - first, board::siracusa::cores - first, phases, *posted.block);
  }
}
/// Lets the team begin. With `apart` core 0 has no share: it goes on, and meets the others at a barrier when they are done.
inline void post(team_work volatile& work, kernel_phase const* phases, kernel_arguments const& block, u32 apart = 0) {
  work.phases = phases;
  work.block = &block;
  work.first = apart;
  barrier();
  if (!apart) take_part(0, board::siracusa::cores, phases, block);
}
/// Lets the others go home.
inline void dismiss(team_work volatile& work) {
  work.phases = nullptr;
  barrier();
}

// How the stream lays kernel_arguments out.
static_assert(sizeof(kernel_operand) == 4 * (max_axes + 2) && __builtin_offsetof(kernel_arguments, length) == max_operands * sizeof(kernel_operand) &&
              __builtin_offsetof(kernel_arguments, values) == __builtin_offsetof(kernel_arguments, length) + 16 * max_axes &&
              __builtin_offsetof(kernel_arguments, begins) == __builtin_offsetof(kernel_arguments, values) + 8 && sizeof(kernel_arguments) == __builtin_offsetof(kernel_arguments, begins) + 4);

/// A stream in memory.
struct stream_view {
  stream_word const* words;
  int pages;
};

/// `bits` bits of a word from bit `at` on, in one instruction (p.extractu).
template <int at, int bits>
[[gnu::always_inline]] inline u32 field(u32 w) {
  u32 value;
  asm(".insn r 0x33, 1, %2, %0, %1, x%3" : "=r"(value) : "r"(w), "i"(0x60 | (bits - 1)), "i"(at));
  return value;
}

/// One run of a stream. What is done for every tile is written with the instruction cache in mind: a core's own part of it
/// holds less than this loop, and each of its lines costs two cycles or more.
///
/// @tparam Hooks  what to do around steps
template <class Hooks>
class stream_reader {
 public:
  stream_reader(stream_view const& s, stream_origins const& origins) : next_(s.words), end_(s.words + s.pages * (reserved::page_bytes / 4)) {
    fetch();
    // In L1: looked up several times a tile. Comes with the page, while the code of the first commands is fetched.
    constexpr u32 sections = sizeof(board::siracusa_memories) / sizeof(memory_facts) * section_count;
    static_assert(sections <= base_of_page);
    dma::start(dma::to::l1, reinterpret_cast<u32>(origin_), reinterpret_cast<u32>(origins.of), sections * sizeof origin_[0]);
  }

  /// @param walk  called as walk(step): runs a step whose tiles are made ready at run time; false: it was asked to stop
  /// @returns false when it was asked to stop; nothing is under way then either
  template <class Walk>
  bool run(Walk walk) {
    // The code that reads comes while the first page does.
    constexpr u32 turns = static_cast<u32>(command_kind::page) | 1u << stream_field::turns_at;
    if (read(&turns, walk)) return true;
    drain();
    return false;
  }

 private:
  using word [[gnu::may_alias]] = u32;
  static constexpr u32 slots = channel::count + 1, slot_of_page = channel::count;

  /// Waits for all that was under way when it was asked to stop; a program that ends has waited for all of it.
  [[gnu::noinline, gnu::cold]] void drain() {
    if (told_) npu_driver::commit();  // its place is free only behind the job
    if (unit_works_) npu_driver::finish();
    for (u32 slot = 0; slot < slots; ++slot) wait(slot);
  }
  /// All commands to the end of the stream, or to where it was asked to stop.
  template <class Walk>
  [[gnu::noinline]] bool read(word const* at, Walk const& walk) {
    namespace f = stream_field;
    control_block& control = *control_;
    int step = -1;
    u32 position = 0;
    for (;;) {
      u32 const first = at[0];
      if (static_cast<i32>(first) < 0) {
        static_assert(f::tile_at == 31);
        if (first >> f::posts_at & 1) {
          if (control.cancel != 0) return false;
          control.position = ++position;
        }
        at = run_tile(first, at);
      } else if (field<f::copy_at, 1>(first)) {
        at = copy(first, at);
      } else if (field<f::step_at, 1>(first)) {
        ++at;
        if (first >> f::joins_at & 1) barrier();
        if ((first >> f::overlaps_at & 1) == 0) Hooks::step_ends(step - static_cast<int>(field<f::back_at, f::back_bits>(first)));
        if (field<f::back_at, f::back_bits>(first)) continue;
        step = static_cast<int>(field<f::number_at, f::number_bits>(first));
        control.position = position = static_cast<u32>(step) << 16;
        Hooks::step_begins(step);
      } else if (field<f::wait_at, 1>(first)) {
        wait(field<f::slot_at, f::slot_bits>(first));
        ++at;
      } else if (u32 const kind = field<0, f::kind_bits>(first); kind == number(command_kind::run)) {  // no switch: its table would be read from L2
        if (control.cancel != 0) return false;
        control.position = ++position;
        at = run_general(first, at);
      } else if (kind == number(command_kind::page)) {
        ++at;
        if (first >> f::turns_at & 1) at = turn();
        if (first >> f::fetches_at & 1) fetch();
      } else if (kind == number(command_kind::walk)) {
        if (!walk(step)) return false;
        ++at;
      } else {
        Hooks::step_ends(step);
        return true;
      }
    }
  }
  [[gnu::always_inline]] word const* copy(u32 first, word const* at) {
    if (first >> stream_field::opens_at & 1) open_[field<stream_field::slot_at, stream_field::slot_bits>(first)] |= 1u << dma::allocate();
    store(dma::command_port, at[1]);
    store(dma::command_port, resolve(at[2]));
    store(dma::command_port, resolve(at[3]));
    at += 4;
    if (first >> stream_field::lines_at & 1) {
      store(dma::command_port, at[0]);
      store(dma::command_port, at[1]);
      at += 2;
    }
    return at;
  }
  word* page_at(u32 offset_bytes) const { return reinterpret_cast<word*>(page_ + offset_bytes); }
  static constexpr u32 number(command_kind k) { return static_cast<u32>(k); }
  static kernel_arguments const& arguments_in(word const* block) { return *reinterpret_cast<kernel_arguments const*>(block); }

  [[gnu::always_inline]] word const* run_tile(u32 first, word const* at) {
    namespace f = stream_field;
    word* const block = page_at(field<f::block_bytes_at, f::block_bytes_bits>(first));
    word const* from = at + 1;
    if (u32 const count = field<f::addresses_at, f::addresses_bits>(first)) from = resolve_all(from, count, block);
    static_assert(1u << f::unit_at == 2 * sizeof(word));
    u32 const unit_bytes = first & 1u << f::unit_at, apart = field<f::apart_at, 1>(first);
    if (first >> f::posts_at & 1) post(control_->work, reinterpret_cast<kernel_phase const*>(reinterpret_cast<u32>(from) + unit_bytes), arguments_in(block), apart);
    if (unit_bytes != 0) {
      auto const tell = reinterpret_cast<kernel_phase>(from[0]), queue = reinterpret_cast<kernel_phase>(from[1]);
      if (tell != nullptr) {
        unit_works_ = told_ = true;
        tell(0, 1, arguments_in(block));
      }
      if (queue != nullptr) {
        if (apart) barrier();
        queue(0, 1, arguments_in(block));
        told_ = false;
      }
    }
    return reinterpret_cast<word const*>(reinterpret_cast<u32>(at) + field<f::call_bytes_at, f::call_bytes_bits>(first));
  }
  word const* run_general(u32 first, word const* at) {
    namespace f = stream_field;
    word* const block = page_at(4 * field<f::block_at, f::block_bits>(first));
    word const* patch = at + 2 + field<f::phases_at, f::phases_bits>(first);
    for (u32 left = field<f::patches_at, f::patches_bits>(first); left != 0; --left, patch += 2) *reinterpret_cast<word*>(reinterpret_cast<u8*>(block) + patch[0]) = resolve(patch[1]);
    post(control_->work, reinterpret_cast<kernel_phase const*>(at + 1), arguments_in(block));
    return at + field<f::words_at, f::words_bits>(first);
  }
  u32 resolve(u32 a) const {
    u32 origin;
    asm(".insn r 0x03, 7, 0x10, %0, %1, %2" : "=r"(origin) : "r"(origin_), "r"((a >> 27) << 2), "m"(origin_));  // p.lw origin, base(origins)
    return a + origin;
  }
  /// The same for several, at least one. Reads the word behind them too.
  /// @returns behind them
  word const* resolve_all(word const* from, u32 count, word* to) const {
    static_assert(deeploy::address::offset_bits == 27);
    u32 a = *from++, origin;
    asm volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[count], 2 * 6\n"
        "srli %[origin], %[a], 27\nslli %[origin], %[origin], 2\n"
        ".insn r 0x03, 7, 0x10, %[origin], %[origins], %[origin]\n"  // p.lw origin, base(origins)
        "add %[origin], %[origin], %[a]\n"
        ".insn i 0x0b, 2, %[a], %[from], 4\n"                   // p.lw a, 4(from!)
        ".insn s 0x2b, 2, %[origin], 4(%[to])\n.option pop\n"  // p.sw origin, 4(to!)
        : [from] "+&r"(from), [to] "+&r"(to), [a] "+&r"(a), [origin] "=&r"(origin)
        : [origins] "r"(origin_), [count] "r"(count)
        : "memory");
    return from - 1;
  }
  void wait(u32 slot) {
    if (slot == channel::team) return barrier();
    if (slot >= channel::unit) return npu_driver::finish(slot == channel::unit_but_last);
    wait_for_copies(slot);
  }
  void wait_for_copies(u32 slot) {
    dma::wait(open_[slot]);
    open_[slot] = 0;
  }
  /// Begins to fetch the next page to where turn() goes next.
  void fetch() {
    if (next_ == end_) return;
    open_[slot_of_page] = 1u << dma::allocate();
    dma::start(dma::to::l1, both_pages_ - page_, reinterpret_cast<u32>(next_), reserved::page_bytes);
    next_ += reserved::page_bytes / 4;
  }
  /// Waits for the page that was fetched last.
  word const* turn() {
    wait_for_copies(slot_of_page);
    page_ = both_pages_ - page_;
    origin_[base_of_page] = stream_origin(base_of_page, page_);
    return reinterpret_cast<word const*>(page_);
  }

  control_block* const control_ = &deeploy_control;  ///< a load is shorter than its address
  stream_word const *next_, *const end_;
  bool unit_works_ = false;  ///< it may: it was given jobs
  bool told_ = false;        ///< a job is written, and not to run yet
  u32 open_[slots] = {};     ///< DMA counters that are not waited for yet
  u32 const first_page = reinterpret_cast<u32>(deeploy_stream_pages);
  u32 const both_pages_ = 2 * first_page + reserved::page_bytes;  ///< the other page is this less the one
  u32 page_ = both_pages_ - first_page;  ///< that is read; turn() comes to the first
  u32 origin_[base_of_page + 1];
};
}  // namespace deeploy::siracusa
