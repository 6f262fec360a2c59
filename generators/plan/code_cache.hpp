// SPDX-License-Identifier: Apache-2.0
// code_cache: which kernels' code a step finds in the instruction cache, by what ran since its last use.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deeploy/memory.hpp>
#include <generators/plan/candidate.hpp>
#include <string>
#include <vector>

namespace deeploy::plan {
/// What code a layer's candidate runs: of layers that are compiled for the same class it is the same.
inline std::string kernel_of(planned_layer const& l, candidate const& c, std::int64_t code_bytes) {
  mapping_facts const& m = l.engines[c.engine];
  kernel_class const k = class_of(*l.d, m.forms[c.form].accumulates);
  std::string name = std::string(l.d->facts->name) + ' ' + m.engine + ' ' + m.forms[c.form].name + ' ' + std::to_string(code_bytes);
  for (index i = 0; i < k.class_count; ++i) name += ' ' + std::to_string(k.classes[i]);
  for (int o = 0; o < max_operands; ++o) name += ' ' + std::to_string(k.present[o] ? static_cast<int>(k.type[o]) : -1);
  return name;
}

/// A kernel's code; no bytes where the mapping does not say.
struct kernel_size {
  std::string kernel;
  std::int64_t bytes = 0;
};
inline kernel_size code_of(planned_layer const& l, candidate const& c) {
  auto const code_bytes = l.engines[c.engine].code_bytes;
  if (code_bytes == nullptr) return {};
  std::int64_t const bytes = code_bytes(*l.d, c.form, c.tile.data());
  return {kernel_of(l, c, bytes), bytes};
}

/// The least recently used code leaves first; the executor's own is in use all the time.
///
///     missing = clip(bytes of kernels since + its own - room, 0, its own); its own at the first use
class code_cache {
 public:
  explicit code_cache(execution_costs const& costs) : costs_(costs), room_(costs.code_cache_bytes - costs.executor_code_bytes) {}

  /// Cycles that a step with this code fetches for, beside those that were counted before the order of steps was known.
  std::int64_t cycles_beside_refill(kernel_size const& code) {
    return code.bytes == 0 ? 0 : fetch_cycles(run(code.kernel, code.bytes), costs_) - refill_cycles(code.bytes, costs_);
  }

  /// Bytes that a step with this kernel fetches.
  std::int64_t run(std::string kernel, std::int64_t bytes) {
    std::int64_t since = 0, missing = bytes;
    for (auto last = used_.rbegin(); last != used_.rend(); ++last) {
      if (last->kernel == kernel) {
        missing = std::clamp<std::int64_t>(since + bytes - room_, 0, bytes);
        used_.erase(std::next(last).base());
        break;
      }
      since += last->bytes;
    }
    used_.push_back({std::move(kernel), bytes});
    return missing;
  }

 private:
  execution_costs const& costs_;
  std::vector<kernel_size> used_;  ///< the latest behind
  std::int64_t room_;
};
}  // namespace deeploy::plan
