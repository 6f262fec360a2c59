// SPDX-License-Identifier: Apache-2.0
// Footprints: bytes named as read are those that influence results, no others; the streamers stay where they are said
// to.
#include <set>

#include "machine.hpp"

namespace npu_test {
namespace {
using simulator::neureka::region;
using simulator::neureka::regions;
namespace neureka = simulator::neureka;

/// Marks of the bytes of both memories.
struct marks {
  std::vector<bool> l1 = std::vector<bool>(l1_bytes), weights = std::vector<bool>(machine::weight_bytes);
  void add(region const& r) {
    r.for_each_run([&](std::uint32_t address, std::uint32_t bytes) {
      for (std::uint32_t i = 0; i < bytes; ++i) {
        if (r.weight_memory)
          weights.at(address + i) = true;
        else
          l1.at(address - l1_base + i) = true;
      }
    });
  }
  void add(regions const& all) {
    for (region const& r : all) add(r);
  }
  bool operator==(marks const&) const = default;
};

/// Collects what the running unit reports.
struct collector : simulator::npu_observer {
  marks read, written;
  simulator::neureka::cycle_count last = 0;
  bool in_order = true;
  void reads(simulator::npu_ticket const&, regions const& all, neureka::cycle_count now) override {
    read.add(all);
    in_order &= now >= last;
    last = now;
  }
  void writes(simulator::npu_ticket const&, region const& r, neureka::cycle_count now) override {
    written.add(r);
    in_order &= now >= last;
    last = now;
  }
};

layer small_layer(random_source& random) {
  for (;;) {
    layer const l = random_layer(random);
    if (l.macs() < 300'000) return l;
  }
}
}  // namespace

TEST_CASE("bytes outside the footprint never matter; tiles and jobs tell the same bytes") {
  for (int seed = 1; seed <= 200; ++seed) {
    random_source random(static_cast<std::uint64_t>(seed) + 5000);
    layer const l = small_layer(random);
    auto const codes = random_codes(l, random);
    collector seen;
    machine m({}, &seen);
    random.fill(m.l1);
    m.put_shifts(l, random);
    m.put_weights(l, codes);
    std::vector<std::uint8_t> const l1_before = m.l1, weights_before = m.weights;
    auto const registers = registers_of(l);
    m.run(registers);

    neureka::job const j = neureka::decode(registers);
    marks read, written;
    read.add(neureka::job_reads(j));
    written.add(neureka::job_writes(j));
    CHECK(read == seen.read);
    CHECK(written == seen.written);
    CHECK(seen.in_order);
    bool stray = false;
    for (std::size_t i = 0; i < l1_bytes; ++i) stray |= m.l1[i] != l1_before[i] && !written.l1[i];
    CHECK_FALSE(stray);

    // Everything else at random: the same results.
    machine other;
    random.fill(other.l1);
    random.fill(other.weights);
    for (std::size_t i = 0; i < l1_bytes; ++i)
      if (read.l1[i]) other.l1[i] = l1_before[i];
    for (std::size_t i = 0; i < machine::weight_bytes; ++i)
      if (read.weights[i]) other.weights[i] = weights_before[i];
    other.run(registers);
    bool equal = true;
    for (std::size_t i = 0; i < l1_bytes; ++i) equal &= !written.l1[i] || m.l1[i] == other.l1[i];
    CHECK_MESSAGE(equal, "seed ", seed);
  }
}

TEST_CASE("bytes of the footprint do matter") {
  int tried = 0;
  for (int seed = 1; seed <= 60; ++seed) {
    random_source random(static_cast<std::uint64_t>(seed) + 9000);
    layer l = small_layer(random);
    // Plain 32-bit accumulators hide nothing. Inputs of one sign and codes of full width keep sums from vanishing.
    if (l.output_bits != 32 || l.requantise) continue;
    l.signed_input = false;
    auto codes = random_codes(l, random);
    machine m;
    random.fill(m.l1);
    for (auto& b : m.l1) b = static_cast<std::uint8_t>(b | 1);
    m.put_weights(l, codes);
    auto const registers = registers_of(l);
    auto const l1_before = m.l1, weights_before = m.weights;
    m.run(registers);
    auto const result = m.l1;
    neureka::job const j = neureka::decode(registers);
    for (region const& r : neureka::job_reads(j)) {
      std::vector<std::uint32_t> addresses;
      r.for_each_run([&](std::uint32_t address, std::uint32_t bytes) {
        for (std::uint32_t i = 0; i < bytes; ++i) addresses.push_back(address + i);
      });
      for (int trial = 0; trial < 6; ++trial) {
        std::uint32_t const at =
            addresses[static_cast<std::size_t>(random.between(0, static_cast<int>(addresses.size()) - 1))];
        m.l1 = l1_before;
        m.weights = weights_before;
        std::uint8_t& byte = r.weight_memory ? m.weights[at] : m.l1[at - l1_base];
        byte = static_cast<std::uint8_t>(byte ^ 0xff);
        auto changed = m.l1;
        m.run(registers);
        bool differs = false;
        neureka::job_writes(j).for_each_run([&](std::uint32_t address, std::uint32_t bytes) {
          for (std::uint32_t i = 0; i < bytes; ++i)
            differs |= m.l1[address - l1_base + i] != result[address - l1_base + i];
        });
        CHECK_MESSAGE(differs, "seed ", seed, " ", neureka::name_of(r.which), " byte ", at);
        ++tried;
      }
    }
  }
  CHECK(tried > 100);
}

TEST_CASE("the streamers' accesses stay inside what they are said to emit, and cover what is read") {
  for (int seed = 1; seed <= 120; ++seed) {
    random_source random(static_cast<std::uint64_t>(seed) + 20000);
    layer const l = small_layer(random);
    machine m;
    m.put_weights(l, random_codes(l, random));
    auto const registers = registers_of(l);
    neureka::job const j = neureka::decode(registers);
    marks emitted, touched;
    emitted.add(neureka::emitted(j));
    std::uint64_t l1_words = 0, weight_words = 0;
    bool inside = true;
    m.submit(registers);
    std::optional<simulator::npu_report> report;
    while (!(report = m.unit.take_finished())) {
      simulator::npu_access access[2];
      unsigned const count = m.unit.accesses(m.now, access);
      for (unsigned i = 0; i < count; ++i) {
        (access[i].weight_memory ? weight_words : l1_words) += 1;
        region const r{.which = access[i].which,
                       .weight_memory = access[i].weight_memory,
                       .address = access[i].address,
                       .bytes = 32};
        touched.add(r);
        r.for_each_run([&](std::uint32_t address, std::uint32_t bytes) {
          for (std::uint32_t b = 0; b < bytes; ++b)
            inside &= r.weight_memory ? emitted.weights[address + b] : emitted.l1[address - l1_base + b];
        });
      }
      m.unit.advance(++m.now);
    }
    CHECK_MESSAGE(inside, "seed ", seed);
    CHECK_MESSAGE(l1_words == report->l1_words, "seed ", seed);
    CHECK(weight_words == report->weight_words);
    marks needed;
    needed.add(neureka::job_reads(j));
    needed.add(neureka::job_writes(j));
    bool covered = true;
    for (std::size_t i = 0; i < l1_bytes; ++i) covered &= !needed.l1[i] || touched.l1[i];
    for (std::size_t i = 0; i < machine::weight_bytes; ++i) covered &= !needed.weights[i] || touched.weights[i];
    CHECK_MESSAGE(covered, "seed ", seed);
  }
}
}  // namespace npu_test
