// SPDX-License-Identifier: Apache-2.0
// The control registers: acquire, commit, trigger, status, soft clear, and the three windows onto the job registers.
#include <cstdio>

#include "npu.hpp"

namespace simulator {
using namespace neureka;
namespace {
namespace control {
inline constexpr std::uint32_t trigger = 0x00, acquire = 0x04, finished = 0x08, status = 0x0c, running_job = 0x10,
                               soft_clear = 0x14, sw_sync = 0x18, job = 0x20, context_0 = 0x80, context_1 = 0x120;
}
constexpr std::uint32_t none_free = 0xffff'ffff, locked = 0xffff'fffe;
}  // namespace

void npu::fail(std::string register_name, std::uint32_t value, std::string rule, npu_ticket const& ticket,
               cycle_count now) const {
  char head[160];
  std::snprintf(head, sizeof head, "npu job %u (issued by core %d): register %s = 0x%08x: ", ticket.job_id,
                ticket.issuer, register_name.c_str(), value);
  throw npu_fault(head + rule, register_name, value, rule, ticket, now);
}

void npu::check(job const& j, npu_ticket const& ticket, cycle_count now) const {
  memory_limits const limits{memory_.l1_address, memory_.l1_bytes, memory_.weight_bytes, options_.whole_windows};
  if (auto const v = broken_rule(j, limits))
    fail(name_of_register(v->job_register), j.registers[v->job_register], v->rule, ticket, now);
}

/// The job register behind an offset: of the context being configured, or of context 0 or 1 directly.
std::uint32_t* npu::job_register(std::uint32_t offset, unsigned& context_index, unsigned& number) {
  static constexpr std::uint32_t bytes = 4 * job_registers;
  if (offset % 4 != 0) return nullptr;
  if (offset >= control::job && offset < control::job + bytes) {
    context_index = configured_;
    number = (offset - control::job) / 4;
  } else if (offset >= control::context_0 && offset < control::context_0 + bytes) {
    context_index = 0;
    number = (offset - control::context_0) / 4;
  } else if (offset >= control::context_1 && offset < control::context_1 + bytes) {
    context_index = 1;
    number = (offset - control::context_1) / 4;
  } else {
    return nullptr;
  }
  return &contexts_[context_index].registers[number];
}

void npu::write_register(std::uint32_t offset, std::uint32_t value, cycle_count now, int issuer) {
  advance(now);
  npu_ticket unknown;
  unknown.issuer = issuer;
  if (now < clear_until_ && observer_)
    observer_->unverified(unknown, "SOFT_CLEAR", "the unit was written less than 10 cycles after a soft clear");
  switch (offset) {
    case control::trigger:
      if (value > 1)
        fail("TRIGGER", value, "must be written with 0 (commit and start) or 1 (commit only)", unknown, now);
      return commit(value == 0, now, issuer);
    case control::soft_clear:
      if (value > 1) fail("SOFT_CLEAR", value, "must be written with 0 (all) or 1 (state only)", unknown, now);
      return clear(value == 0, now);
    case control::sw_sync:
      return;
    case control::acquire:
    case control::finished:
    case control::status:
    case control::running_job:
      fail("control", offset, "the register at this offset is read-only", unknown, now);
    default:
      break;
  }
  unsigned index = 0, number = 0;
  std::uint32_t* const to = job_register(offset, index, number);
  if (!to) fail("offset", offset, "there is no register at this offset", unknown, now);
  context const& c = contexts_[index];
  if (observer_ && (c.state == context_state::committed || c.state == context_state::running))
    observer_->changed_while_queued(c.ticket, number, issuer, now);
  *to = value;
}

std::uint32_t npu::read_register(std::uint32_t offset, cycle_count now, int issuer) {
  advance(now);
  npu_ticket unknown;
  unknown.issuer = issuer;
  switch (offset) {
    case control::acquire:
      return acquire(issuer);
    case control::finished:
      return finished_count_;
    case control::status:
      return (contexts_[0].state != context_state::free ? 1u : 0u) |
             (contexts_[1].state != context_state::free ? 0x100u : 0u);
    case control::running_job:
      return running_id_;
    case control::trigger:
    case control::soft_clear:
    case control::sw_sync:
      return 0;
    default:
      break;
  }
  unsigned index = 0, number = 0;
  std::uint32_t const* const from = job_register(offset, index, number);
  if (!from) fail("offset", offset, "there is no register at this offset", unknown, now);
  return *from;
}

std::uint32_t npu::acquire(int issuer) {
  context& c = contexts_[configured_];
  if (c.state == context_state::acquired) return locked;
  if (c.state != context_state::free) return none_free;
  c.state = context_state::acquired;
  c.ticket = {};
  c.ticket.job_id = next_id_;
  c.ticket.context = configured_;
  c.ticket.issuer = issuer;
  next_id_ = (next_id_ + 1) & 0xff;
  return c.ticket.job_id;
}

void npu::commit(bool trigger, cycle_count now, int issuer) {
  context& c = contexts_[configured_];
  c.ticket.issuer = issuer;
  if (c.state != context_state::acquired)
    fail("TRIGGER", trigger ? 0 : 1, "no context is acquired: read ACQUIRE first", c.ticket, now);
  job const j = decode(c.registers);
  check(j, c.ticket, now);
  c.state = context_state::committed;
  c.ticket.number = commits_++;
  c.ticket.committed = now;
  queue_.push_back(configured_);
  configured_ = 1 - configured_;
  if (observer_) {
    observer_->committed(c.ticket, j);
    for (violation const& v : unverified(j)) observer_->unverified(c.ticket, name_of_register(v.job_register), v.rule);
  }
  // A job that is only committed starts by itself behind a running one, else with the next trigger.
  triggered_ = triggered_ || trigger;
  schedule_start(now);
}

void npu::clear(bool registers_too, cycle_count now) {
  for (context& c : contexts_) {
    if (observer_ && (c.state == context_state::committed || c.state == context_state::running))
      observer_->aborted(c.ticket, now);
    c.state = context_state::free;
    if (registers_too) c.registers = {};
  }
  queue_.clear();
  configured_ = next_id_ = running_id_ = 0;
  finished_count_ = 0;
  running_ = started_ = triggered_ = false;
  next_ = never;
  clear_until_ = now + options_.soft_clear_cycles;
}
}  // namespace simulator
