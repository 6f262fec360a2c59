// SPDX-License-Identifier: Apache-2.0
// Candidates: every legal tile, of any length, is beaten or equalled by one on the front; what the evaluator counts is
// what the executor moves.
#include <doctest/doctest.h>

#include <planner/models.hpp>
#include <support/cases_elements.hpp>
#include <support/cases_products.hpp>
#include <support/rounds.hpp>
#include <support/tiling.hpp>

namespace deeploy::test {
namespace {
bool as_good(plan::candidate const& a, plan::candidate const& b) {
  return a.bytes <= b.bytes && a.alone() <= b.alone() &&
         a.fixed_cycles + a.loose_cycles <= b.fixed_cycles + b.loose_cycles && a.early_bytes <= b.early_bytes &&
         a.early_cycles <= b.early_cycles;
}
plan::planned_layer planned(layer_case const& c) { return {c.d, c.name, {c.m}, {}}; }
plan::planned_board host_board() { return small_models()[0].board; }
std::vector<layer_case> some_layers() {
  std::vector<layer_case> all = cases<matmul_case, 12>("matmul");
  for (auto const& more :
       {cases<conv2d_case, 12>("conv2d"), cases<add_case, 8>("add"), cases<max_pool_case, 8>("max_pool")})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}
plan::home_list in_l2(layer_case const& c) {
  plan::home_list homes{};
  for (int o = 0; o < c.d->operands; ++o) homes[o] = c.d->with[o].of == nullptr ? 0 : 1;
  return homes;
}
/// Any legal candidate: tiles of every length that the mapping takes, not only those that the planner looks at.
plan::candidate any_candidate(layer_case const& c, plan::home_list const& homes, drawn& d) {
  plan::candidate k;
  k.home = homes;
  k.form = static_cast<std::uint8_t>(d.one_of(0, c.m.form_count - 1));
  std::vector<int> outer, inner;
  for (int a = 0; a < c.d->axes; ++a) {
    axis const& x = c.d->space[a];
    bool const cut = x.kind == axis_kind::parallel || (x.kind == axis_kind::reduction && c.m.forms[k.form].accumulates);
    index const multiple = cut_multiple(*c.d, a);
    k.tile[a] = cut ? std::min(x.length, multiple * d.one_of(1, (x.length + multiple - 1) / multiple)) : x.length;
    (x.kind == axis_kind::reduction ? inner : outer).push_back(a);
  }
  for (std::size_t i = outer.size() - 1; i > 0; --i)
    std::swap(outer[i], outer[static_cast<std::size_t>(d.in(0, static_cast<i64>(i)))]);
  outer.insert(outer.end(), inner.begin(), inner.end());
  for (std::size_t i = 0; i < outer.size(); ++i) k.order[i] = static_cast<std::uint8_t>(outer[i]);
  return k;
}

bool has_windows(layer_descriptor const& d, int axis) {
  for (int o = 0; o < d.operands; ++o)
    for (int i = 0; d.with[o].of != nullptr && i < d.with[o].rank; ++i)
      if (d.with[o].dim[i].axis == axis && d.with[o].dim[i].window_axis >= 0) return true;
  return false;
}
}  // namespace

TEST_CASE("candidates: tile lengths give every number of tiles with the shortest tile") {
  for (layer_case const& c : some_layers())
    for (int form = 0; form < c.m.form_count; ++form)
      for (int a = 0; a < c.d->axes; ++a) {
        CAPTURE(c.seed);
        CAPTURE(a);
        index const length = c.d->space[a].length, multiple = cut_multiple(*c.d, a);
        auto const found = plan::tile_lengths(planned(c), c.m, form, a, false);
        REQUIRE(!found.empty());
        CHECK(found.front() == length);
        CHECK(std::is_sorted(found.rbegin(), found.rend()));
        bool const whole = c.d->space[a].kind == axis_kind::whole ||
                           (c.d->space[a].kind == axis_kind::reduction && !c.m.forms[form].accumulates);
        if (whole) CHECK(found.size() == 1);
        for (index n = multiple; !whole && n < length; n += multiple) {
          index const tiles = (length + n - 1) / n;
          // The list has a length with as many tiles that is no longer.
          CHECK(std::any_of(found.begin(), found.end(),
                            [&](index f) { return (length + f - 1) / f == tiles && f <= n; }));
        }
        for (index f : found) CHECK((f == length || f % multiple == 0));
      }
}

TEST_CASE("candidates: the front covers all legal tiles, orders and buffers") {
  drawn d(21);
  auto const board = host_board();
  for (layer_case const& c : some_layers()) {
    CAPTURE(std::string(c.name));
    CAPTURE(c.seed);
    plan::home_list homes = in_l2(c);
    for (int o = 0; o < c.d->operands; ++o)
      if (homes[o] != 0 && walks_in_place(c.d->with[o]) && d.chance(20)) homes[o] = 0;
    plan::planned_layer const l = planned(c);
    unsigned ready = 0;
    for (int o = 0; o < c.d->operands; ++o)
      if (homes[o] != 0 && c.d->with[o].way == direction::in && d.chance(50)) ready |= 1u << o;
    auto options = options_for(small_models()[0], 1 << 18, false);
    auto const front = plan::candidates_of(l, board, homes, ready, options.capacity[0], options);
    REQUIRE(!front.of.empty());
    CHECK(front.statistics.kept == front.of.size());
    CHECK(front.statistics.considered >= front.of.size());
    for (auto const& a : front.of)
      for (auto const& b : front.of) CHECK((&a == &b || !as_good(a, b)));
    plan::evaluator e(l, board, homes);
    for (int n = 0; n < 60 * rounds(); ++n) {
      plan::candidate k = any_candidate(c, homes, d);
      for (auto const& g : e.groups()) {
        bool const twice = d.chance(50);
        for (int o = 0; o < c.d->operands; ++o)
          if (g.operands >> o & 1) k.copies[o] = twice ? 2 : 1;
      }
      k.early = static_cast<std::uint8_t>(d.chance(50) ? ready : 0);
      // An uneven cut of windows can move less than the shortest tiles, where their overlap is padding.
      for (int a = 0; a < c.d->axes; ++a)
        if (has_windows(*c.d, a))
          for (index n : plan::tile_lengths(l, c.m, k.form, a, false))
            if ((c.d->space[a].length + n - 1) / n == (c.d->space[a].length + k.tile[a] - 1) / k.tile[a]) k.tile[a] = n;
      e.evaluate(k);
      CHECK(std::any_of(front.of.begin(), front.of.end(), [&](plan::candidate const& f) { return as_good(f, k); }));
      plan::candidate least = k;
      e.set_tile(least);
      e.bound(least);
      CHECK(least.bytes <= k.bytes);
      CHECK(least.alone() <= k.alone());
    }
  }
}

TEST_CASE("candidates: no order and no buffering is below the bound of its tile, on the cores and on a unit") {
  auto const board = host_board();
  auto const options = options_for(small_models()[0], 1 << 18, true);
  int compared = 0;
  for (layer_case const& c : some_layers())
    for (bool const unit : {false, true}) {
      CAPTURE(std::string(c.name));
      CAPTURE(c.seed);
      CAPTURE(unit);
      plan::planned_layer l = planned(c);
      if (unit) give_to_unit(l);
      plan::home_list const homes = in_l2(c);
      plan::evaluator e(l, board, homes);
      plan::for_each_tile(l, options, [&](plan::candidate const& tile) {
        plan::candidate k = tile;
        k.home = homes;
        e.set_tile(k);
        plan::candidate least = k;
        e.bound(least);
        plan::for_each_order(l, e, k, [&] {
          e.set_order(k);
          for (unsigned twice = 0; twice < 1u << e.groups().size(); ++twice) {
            e.finish(k, twice);
            bool const below = k.alone() < least.alone() || k.fixed_cycles + k.loose_cycles < least.fixed_cycles + least.loose_cycles ||
                               k.bytes < least.bytes || k.moved_bytes < least.moved_bytes;
            if (below) FAIL_CHECK("alone " << k.alone() << " of " << least.alone() << ", by the DMA " << k.fixed_cycles + k.loose_cycles << " of "
                                           << least.fixed_cycles + least.loose_cycles << ", bytes " << k.bytes << " of " << least.bytes);
            ++compared;
          }
        });
      });
    }
  CHECK(compared >= 10000);
}

TEST_CASE("candidates: one drawn is legal, the same for the same seed, and near the best for even seeds") {
  auto const board = host_board();
  int different = 0;
  for (layer_case const& c : some_layers()) {
    CAPTURE(std::string(c.name));
    CAPTURE(c.seed);
    plan::home_list const homes = in_l2(c);
    plan::planned_layer const l = planned(c);
    auto options = options_for(small_models()[0], 1 << 18, false);
    auto const all = plan::candidates_of(l, board, homes, 0, options.capacity[0], options);
    REQUIRE(!all.of.empty());
    std::int64_t const best = std::min_element(all.of.begin(), all.of.end(), [](auto const& a, auto const& b) { return a.alone() < b.alone(); })->alone();
    for (options.draw = 1; options.draw <= 8; ++options.draw) {
      auto const once = plan::candidates_of(l, board, homes, 0, options.capacity[0], options), again = plan::candidates_of(l, board, homes, 0, options.capacity[0], options);
      REQUIRE(once.of.size() == 1);
      plan::candidate const &one = once.of[0], &other = again.of[0];
      CHECK(std::tie(one.engine, one.form, one.tile, one.order, one.copies) == std::tie(other.engine, other.form, other.tile, other.order, other.copies));
      CHECK(std::any_of(all.of.begin(), all.of.end(), [&](plan::candidate const& f) { return as_good(f, one); }));
      if (options.draw % 2 == 0) CHECK(one.alone() <= best + best / 2);
      different += one.alone() != best;
    }
  }
  CHECK(different > 0);
}

TEST_CASE("candidates: a step brings its kernel's code in once, of a small kernel a part") {
  struct {
    i64 (*code_bytes)(layer_descriptor const&, int, index const*);
    std::int64_t cycles;
  } const kernels[] = {{nullptr, 0},
                       {[](layer_descriptor const&, int, index const*) -> i64 { return 3000; }, 188 * 15},
                       {[](layer_descriptor const&, int, index const*) -> i64 { return 1024; }, 64 * 15 / 2}};
  auto board = host_board();
  board.costs.code_line_cycles = 15;
  board.costs.code_cache_bytes = 4096;
  drawn d(5);
  for (layer_case const& c : some_layers()) {
    plan::home_list const homes = in_l2(c);
    plan::candidate k = any_candidate(c, homes, d);
    std::int64_t without = 0;
    for (auto const& kernel : kernels) {
      plan::planned_layer l = planned(c);
      l.engines[0].code_bytes = kernel.code_bytes;
      plan::evaluator e(l, board, homes);
      for (int o = 0; o < c.d->operands; ++o) k.copies[o] = 1;
      e.evaluate(k);
      if (kernel.code_bytes == nullptr) without = k.fixed_cycles;
      CHECK(k.fixed_cycles == without + kernel.cycles);
    }
  }
}

namespace {
/// Counts what the executor moves.
struct counting_machine : host::machine {
  using machine::machine;
  std::int64_t moved = 0, kernels = 0;
  void start_in(int which, u8* l1, u8 const* from, bytes line, index lines, bytes stride) {
    moved += std::int64_t{line} * lines;
    machine::start_in(which, l1, from, line, lines, stride);
  }
  void start_out(int which, u8 const* l1, u8* to, bytes line, index lines, bytes stride) {
    moved += std::int64_t{line} * lines;
    machine::start_out(which, l1, to, line, lines, stride);
  }
  void run(kernel_code const& code, kernel_arguments const& a) {
    ++kernels;
    machine::run(code, a);
  }
};
}  // namespace

TEST_CASE("evaluator: bytes and tiles are those of the executor where tiles divide their axes") {
  drawn d(22);
  auto const board = host_board();
  int compared = 0;
  for (int round = 0; round < 40 * rounds(); ++round)
    for (layer_case const& c : some_layers()) {
      if (std::string(c.name) == "conv2d" || std::string(c.name) == "max_pool") continue;  // halos are cut at borders
      plan::planned_layer const l = planned(c);
      plan::home_list const homes = in_l2(c);
      plan::candidate k = any_candidate(c, homes, d);
      bool even = true;
      for (int a = 0; a < c.d->axes; ++a) even = even && c.d->space[a].length % k.tile[a] == 0;
      for (int o = 0; o < c.d->operands; ++o) even = even && tile_bytes(c.d->with[o], k.tile.data()) % 4 == 0;
      if (!even) continue;
      plan::evaluator e(l, board, homes);
      for (int o = 0; o < c.d->operands; ++o) k.copies[o] = 0;
      for (auto const& g : e.groups()) {
        bool const twice = d.chance(50);
        for (int o = 0; o < c.d->operands; ++o)
          if (g.operands >> o & 1) k.copies[o] = twice ? 2 : 1;
      }
      e.evaluate(k);
      step s;
      s.form = k.form;
      s.part = whole_box(*c.d);
      std::int64_t at = 0, tiles = 1;
      for (int a = 0; a < c.d->axes; ++a)
        s.tile[a] = k.tile[a], s.order[a] = k.order[a], tiles *= c.d->space[a].length / k.tile[a];
      memory_use use[2] = {};
      step_record r;
      for (int o = 0; o < c.d->operands; ++o) {
        operand const& with = c.d->with[o];
        if (with.of == nullptr) continue;
        s.buffer[o].copies = k.copies[o];
        for (int copy = 0; copy < k.copies[o]; ++copy)
          r.buffer[o][copy] = static_cast<bytes>(at), at += tile_bytes(with, s.tile);
        r.home[o] = {1, section::scratch, use[1].used[2] + with.offset * size_of(with.of->type)};
        use[1].used[2] += static_cast<bytes>(aligned(with.of->size_bytes()));
      }
      r.scratch_at = static_cast<bytes>(at);
      at += aligned(c.m.scratch_bytes(*c.d, k.form, s.tile));
      use[0].used[2] = static_cast<bytes>(at);
      CHECK(at == k.bytes);
      geometry const g = deeploy::detail::geometry_of(*c.d, c.m, s, c.code[k.form]);
      host::arenas memory(use, 2, 0);
      counting_machine machine(memory, 8);
      run_time_extents most;
      for (int a = 0; a < c.d->axes; ++a)
        if (axis const& x = c.d->space[a]; x.slot != 0) most.of[x.slot] = std::max(most.of[x.slot], x.length);
      execute(program_view{&g, &r, c.d->values, 1, most}, machine);
      CAPTURE(std::string(c.name));
      CAPTURE(c.seed);
      CHECK(machine.moved == k.moved_bytes);
      CHECK(machine.kernels == tiles);
      CHECK(k.compute_cycles == tiles * (c.m.tile_cycles(*c.d, k.form, s.tile) + board.costs.tile_cycles));
      ++compared;
    }
  CHECK(compared >= 100);
}
}  // namespace deeploy::test
