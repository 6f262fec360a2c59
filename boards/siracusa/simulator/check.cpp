// SPDX-License-Identifier: Apache-2.0
// The sanitizer's memory of accesses: every byte's last writer and readers, and the findings of cores' accesses.
#include "check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
namespace {
constexpr epoch several_readers = 0xF000'0000;  // no actor has this number
constexpr std::size_t shown = 100;
/// Two places of the program make one finding, whichever cores meet there.
std::string race_key(std::string const& who, address32 at) {
  auto const place = who.find(" at 0x");
  return fmt::format("race {} {}", place == std::string::npos ? who : who.substr(place), at);
}
}  // namespace

checker::checker(firmware const& i, std::vector<std::string> const& names, std::vector<address32> const& words)
    : image(i), flag_names(names) {
  for (address32 const address : words) make_flag(address);
  auto const prepare = [](shadow& s, address32 base, std::uint32_t bytes) {
    s.base = base;
    s.written_by.resize(bytes);
    s.read_by.resize(bytes);
    s.written_at.resize(bytes / 4);
    s.read_at.resize(bytes / 4);
    s.initialised.resize(bytes);
    s.job_writes.resize(bytes);
    s.job_reads.resize(bytes);
  };
  prepare(l1, map::l1, map::l1_bytes);
  prepare(l2, map::l2, map::l2_bytes);
  prepare(weights, map::weights, map::weight_bytes);
  weights.retains = true;
  for (unsigned a = 0; a < actors; ++a) clocks[a][a] = 1;
}

void checker::attach(machine& m) {
  system = &m;
  m.monitors.push_back(this);
  // What has no bytes in the file is written by the program's start-up or not at all.
  for (auto const& segment : image.segments) {
    address32 address = segment.address;
    shadow* s = shadow_of(address, nullptr);
    if (!s) continue;
    std::size_t const first = address - s->base, end = std::min(first + segment.bytes.size(), s->initialised.size());
    std::fill(s->initialised.begin() + first, s->initialised.begin() + end, 1);
  }
  for (auto const& name : flag_names)
    if (auto const address = image.address_of(name)) make_flag(*address);
}

checker::shadow* checker::shadow_of(address32& address, core const* c) {
  if (c && !c->is_fabric() && address < map::l1_bytes) address += map::l1;
  if (l1.contains(address)) return &l1;
  if (l2.contains(address)) return &l2;
  if (weights.contains(address)) return &weights;
  return nullptr;
}

void checker::join(clock_vector& to, clock_vector const& from) {
  for (unsigned a = 0; a < actors; ++a) to[a] = std::max(to[a], from[a]);
}

void checker::release(clock_vector& to, unsigned actor) {
  join(to, clocks[actor]);
  tick(actor);
}

// Words

std::string checker::party(core const& c) const {
  return fmt::format("{} at 0x{:08x} {}", c.is_fabric() ? "the fabric controller" : fmt::format("core {}", c.index),
                     c.pc, image.where(c.pc));
}
std::string checker::place(unsigned actor, address32 at) const {
  if (actor == dma_actor) return fmt::format("DMA transfer {}", at);
  if (actor == npu_actor) return fmt::format("NPU job {}", at);
  if (actor == udma_actor) return fmt::format("uDMA transfer {}", at);
  return fmt::format("{} at 0x{:08x} {}",
                     actor == map::fabric_core ? "the fabric controller" : fmt::format("core {}", actor), at,
                     image.where(at));
}
std::string checker::name_of(address32 address) const {
  auto const* object = image.object_at(address);
  return object ? fmt::format("0x{:08x} ({}+{})", address, object->name, address - object->begin)
                : fmt::format("0x{:08x}", address);
}
void checker::report(std::string const& key, std::string text) {
  if (!seen.insert(key).second || texts.size() >= shown) {
    ++not_shown;
    return;
  }
  texts.push_back(fmt::format("cycle {}: {}", system->now, text));
}

// Conflicts with the past

bool checker::conflict_of_read(shadow& s, std::size_t i, clock_vector const& by, std::string const& who, core* c) {
  epoch const w = s.written_by[i];
  if (w == 0 || ordered(w, by)) return false;
  address32 const address = s.base + static_cast<address32>(i);
  // A core that has read this word again and again was waiting for it: a flag, deliberately without an event.
  if (c && recent[c->index].repeated > 0 && recent[c->index].address >> 2 == address >> 2) {
    make_flag(address);
    unsigned const writer = actor_of(w);
    release(flags[address & ~3u], writer);
    join(clocks[c->index], flags[address & ~3u]);
    return false;
  }
  address32 const at = s.written_at[i / 4];
  report(race_key(who, at),
         fmt::format("race: {} reads {}, which {} has written; no barrier, event or job end lies between", who,
                     name_of(address), place(actor_of(w), at)));
  return true;
}

bool checker::conflict_of_write(shadow& s, std::size_t i, clock_vector const& by, std::string const& who, core* c) {
  address32 const address = s.base + static_cast<address32>(i);
  epoch const w = s.written_by[i], r = s.read_by[i];
  if (w != 0 && !ordered(w, by)) {
    address32 const at = s.written_at[i / 4];
    report(race_key(who, at),
           fmt::format("race: {} writes {}, which {} has written; no barrier, event or job end lies between", who,
                       name_of(address), place(actor_of(w), at)));
    return true;
  }
  if (r == 0) return false;
  int reader = -1;
  if (r >= several_readers) {
    auto const& clock = readers[r - several_readers];
    for (unsigned a = 0; a < actors; ++a)
      if (clock[a] > by[a]) reader = static_cast<int>(a);
  } else if (!ordered(r, by)) {
    reader = static_cast<int>(actor_of(r));
  }
  if (reader < 0) return false;
  auto const index = static_cast<unsigned>(reader);
  if (c && index < map::all_cores && recent[index].repeated > 0 && recent[index].address >> 2 == address >> 2) {
    make_flag(address);
    return false;
  }
  address32 const at = s.read_at[i / 4];
  report(race_key(who, at),
         fmt::format("race: {} writes {}, which {} has read; no barrier, event or job end lies between", who,
                     name_of(address), place(index, at)));
  return true;
}

void checker::note_read(shadow& s, std::size_t i, unsigned actor, address32 at) {
  epoch const mine = now_of(actor);
  epoch& r = s.read_by[i];
  s.read_at[i / 4] = at;
  if (r == 0 || (r < several_readers && (actor_of(r) == actor || ordered(r, clocks[actor])))) {
    r = mine;
    return;
  }
  if (r < several_readers) {
    std::uint32_t index;
    if (free_readers.empty()) {
      index = static_cast<std::uint32_t>(readers.size());
      readers.emplace_back();
    } else {
      index = free_readers.back();
      free_readers.pop_back();
    }
    readers[index] = {};
    readers[index][actor_of(r)] = r & 0x0FFF'FFFF;
    r = several_readers + index;
  }
  readers[r - several_readers][actor] = mine & 0x0FFF'FFFF;
}

void checker::note_write(shadow& s, std::size_t i, unsigned actor, address32 at) {
  s.written_by[i] = now_of(actor);
  s.written_at[i / 4] = at;
  s.initialised[i] = 1;
  if (s.read_by[i] >= several_readers) free_readers.push_back(s.read_by[i] - several_readers);
  s.read_by[i] = 0;
}

// Accesses of cores

void checker::load(core& c, address32 address, unsigned bytes) {
  address32 const named = address;
  shadow* s = shadow_of(address, &c);
  if (!s || address - s->base + bytes > s->written_by.size()) return;
  if (auto& own = copies[c.index]; !own.empty()) std::erase_if(own, [&](copy const& k) { return k.load_at == c.pc; });
  recent_load& last = recent[c.index];
  last.repeated = last.pc == c.pc && last.address == named ? last.repeated + 1 : 0;
  if (last.repeated == 0) last = {.pc = c.pc, .address = named};
  std::size_t const first = address - s->base;
  epoch const mine = now_of(c.index);
  // Seen in this very period already, and nobody has written since.
  if (bytes == 4 && s->read_by[first] == mine && s->read_by[first + 1] == mine && s->read_by[first + 2] == mine &&
      s->read_by[first + 3] == mine && !s->job_writes[first] && !s->job_writes[first + 3])
    return;
  if (!flags.empty()) {
    if (auto const flag = flags.find(address & ~3u); flag != flags.end()) {
      if (!s->initialised[first] && !s->retains)
        report(fmt::format("never {}", c.pc),
               fmt::format("{} reads {}, which was never written", party(c), name_of(address)));
      return join(clocks[c.index], flag->second);
    }
  }
  for (std::size_t i = first; i < first + bytes; ++i) {
    if (s->job_writes[i]) {
      if (auto const* job = job_touching(s->base + static_cast<address32>(i), true))
        report(fmt::format("flight r {} {}", c.pc, job->what),
               fmt::format("{} reads {}, which {} will write: it is in flight", party(c),
                           name_of(s->base + static_cast<address32>(i)), job->what));
      return;
    }
    if (!s->initialised[i] && !s->retains) {
      if (bytes == 4 && is_copy(c)) return;
      report(fmt::format("never {}", c.pc), fmt::format("{} reads {}, which was never written", party(c),
                                                        name_of(s->base + static_cast<address32>(i))));
      return;
    }
    epoch const w = s->written_by[i];
    if (w != 0 && !ordered(w, clocks[c.index]) && conflict_of_read(*s, i, clocks[c.index], party(c), &c)) return;
    if (s->read_by[i] != mine) note_read(*s, i, c.index, c.pc);
  }
}

void checker::store(core& c, address32 address, unsigned bytes) {
  shadow* s = shadow_of(address, &c);
  if (!s || address - s->base + bytes > s->written_by.size()) return;
  check_stack(c, address);
  store_bytes(c, *s, address, bytes);
  auto& own = copies[c.index];
  auto const carried = std::find_if(own.begin(), own.end(), [&](copy const& k) { return k.store_at == c.pc; });
  if (carried == own.end()) return;
  own.erase(carried);
  for (std::size_t i = address - s->base; i < address - s->base + bytes; ++i) s->initialised[i] = 0;
}

void checker::store_bytes(core& c, shadow& memory, address32 address, unsigned bytes) {
  shadow* const s = &memory;
  std::size_t const first = address - s->base;
  epoch const mine = now_of(c.index);
  if (!flags.empty()) {
    if (auto const flag = flags.find(address & ~3u); flag != flags.end()) {
      for (std::size_t i = first; i < first + bytes; ++i) s->initialised[i] = 1;
      return release(flag->second, c.index);
    }
  }
  for (std::size_t i = first; i < first + bytes; ++i) {
    if (s->job_writes[i] | s->job_reads[i]) {
      address32 const at = s->base + static_cast<address32>(i);
      bool const writes = s->job_writes[i];
      if (auto const* job = job_touching(at, writes))
        report(fmt::format("flight w {} {}", c.pc, job->what),
               fmt::format("{} writes {}, which {} {}: it is in flight", party(c), name_of(at), job->what,
                           writes ? "will write too" : "reads"));
      return;
    }
    if (s->written_by[i] == mine && s->read_by[i] == 0 && s->initialised[i]) continue;
    bool const quiet =
        (s->written_by[i] == 0 || ordered(s->written_by[i], clocks[c.index])) &&
        (s->read_by[i] == 0 || (s->read_by[i] < several_readers && ordered(s->read_by[i], clocks[c.index])));
    bool const found = !quiet && conflict_of_write(*s, i, clocks[c.index], party(c), &c);
    note_write(*s, i, c.index, c.pc);
    if (found) {
      for (std::size_t k = i + 1; k < first + bytes; ++k) note_write(*s, k, c.index, c.pc);
      return;
    }
    if (!flags.empty()) {
      // The store itself may just have been recognised as the flag's.
      if (auto const flag = flags.find(address & ~3u); flag != flags.end()) return release(flag->second, c.index);
    }
  }
}

void checker::test_and_set(core& c, address32 address, unsigned bytes) {
  make_flag(address);
  shadow* s = shadow_of(address, nullptr);
  for (std::size_t i = address - s->base; i < address - s->base + bytes; ++i) s->initialised[i] = 1;
  clock_vector& flag = flags[address & ~3u];
  join(clocks[c.index], flag);
}

/// Stores relative to the stack pointer belong to the stack: not to a variable, not to another core's stack.
void checker::check_stack(core& c, address32 address) {
  decoded const& d = c.slots[(c.pc - c.page) >> 1];
  if (d.rs1 != 2 || d.kind != instruction_class::store) return;
  address32 sp = c.registers[2];
  shadow_of(sp, &c);
  address32& top = stack_top[c.index];
  if (sp > top || top == 0) top = sp;
  if (address >= sp + 4096) return;  // far above: a pointer that happens to be in the register
  auto const* object = image.object_at(address);
  if (object && !(top > object->begin && top <= object->end)) {
    report(fmt::format("stack {} {}", c.index, object->name),
           fmt::format("stack overflow: {} writes its stack at {}, {} bytes below its first frame", party(c),
                       name_of(address), top - address));
    return;
  }
  for (unsigned i = 0; i < map::all_cores; ++i) {
    if (i == c.index || stack_top[i] == 0) continue;
    // Another stack begins between this one's begin and the address: this one has grown through its own end.
    if (address < stack_top[i] && stack_top[i] < top)
      report(fmt::format("stack {} into {}", c.index, i),
             fmt::format("stack overflow: {} writes {}, which is the stack of {}", party(c), name_of(address),
                         i == map::fabric_core ? "the fabric controller" : fmt::format("core {}", i)));
  }
}
}  // namespace simulator
