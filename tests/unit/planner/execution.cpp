// SPDX-License-Identifier: Apache-2.0
// Plans that are run: the same network under plans for many memory sizes gives the same bytes, on a machine that
// punishes every overlap and every missing wait.
#include <doctest/doctest.h>

#include <deque>
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

/// Tiles that stay as they were made, for machines that run them later.
struct kept_tiles : deeploy::detail::walked_tiles {
  using walked_tiles::walked_tiles;
  struct kept {
    tile_record record;
    tile_entry entry;
  };
  std::deque<kept> all;
  deeploy::detail::ready_tile next() {
    deeploy::detail::ready_tile const t = walked_tiles::next();
    if (t.entry == nullptr) return {};
    all.push_back({*t.record, *t.entry});
    return {&all.back().entry, &all.back().record};
  }
  kernel_arguments& arguments(deeploy::detail::ready_tile const& t) {
    for (kept& k : all)
      if (&k.record == t.record) return k.record.arguments;
    std::abort();
  }
};
/// A machine whose kernels run as late as the executor allows, as jobs of a unit may.
struct deferring : deeploy::detail::by_pointers<host::checking_machine> {
  struct job {
    kernel_code code;
    kernel_arguments arguments;
  };
  std::deque<job> queue;
  std::size_t deepest = 0;
  bool run(kernel_code const& code, kernel_arguments const& a) {
    queue.push_back({code, a});
    deepest = std::max(deepest, queue.size());
    return true;
  }
  void finish(bool last_stays) {
    for (; queue.size() > static_cast<std::size_t>(last_stays); queue.pop_front()) of.run(queue.front().code, queue.front().arguments);
  }
};
std::size_t execute_late(program_view const& p, host::checking_machine& machine) {
  deferring m{{machine}, {}};
  run_time_extents const actual = deeploy::detail::actual_of(p, {});
  for (int s = 0; s < p.step_count; ++s) {
    kept_tiles tiles(p, s, actual);
    deeploy::detail::run_step(m, s, tiles, [&] {
      deeploy::detail::load_early_under(
          m, s, [&](int t, int steps) { return t < p.step_count ? p.steps[t].early.by[steps - 1] : u8{0}; }, [&](int t) { return deeploy::detail::walked_tiles(p, t, actual); });
    });
    CHECK(m.queue.empty());
  }
  return m.deepest;
}

/// The bytes of the output when the network runs under a plan; empty and a failed check where the machine objects.
///
/// @param most_queued  null, or kernels run as late as they may, and so many were waiting at once
std::vector<u8> run(runnable const& n, plan::finished_plan p, u64 seed, unsigned char poison, std::size_t* most_queued = nullptr) {
  bytes& l1_used = p.memories[0].used[static_cast<int>(section::scratch)];
  bytes const scratch_turn = most_queued != nullptr && (seed & 1) ? l1_used : 0;
  if (most_queued != nullptr && (seed & 1)) {  // two buffers of everything, or as planned
    l1_used *= 2;
    for (step& s : p.steps)
      for (tile_buffer& b : s.buffer)
        if (b.copies == 1) {
          b = {2, {b.at[0], l1_used}};
          l1_used += 4096;
        }
  }
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
    // Accumulators stay in scratch from one tile to the next: no unit's form has them.
    r.scratch_turn = l.engines[s.engine].forms[s.form].accumulates ? 0 : scratch_turn;
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
  program_view const program{geometries.data(), records.data(), values.data(), static_cast<int>(records.size()), {}};
  if (most_queued != nullptr)
    *most_queued = std::max(*most_queued, execute_late(program, machine));
  else
    execute(program, machine);
  CHECK(machine.clean());
  return {result, result + length};
}
}  // namespace

TEST_CASE("execution: every memory size gives the bytes of the untiled network") {
  static auto const all = runnables(std::make_integer_sequence<int, 16>{});
  drawn d(41);
  int tiled = 0;
  std::size_t most_queued = 0;
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
      CHECK(run(n, small.plan, seed, 0xE4, &most_queued) == expected);
      for (step const& s : small.plan.steps)
        for (int a = 0; a < max_axes; ++a) tiled += s.tile[a] < s.part.to[a] - s.part.from[a];
    }
  }
  CHECK(tiled > 100);
  CHECK(most_queued == 2);
}
}  // namespace deeploy::test
