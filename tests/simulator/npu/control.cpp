// SPDX-License-Identifier: Apache-2.0
// Control registers: acquire, commit and trigger, the queue of two, status, soft clear, windows; results in time.
#include <string>

#include "machine.hpp"

namespace npu_test {
namespace {
constexpr std::uint32_t trigger = 0x00, acquire = 0x04, finished = 0x08, status = 0x0c, running_job = 0x10,
                        soft_clear = 0x14;
constexpr std::uint32_t full = 0xffff'ffff, locked = 0xffff'fffe;

layer pixel(std::uint32_t output, int cout = 8) {
  layer l{.kind = form::pointwise, .cin = 32, .cout = cout, .h = 1, .w = 1, .requantise = false, .output_bits = 32};
  l.pixel_stride = l.row_stride = 32;
  l.output_pixel_stride = l.output_row_stride = static_cast<std::uint32_t>(4 * cout);
  l.input = 0x1000;
  l.output = output;
  return l;
}
std::string fault_of(auto&& action) {
  try {
    action();
  } catch (simulator::npu_fault const& fault) {
    return fault.what();
  }
  return "";
}
bool has(std::string const& text, char const* words) { return text.find(words) != std::string::npos; }
}  // namespace

TEST_CASE("acquire gives ids and locks, two contexts, then full") {
  machine m;
  CHECK(m.read(status) == 0);
  CHECK(m.read(acquire) == 0);
  CHECK(m.read(acquire) == locked);
  CHECK(m.read(status) == 1);
  m.write(0x20, 1);  // an unused weights pointer, made legal below
  auto const registers = registers_of(pixel(0x4000));
  for (std::uint32_t n = 0; n < 24; ++n) m.write(0x20 + 4 * n, registers[n]);
  m.write(trigger, 0);
  CHECK(m.submit(registers) == 1);
  CHECK(m.read(status) == 0x101);
  CHECK(m.read(acquire) == full);
  CHECK(m.read(running_job) == 0);
  auto const first_end = [&] {
    while (true) {
      m.now = m.unit.next_event();
      m.unit.advance(m.now);
      if (auto const r = m.unit.take_finished()) return *r;
    }
  }();
  CHECK(first_end.ticket.job_id == 0);
  CHECK(m.read(status) == 0x100);
  CHECK(m.read(running_job) == 1);
  CHECK(m.read(finished) == 1);
  CHECK(m.submit(registers) == 2);  // the freed context, behind the running job
  auto const last = m.wait();
  CHECK(last.ticket.job_id == 2);
  CHECK(m.read(status) == 0);
  CHECK(m.read(finished) == 3);
  CHECK(m.read(running_job) == 2);
}

TEST_CASE("ids wrap at 256") {
  machine m;
  auto const registers = registers_of(pixel(0x4000));
  for (std::uint32_t i = 0; i < 300; ++i) {
    CHECK(m.submit(registers) == i % 256);
    m.wait();
  }
}

TEST_CASE("a queued job starts by itself right after the running one") {
  machine m;
  auto const registers = registers_of(pixel(0x4000));
  m.submit(registers);
  m.submit(registers);
  std::vector<simulator::npu_report> reports;
  while (m.unit.next_event() != simulator::npu::never) {
    m.unit.advance(m.unit.next_event());
    while (auto const r = m.unit.take_finished()) reports.push_back(*r);
  }
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].ticket.started == 3);
  CHECK(reports[0].ticket.ended == 3 + reports[0].busy_cycles);
  CHECK(reports[1].ticket.started == reports[0].ticket.ended + 3);
  CHECK(reports[1].busy_cycles == reports[0].busy_cycles);
}

TEST_CASE("commit only waits for a trigger while idle, and not behind a running job") {
  machine m;
  auto const registers = registers_of(pixel(0x4000));
  m.submit(registers, 1);
  CHECK(m.unit.next_event() == simulator::npu::never);
  CHECK_FALSE(m.unit.running());
  CHECK(m.read(status) == 1);
  m.submit(registers, 0);
  CHECK(m.unit.running());
  CHECK(m.unit.running_ticket().job_id == 0);
  CHECK(m.wait().ticket.job_id == 1);
  m.submit(registers, 0);
  m.submit(registers, 1);
  CHECK(m.wait().ticket.job_id == 3);
  m.submit(registers, 1);  // idle again: waits again
  CHECK(m.unit.next_event() == simulator::npu::never);
}

TEST_CASE("windows onto both contexts") {
  machine m;
  CHECK(m.read(acquire) == 0);
  m.write(0x20 + 4 * 5, 0x55);
  CHECK(m.read(0x80 + 4 * 5) == 0x55);
  m.write(0x120 + 4 * 23, 0x66);
  CHECK(m.read(0x120 + 4 * 23) == 0x66);
  CHECK(m.read(0x20 + 4 * 23) == 0);
  // Direct writes make the next job.
  auto const registers = registers_of(pixel(0x4000));
  for (std::uint32_t n = 0; n < 24; ++n) m.write(0x80 + 4 * n, registers[n]);
  m.write(trigger, 0);
  CHECK(m.wait().busy_cycles > 0);
  for (std::uint32_t n = 0; n < 24; ++n) CHECK(m.read(0x80 + 4 * n) == registers[n]);
}

TEST_CASE("misuse of the control registers is told by name") {
  machine m;
  CHECK(has(fault_of([&] { m.write(trigger, 0, 3); }), "issued by core 3"));
  CHECK(has(fault_of([&] { m.write(trigger, 0); }), "no context is acquired"));
  m.read(acquire);
  CHECK(has(fault_of([&] { m.write(trigger, 2); }), "0 (commit and start) or 1"));
  CHECK(has(fault_of([&] { m.write(soft_clear, 2); }), "0 (all) or 1"));
  for (std::uint32_t offset : {acquire, finished, status, running_job})
    CHECK(has(fault_of([&] { m.write(offset, 0); }), "read-only"));
  for (std::uint32_t offset : {0x1cu, 0xe0u, 0x11cu, 0x180u, 0x22u}) {
    CHECK(has(fault_of([&] { m.write(offset, 0); }), "no register"));
    CHECK(has(fault_of([&] { m.read(offset); }), "no register"));
  }
}

TEST_CASE("soft clear stops everything; 0 clears the registers too") {
  for (std::uint32_t what : {0u, 1u}) {
    struct listener : simulator::npu_observer {
      int aborted_jobs = 0, early = 0;
      void aborted(simulator::npu_ticket const&, simulator::neureka::cycle_count) override { ++aborted_jobs; }
      void unverified(simulator::npu_ticket const&, std::string const& name, std::string const&) override {
        early += name == "SOFT_CLEAR";
      }
    } to;
    machine m({}, &to);
    auto const registers = registers_of(pixel(0x4000));
    m.l1.assign(l1_bytes, 7);
    m.submit(registers);
    m.submit(registers);
    m.now += 20;
    m.write(soft_clear, what);
    CHECK(to.aborted_jobs == 2);
    CHECK(m.unit.next_event() == simulator::npu::never);
    CHECK(m.read(status) == 0);
    CHECK(m.read(0x80 + 4 * 9) == (what == 0 ? 0u : 32u));
    CHECK(std::count(m.l1.begin(), m.l1.end(), 7) == l1_bytes);
    m.now += 9;
    m.write(0x20, 0);
    CHECK(to.early == 1);
    m.now += 1;
    CHECK(m.submit(registers) == 0);
    m.wait();
    CHECK(to.early == 1);
    CHECK(std::count(m.l1.begin(), m.l1.end(), 7) != l1_bytes);
  }
}

TEST_CASE("a job register written while its job is queued or runs is told, and works when the job starts") {
  struct listener : simulator::npu_observer {
    std::string all;
    void changed_while_queued(simulator::npu_ticket const& t, unsigned number, int issuer,
                              simulator::neureka::cycle_count) override {
      all += std::to_string(t.job_id) + ":" + simulator::neureka::name_of_register(number) + ":" +
             std::to_string(issuer) + " ";
    }
  } to;
  machine m({}, &to);
  auto const registers = registers_of(pixel(0x4000));
  m.submit(registers);
  m.submit(registers);
  m.now += 10;
  m.write(0x80 + 4 * 2, l1_base + 0x5000, 4);   // running: taken already
  m.write(0x120 + 4 * 2, l1_base + 0x6000, 5);  // queued: will be taken
  CHECK(to.all == "0:OUTFEAT_PTR:4 1:OUTFEAT_PTR:5 ");
  m.l1[0x1000] = 1;
  m.weights.assign(m.weights.size(), 0xff);
  m.wait();
  CHECK(m.l1[0x5000] == 0);
  CHECK(m.l1[0x6000] != 0);
  m.submit(registers);
  m.submit(registers);
  m.write(0x120 + 4 * 9, 16);  // context 0 runs, context 1 is queued
  std::string const fault = fault_of([&] { m.wait(); });
  CHECK(has(fault, "OUTFEAT_D0_STRIDE"));
  CHECK(has(fault, "job 3"));
}

TEST_CASE("inputs count as they are when a tile loads them, results appear when it is streamed out") {
  layer l = pixel(0x4000, 40);  // two tiles of output channels
  l.prefetch = false;
  machine m;
  m.weights.assign(m.weights.size(), 0xff);
  auto const registers = registers_of(l);
  m.l1[0x1000] = 1;
  m.submit(registers);
  // First tile: load 42, offset 6, products 37, update 2, load 42, stream-out 147, from cycle 3 on.
  std::uint64_t const second_load = 3 + 42 + 6 + 37 + 2, first_out = second_load + 42 + 147;
  auto const at = [&](std::uint64_t cycle) {
    m.unit.advance(m.now = cycle);
  };
  auto const word = [&](int channel) {
    return m.l1[0x4000 + 4 * static_cast<std::size_t>(channel)];
  };
  at(4);
  m.l1[0x1000] = 3;  // too late for the first tile
  at(second_load - 1);
  m.l1[0x1000] = 2;
  at(second_load);
  m.l1[0x1000] = 9;  // too late for the second
  at(first_out - 1);
  CHECK(word(0) == 0);
  at(first_out);
  CHECK(word(0) == 127);  // 1 x (255 - 128)
  CHECK(word(32) == 0);
  m.wait();
  CHECK(word(0) == 127);
  CHECK(word(32) == 254);
}

TEST_CASE("stalls move everything to come and are counted apart") {
  machine m, other;
  layer l = pixel(0x4000, 40);
  l.cin = 100;  // four sub-tiles a tile: windows are prefetched beside the weights
  l.weight_memory = false;
  l.weights = 0x8000;
  auto const registers = registers_of(l);
  auto const plain = other.run(registers);
  m.submit(registers);
  simulator::npu_access access[2];
  std::uint64_t refused = 0;
  std::optional<simulator::npu_report> report;
  std::vector<std::uint32_t> previous;
  bool retried = false;
  while (!(report = m.unit.take_finished())) {
    std::vector<std::uint32_t> wanted;
    unsigned const count = m.unit.accesses(m.now, access);
    for (unsigned i = 0; i < count; ++i) wanted.push_back(access[i].address);
    if (retried) CHECK(wanted == previous);  // asked for again
    retried = count != 0 && m.now % 3 == 0;
    if (retried) {
      previous = wanted;
      m.unit.stall(1);
      ++refused;
    }
    m.unit.advance(++m.now);
  }
  CHECK(refused > 20);
  CHECK(report->stall_cycles == refused);
  CHECK(report->busy_cycles == plain.busy_cycles);
  CHECK(report->ticket.ended == plain.ticket.ended + refused);
}
}  // namespace npu_test
