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
/// The least recently used code leaves first; the executor's own is in use all the time.
///
///     missing = clip(bytes of kernels since + its own - room, 0, its own); its own at the first use
class code_cache {
 public:
  explicit code_cache(execution_costs const& costs) : room_(costs.code_cache_bytes - costs.executor_code_bytes) {}

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
  struct use {
    std::string kernel;
    std::int64_t bytes;
  };
  std::vector<use> used_;  ///< the latest behind
  std::int64_t room_;
};

/// What code a layer's candidate runs: of layers that are compiled for the same class it is the same.
inline std::string kernel_of(planned_layer const& l, candidate const& c, std::int64_t code_bytes) {
  mapping_facts const& m = l.engines[c.engine];
  kernel_class const k = class_of(*l.d, m.forms[c.form].accumulates);
  std::string name = std::string(l.d->facts->name) + ' ' + m.engine + ' ' + m.forms[c.form].name + ' ' + std::to_string(code_bytes);
  for (index i = 0; i < k.class_count; ++i) name += ' ' + std::to_string(k.classes[i]);
  for (int o = 0; o < max_operands; ++o) name += ' ' + std::to_string(k.present[o] ? static_cast<int>(k.type[o]) : -1);
  return name;
}
}  // namespace deeploy::plan
