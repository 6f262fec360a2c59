// SPDX-License-Identifier: Apache-2.0
// An NPU with memories, driven as software drives it.
#pragma once
#include <doctest/doctest.h>

#include <npu/npu.hpp>

#include "layer.hpp"

namespace npu_test {
struct machine {
  static constexpr std::uint32_t weight_bytes = 2 * 1024 * 1024;
  std::vector<std::uint8_t> l1 = std::vector<std::uint8_t>(l1_bytes), weights = std::vector<std::uint8_t>(weight_bytes);
  simulator::npu unit;
  simulator::neureka::cycle_count now = 0;

  explicit machine(simulator::npu_options options = {}, simulator::npu_observer* observer = nullptr)
      : unit({l1.data(), l1_bytes, weights.data(), weight_bytes, l1_base}, options, observer) {}
  machine(machine const&) = delete;

  void write(std::uint32_t offset, std::uint32_t value, int issuer = 0) {
    unit.write_register(offset, value, now, issuer);
  }
  std::uint32_t read(std::uint32_t offset) { return unit.read_register(offset, now, 0); }

  /// Acquire, 24 registers, trigger. @returns the job id
  std::uint32_t submit(std::array<std::uint32_t, 24> const& registers, std::uint32_t trigger = 0) {
    std::uint32_t const id = read(0x04);
    REQUIRE(id < 256);
    for (std::uint32_t n = 0; n < 24; ++n) write(0x20 + 4 * n, registers[n]);
    write(0x00, trigger);
    return id;
  }
  /// Lets time pass until the running jobs have ended. @returns the report of the last
  simulator::npu_report wait() {
    simulator::npu_report last;
    while (unit.next_event() != simulator::npu::never) {
      now = unit.next_event();
      unit.advance(now);
      while (auto const r = unit.take_finished()) last = *r;
    }
    return last;
  }
  simulator::npu_report run(std::array<std::uint32_t, 24> const& registers) {
    submit(registers);
    return wait();
  }
  void put_weights(layer const& l, std::vector<int> const& codes) {
    pack(l, codes, (l.weight_memory ? weights.data() : l1.data()) + l.weights);
  }
  /// Shift bytes must be legal for a job that reads them.
  void put_shifts(layer const& l, random_source& random) {
    for (int o = 0; o < l.cout; ++o)
      l1[l.shifts + static_cast<std::uint32_t>(o)] = static_cast<std::uint8_t>(random.between(0, 31));
  }
};
}  // namespace npu_test
