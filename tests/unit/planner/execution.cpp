// SPDX-License-Identifier: Apache-2.0
// Plans that are run: the same network under plans for many memory sizes gives the same bytes, on a machine that
// punishes every overlap and every missing wait.
#include <doctest/doctest.h>

#include <host/machine.hpp>
#include <planner/models.hpp>
#include <support/rounds.hpp>

namespace deeploy::test {
namespace {
struct runnable {
  plan::planned_model model;
  std::vector<std::array<kernel_code, 2>> code;  ///< per layer and form
};
template <class L>
std::array<kernel_code, 2> code_of() {
  using mapped = mapping<typename L::kind, engine::host_cluster>;
  std::array<kernel_code, 2> code{mapped::template code<L::descriptor, 0>};
  if constexpr (sizeof(mapped::forms) / sizeof(form) == 2) code[1] = mapped::template code<L::descriptor, 1>;
  return code;
}
template <class... L>
std::vector<std::array<kernel_code, 2>> codes_of(deeploy::detail::types<L...>) {
  return {code_of<L>()...};
}
template <int... seed>
std::vector<runnable> runnables(std::integer_sequence<int, seed...>) {
  return {{model_of(generator::facts_of_types<typename small_net<seed + 1>::net, board::host>()),
           codes_of(typename small_net<seed + 1>::net::layers{})}...};
}

/// The bytes of the output when the network runs under a plan; empty and a failed check where the machine objects.
std::vector<u8> run(runnable const& n, plan::finished_plan const& p, u64 seed, unsigned char poison) {
  std::vector<geometry> geometries;
  std::vector<step_record> records;
  std::vector<i32> values;
  std::vector<u16> values_at;
  for (plan::planned_layer const& l : n.model.layers) {
    values_at.push_back(static_cast<u16>(values.size()));
    values.insert(values.end(), l.d->values, l.d->values + l.d->value_count);
  }
  for (step const& s : p.steps) {
    plan::planned_layer const& l = n.model.layers[s.layer];
    geometries.push_back(deeploy::detail::geometry_of(*l.d, l.engines[s.engine], s, n.code[s.layer][s.form]));
    step_record r;
    r.geometry_index = static_cast<u16>(records.size());
    r.layer = s.layer;
    r.values_at = values_at[s.layer];
    r.early = s.early;
    r.scratch_at = s.scratch_at;
    for (int o = 0; o < l.d->operands; ++o) {
      operand const& with = l.d->with[o];
      if (with.of == nullptr) continue;
      place const& home = p.tensors[static_cast<std::size_t>(l.tensor[o])];
      r.home[o] = {home.memory, home.where, home.offset + i64{with.offset} * size_of(with.of->type)};
      for (int c = 0; c < 2; ++c) r.buffer[o][c] = s.buffer[o].at[c];
    }
    records.push_back(r);
  }
  host::arenas memory(p.memories.data(), static_cast<int>(p.memories.size()), poison);
  host::checking_machine machine(memory, board::host::cores);
  drawn d(seed);
  u8* result = nullptr;
  std::size_t length = 0;
  for (std::size_t t = 0; t < n.model.tensors.size(); ++t) {
    tensor_descriptor const& x = *n.model.tensors[t].d;
    u8* const at = memory.base(address(p.tensors[t].memory, p.tensors[t].where, 0).base()) + p.tensors[t].offset;
    if (x.use == role::input || x.use == role::constant)
      for (bytes b = 0; b < x.size_bytes(); ++b) at[b] = static_cast<u8>(d.bits());
    if (x.use == role::output) result = at, length = static_cast<std::size_t>(x.size_bytes());
  }
  execute(program_view{geometries.data(), records.data(), values.data(), static_cast<int>(records.size()), {}},
          machine);
  CHECK(machine.clean());
  return {result, result + length};
}
}  // namespace

TEST_CASE("execution: every memory size gives the bytes of the untiled network") {
  static auto const all = runnables(std::make_integer_sequence<int, 16>{});
  drawn d(41);
  int tiled = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    runnable const& n = all[i];
    plan::plan_result const whole = plan::make_plan(n.model, options_for(n.model, 1 << 18, false));
    REQUIRE(whole.problems.empty());
    for (int round = 0; round < 20 * rounds(); ++round) {
      std::int64_t const l1_bytes = d.in(30, 200);
      CAPTURE(l1_bytes);
      plan::plan_result const small = plan::make_plan(n.model, options_for(n.model, l1_bytes, false));
      if (!small.problems.empty()) continue;
      CHECK(small.plan.memories[0].total() <= l1_bytes);
      CHECK(small.plan.objective >= whole.plan.bound);  // less memory is no help
      u64 const seed = d.bits();
      auto const expected = run(n, whole.plan, seed, 0x5B);
      CHECK(run(n, small.plan, seed, 0x5B) == expected);
      CHECK(run(n, small.plan, seed, 0xE4) == expected);
      for (step const& s : small.plan.steps)
        for (int a = 0; a < max_axes; ++a) tiled += s.tile[a] < s.part.to[a] - s.part.from[a];
    }
  }
  CHECK(tiled > 100);
}
}  // namespace deeploy::test
