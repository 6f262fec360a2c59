// SPDX-License-Identifier: Apache-2.0
// A unit's last tile goes on under the steps behind it: random programs are written down, and read again with the rules of
// recorder.hpp in mind. What conflicts is drawn.
#include <deeploy/recorder.hpp>
#include <doctest/doctest.h>
#include <support/rounds.hpp>
#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace {
using namespace deeploy;
using detail::left_step;
using detail::recorded_step;
using detail::step_overlaps;

void phase(int, int, kernel_arguments const&) {}
bool lower_for_cores(kernel_arguments const&, u32, lowered_tile& t) { return t.phase[0] = &phase, true; }
bool lower_for_unit(kernel_arguments const&, u32, lowered_tile& t) { return t.queue = &phase, true; }

/// Steps of one to three tiles, with a result that stays where it is or is stored.
struct drawn_steps {
  std::mt19937 draw;
  std::vector<bool> by_unit, stores;
  std::vector<tile_record> records;
  std::vector<std::vector<tile_entry>> entries;
  std::vector<recorded_step> steps;
  std::map<std::pair<int, int>, step_overlaps> overlaps;

  int below(int n) { return static_cast<int>(draw() % static_cast<unsigned>(n)); }
  explicit drawn_steps(unsigned seed) : draw(seed) {
    int const count = 2 + below(14);
    records.resize(static_cast<std::size_t>(count)), entries.resize(static_cast<std::size_t>(count)), steps.resize(static_cast<std::size_t>(count));
    for (int s = 0; s < count; ++s) by_unit.push_back(below(3) == 0), stores.push_back(below(3) == 0);
    for (int s = 0; s < count; ++s) {
      auto const i = static_cast<std::size_t>(s);
      records[i].arguments.ends = true;
      records[i].moved[0] = {.line = 16, .lines = 1};
      entries[i].resize(static_cast<std::size_t>(1 + below(3)));
      steps[i].record.home[0] = address(1, section::scratch, 64 * s);
      steps[i].head.operands = steps[i].head.present = steps[i].head.written = 1;
      steps[i].head.twice = stores[i];
      steps[i].head.code.lower = by_unit[i] ? &lower_for_unit : &lower_for_cores;
      steps[i].record.buffer[0][0] = 64 * s, steps[i].record.buffer[0][1] = 64 * s + 32;
      steps[i].tiles = {&records[i], entries[i].data(), static_cast<int>(entries[i].size())};
      for (int t = s + 1; t < count; ++t) {
        step_overlaps o;
        o.begins = below(4) != 0;
        o.early = o.begins && below(4) != 0;
        o.whole = o.early && !by_unit[static_cast<std::size_t>(t)] && below(4) != 0;
        overlaps[{s, t}] = o;
      }
    }
  }
  step_overlaps overlap(int s, int t) const {
    auto const found = overlaps.find({s, t});
    return found == overlaps.end() ? step_overlaps{} : found->second;
  }
};

/// How many tiles ran while a unit was at work for a step that was not the last one; and steps that left two tiles to it.
struct overlaps_seen {
  int far = 0, two = 0;
};
/// Reads the commands.
void read(drawn_steps const& d, std::vector<command> const& all, overlaps_seen& seen) {
  int const count = static_cast<int>(d.steps.size());
  int step = -1, tile = 0;
  std::vector<int> queue;  // steps of the unit's tiles
  std::vector<int> ended(static_cast<std::size_t>(count), 0), stored(static_cast<std::size_t>(count), 0), run(static_cast<std::size_t>(count), 0);
  bool open[channel::count] = {};
  auto const ends = [&](int s) {
    auto const i = static_cast<std::size_t>(s);
    CHECK(std::find(queue.begin(), queue.end(), s) == queue.end());
    CHECK(run[i] == d.steps[i].tiles.entries);
    CHECK(stored[i] == (d.stores[i] ? run[i] : 0));
    ++ended[i];
  };
  for (command const& c : all) switch (c.kind) {
      case command_kind::step:
        if (c.back != 0) {
          CHECK(c.back <= detail::most_steps_back);
          ends(step - c.back);
          break;
        }
        if (!c.overlaps && step >= 0) ends(step);
        seen.two += std::count(queue.begin(), queue.end(), step) == 2;
        step = c.step, tile = 0;
        break;
      case command_kind::tile: {
        for (int f : queue) {
          if (f == step) continue;
          bool const queues = d.by_unit[static_cast<std::size_t>(step)];
          CHECK(d.overlap(f, step).begins);
          CHECK((tile == 0 || queues || d.overlap(f, step).whole));
          if (tile > 0) CHECK(!queues);
          seen.far += f < step - 1;
        }
        if (c.tile.queue != nullptr) {
          if (queue.size() == 2) queue.erase(queue.begin());  // the unit takes no third job before
          queue.push_back(step);
        }
        ++tile;
        ++run[static_cast<std::size_t>(step)];
        break;
      }
      case command_kind::copy: {
        // A result is stored when its tile has been computed.
        int const of = static_cast<int>(c.home.offset()) / 64;
        auto const i = static_cast<std::size_t>(of);
        CHECK(!c.in);
        CHECK(std::count(queue.begin(), queue.end(), of) <= run[i] - stored[i] - 1);
        ++stored[i];
        open[c.slot] = true;
        break;
      }
      case command_kind::wait:
        if (c.slot == channel::unit) queue.clear();
        if (c.slot == channel::unit_but_last && !queue.empty()) queue.erase(queue.begin(), queue.end() - 1);
        if (c.slot < channel::count) open[c.slot] = false;
        break;
      default: CHECK(false);
    }
  ends(step);
  CHECK(queue.empty());
  CHECK(std::none_of(std::begin(open), std::end(open), [](bool is) { return is; }));
  CHECK(std::all_of(ended.begin(), ended.end(), [](int n) { return n == 1; }));
}
}  // namespace

TEST_CASE("recorder: what is left of a step goes on as long as nothing conflicts") {
  overlaps_seen seen;
  for (int seed = 0; seed < 4000 * test::rounds(); ++seed) {
    CAPTURE(seed);
    drawn_steps const d(static_cast<unsigned>(seed));
    std::vector<command> all;
    left_step left;
    int const count = static_cast<int>(d.steps.size());
    for (int s = 0; s < count; ++s)
      detail::record_step(d.steps, count, s, [&](int f, int t) { return d.overlap(f, t); }, left, [&](command const& c) { all.push_back(c); });
    read(d, all, seen);
  }
  CHECK(seen.far > 1000);
  CHECK(seen.two > 1000);
}
