// SPDX-License-Identifier: Apache-2.0
// The sanitizer's idea of order (who has waited for whom) and of jobs in flight.
#include "check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
// Order

void checker::barrier(std::uint32_t members, std::uint32_t targets) {
  clock_vector all{};
  for (unsigned i = 0; i < map::cluster_cores; ++i)
    if (members >> i & 1) release(all, i);
  for (unsigned i = 0; i < map::cluster_cores; ++i)
    if (targets >> i & 1) join(pending[i], all);
}

void checker::event(unsigned target, std::uint32_t events, core const* by) {
  if (by) release(pending[target], by->index);
  if (events & (1u << event_line::dma_event | 1u << event_line::dma_interrupt))
    join(pending[target], clocks[dma_actor]);
  if (events & 1u << event_line::npu) join(pending[target], clocks[npu_actor]);
}

void checker::woken(unsigned core) { join(clocks[core], pending[core]); }

void checker::polled(core& c, polled_unit unit) {
  switch (unit) {
    case polled_unit::events:
    case polled_unit::interrupts: join(clocks[c.index], pending[c.index]); break;
    case polled_unit::dma: join(clocks[c.index], clocks[dma_actor]); break;
    case polled_unit::udma: join(clocks[c.index], clocks[udma_actor]); break;
    case polled_unit::npu: join(clocks[c.index], clocks[npu_actor]); break;
  }
}

void checker::locked(unsigned core, unsigned mutex) { join(clocks[core], mutexes[mutex]); }
void checker::unlocked(unsigned core, unsigned mutex) { release(mutexes[mutex], core); }
void checker::started(core& by, unsigned core) { release(clocks[core], by.index); }
void checker::interrupt_raised(core& by, std::uint32_t) { release(pending[map::fabric_core], by.index); }

// Jobs

std::vector<checker::run> checker::runs_of(neureka::region const& r) const {
  std::vector<run> runs;
  r.for_each_run([&](std::uint32_t address, std::uint32_t bytes) {
    runs.push_back({r.weight_memory ? map::weights + address : address, bytes});
  });
  return runs;
}

void checker::mark(std::vector<run> const& runs, bool writes, int change) {
  for (run const& r : runs) {
    address32 address = r.address;
    shadow* s = shadow_of(address, nullptr);
    if (!s || address - s->base + std::uint64_t{r.bytes} > s->written_by.size()) continue;
    auto& counts = writes ? s->job_writes : s->job_reads;
    for (std::size_t i = address - s->base; i < address - s->base + r.bytes; ++i)
      counts[i] = static_cast<std::uint8_t>(counts[i] + change);
  }
}

checker::job_in_flight const* checker::job_touching(address32 address, bool writes) const {
  for (auto const& job : jobs)
    for (run const& r : writes ? job.writes : job.reads)
      if (address - r.address < r.bytes) return &job;
  return nullptr;
}

/// A job reads and writes on behalf of its issuer: everything it touches must be in order with the issuer.
void checker::add_job(job_in_flight job, unsigned issuer, bool check_reads) {
  clock_vector by = clocks[issuer];
  if (job.actor == npu_actor) join(by, clocks[npu_actor]);  // jobs of the NPU follow each other
  job.issued = by;
  auto const against_others = [&](run const& r, bool writes) {
    for (auto const& other : jobs) {
      if (other.actor == npu_actor && job.actor == npu_actor) continue;
      if (other.actor == dma_actor && job.actor == dma_actor && other.to_l1 == job.to_l1 && other.port == job.port)
        continue;  // one queue, in order
      auto const overlap = [&](std::vector<run> const& theirs) {
        return std::any_of(theirs.begin(), theirs.end(), [&](run const& t) {
          return r.address < t.address + t.bytes && t.address < r.address + r.bytes;
        });
      };
      if (overlap(other.writes) || (writes && overlap(other.reads)))
        report(fmt::format("jobs {} {}", job.what, other.what),
               fmt::format("{} {} bytes from {} on, which {} {}: both are in flight", job.what,
                           writes ? "will write" : "will read", name_of(r.address), other.what,
                           overlap(other.writes) ? "will write" : "reads"));
    }
  };
  for (run const& r : job.reads) {
    against_others(r, false);
    address32 address = r.address;
    shadow* s = shadow_of(address, nullptr);
    if (!s) continue;
    for (std::size_t i = address - s->base; i < address - s->base + r.bytes; ++i) {
      if (check_reads && !s->initialised[i] && !s->retains) {
        report(fmt::format("never {}", job.what), fmt::format("{} reads {}, which was never written", job.what,
                                                              name_of(s->base + static_cast<address32>(i))));
        break;
      }
      if (s->written_by[i] && !ordered(s->written_by[i], by) && conflict_of_read(*s, i, by, job.what, nullptr)) break;
    }
  }
  for (run const& r : job.writes) {
    against_others(r, true);
    address32 address = r.address;
    shadow* s = shadow_of(address, nullptr);
    if (!s) continue;
    for (std::size_t i = address - s->base; i < address - s->base + r.bytes; ++i)
      if (conflict_of_write(*s, i, by, job.what, nullptr)) break;
  }
  mark(job.reads, false, 1);
  mark(job.writes, true, 1);
  jobs.push_back(std::move(job));
}

void checker::end_job(unsigned actor, std::uint64_t number) {
  auto const found =
      std::find_if(jobs.begin(), jobs.end(), [&](auto const& j) { return j.actor == actor && j.number == number; });
  if (found == jobs.end()) return;
  // Each job is a step of its own: an event of one does not put the next in order.
  tick(actor);
  join(clocks[actor], found->issued);
  auto const at = static_cast<address32>(number);
  auto const each = [&](std::vector<run> const& runs, auto f) {
    for (run const& r : runs) {
      address32 address = r.address;
      if (shadow* s = shadow_of(address, nullptr))
        for (std::size_t i = address - s->base; i < address - s->base + r.bytes; ++i) f(*s, i);
    }
  };
  mark(found->reads, false, -1);
  mark(found->writes, true, -1);
  each(found->reads, [&](shadow& s, std::size_t i) { note_read(s, i, actor, at); });
  each(found->writes, [&](shadow& s, std::size_t i) { note_write(s, i, actor, at); });
  jobs.erase(found);
}

void checker::dma_pushed(dma_transfer const& t, core& c) {
  job_in_flight job{.number = t.number,
                    .what = fmt::format("{} of {}", system->dma.describe(t), party(c)),
                    .actor = dma_actor,
                    .port = t.port,
                    .to_l1 = t.to_l1,
                    .reads = {},
                    .writes = {}};
  for (std::uint32_t i = 0; i < t.bytes;) {
    std::uint32_t bytes = t.bytes - i;
    if (t.external_2d) bytes = std::min(bytes, t.external_count - i % t.external_count);
    if (t.l1_2d) bytes = std::min(bytes, t.l1_count - i % t.l1_count);
    run const inside{map::l1 + t.l1_at(i), bytes}, outside{t.external_at(i), bytes};
    job.reads.push_back(t.to_l1 ? outside : inside);
    job.writes.push_back(t.to_l1 ? inside : outside);
    i += bytes;
  }
  add_job(std::move(job), c.index, true);
}
void checker::dma_finished(dma_transfer const& t) { end_job(dma_actor, t.number); }

void checker::udma_started(udma_transfer const& t, core& by) {
  run const inside{t.l2, t.bytes};
  job_in_flight job{.number = t.number,
                    .what = fmt::format("uDMA transfer {} ({} bytes {} L2 at 0x{:08x}) of {}", t.number, t.bytes,
                                        t.to_l2 ? "to" : "from", t.l2, party(by)),
                    .actor = udma_actor,
                    .port = by.index,
                    .reads = {},
                    .writes = {}};
  (t.to_l2 ? job.writes : job.reads).push_back(inside);
  add_job(std::move(job), by.index, true);
}
void checker::udma_finished(udma_transfer const& t) {
  end_job(udma_actor, t.number);
  // Its end is an event of the SoC, which the fabric controller may sleep for.
  join(pending[map::fabric_core], clocks[udma_actor]);
}

void checker::committed(npu_ticket const& ticket, neureka::job const& j) {
  auto const issuer = static_cast<unsigned>(ticket.issuer >= 0 ? ticket.issuer : static_cast<int>(map::fabric_core));
  job_in_flight job{.number = ticket.number,
                    .what = fmt::format("NPU job {} of {}", ticket.number, party(system->cores[issuer])),
                    .actor = npu_actor,
                    .port = issuer,
                    .to_l1 = false,
                    .reads = {},
                    .writes = {}};
  for (auto const& r : neureka::job_reads(j)) {
    auto const runs = runs_of(r);
    job.reads.insert(job.reads.end(), runs.begin(), runs.end());
  }
  job.writes = runs_of(neureka::job_writes(j));
  // What it reads may be written by a job before it in the queue: looked at when it starts.
  add_job(std::move(job), issuer, false);
}
void checker::started(npu_ticket const& ticket, neureka::job const&) {
  for (auto const& job : jobs) {
    if (job.actor != npu_actor || job.number != ticket.number) continue;
    for (run const& r : job.reads) {
      address32 address = r.address;
      shadow* s = shadow_of(address, nullptr);
      if (!s) continue;
      for (std::size_t i = address - s->base; i < address - s->base + r.bytes; ++i)
        if (!s->initialised[i] && !s->retains) {
          report(fmt::format("never {}", job.what), fmt::format("{} reads {}, which was never written", job.what,
                                                                name_of(s->base + static_cast<address32>(i))));
          break;
        }
    }
  }
}
void checker::finished(npu_report const& r) { end_job(npu_actor, r.ticket.number); }
void checker::aborted(npu_ticket const& ticket, neureka::cycle_count) { end_job(npu_actor, ticket.number); }
void checker::changed_while_queued(npu_ticket const& ticket, unsigned job_register, int issuer, neureka::cycle_count) {
  core const& c = system->cores[static_cast<unsigned>(issuer >= 0 ? issuer : static_cast<int>(map::fabric_core))];
  report(fmt::format("changed {} {}", c.pc, job_register),
         fmt::format("{} writes {} of NPU job {} of core {}, which is queued or running", party(c),
                     neureka::name_of_register(job_register), ticket.number, ticket.issuer));
}
}  // namespace simulator
