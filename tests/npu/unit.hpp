// SPDX-License-Identifier: Apache-2.0
// The simulator's NPU with memories, fed with job images.
#pragma once
#include <npu/npu.hpp>

#include <npu/job.hpp>
#include <random>
#include <vector>

namespace npu_test {
using namespace deeploy;

inline constexpr u32 l1 = 0x1000'0000, l1_bytes = 256 * 1024;

struct unit {
  std::vector<u8> memory = std::vector<u8>(l1_bytes), weights = std::vector<u8>(1 << 20);
  simulator::npu npu;
  u64 now = 0;

  explicit unit(simulator::npu_options options = {})
      : npu({memory.data(), l1_bytes, weights.data(), static_cast<u32>(weights.size()), l1}, options) {}
  unit(unit const&) = delete;

  /// @throws simulator::npu_fault for an illegal job
  simulator::npu_report run(npu::job const& j) {
    npu.read_register(0x04, now);
    for (int n = 0; n < npu::job_words; ++n) npu.write_register(static_cast<u32>(0x20 + 4 * n), j.word[n], now, 0);
    npu.write_register(0, 0, now, 0);
    while (npu.next_event() != simulator::npu::never) npu.advance(now = npu.next_event());
    return *npu.take_finished();
  }
  u8* at(u32 address) { return memory.data() + (address - l1); }
  i32 word(u32 address) {
    u8 const* p = at(address);
    return static_cast<i32>(p[0] | p[1] << 8 | p[2] << 16 | static_cast<u32>(p[3]) << 24);
  }
  void put_word(u32 address, u32 value) {
    for (int i = 0; i < 4; ++i) at(address)[i] = static_cast<u8>(value >> (8 * i));
  }
};

struct dice {
  std::mt19937_64 engine;
  explicit dice(u64 seed) : engine(seed) {}
  i64 between(i64 low, i64 high) { return low + static_cast<i64>(engine() % static_cast<u64>(high - low + 1)); }
  bool chance(int percent) { return between(1, 100) <= percent; }
};
}  // namespace npu_test
