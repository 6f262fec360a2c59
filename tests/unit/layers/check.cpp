// SPDX-License-Identifier: Apache-2.0
// Random layers against their plain meaning: in one tile, in random tiles and memories, and what their boxes touch.
#include <layers/check.hpp>
#include <set>

namespace deeploy::test {
namespace {
run_time_extents draw_extents(drawn& d) {
  run_time_extents e;
  for (int i = 1; i <= max_run_time; ++i)
    if (d.chance(50)) e.of[i] = d.one_of(1, 9);
  return e;
}
}  // namespace

void check_kernels(std::vector<layer_case> const& all) {
  tiling const none{false, false, false, false, false};
  for (layer_case const& c : all) {
    CAPTURE(std::string(c.name));
    CAPTURE(c.seed);
    REQUIRE(c.d->first_problem.code == 0);
    drawn d(static_cast<u64>(c.seed));
    for (int round = 0; round < 3 * rounds(); ++round) {
      random_program p({&c}, d, none);
      bool const right = p.run(d, round == 0 ? run_time_extents{} : draw_extents(d), 0x5B);
      CHECK_MESSAGE(right, p.message);
    }
  }
}

void check_tiling(std::vector<layer_case> const& all) {
  drawn d(all.size());
  for (int round = 0; round < 6 * static_cast<int>(all.size()) * rounds(); ++round) {
    CAPTURE(round);
    std::vector<layer_case const*> layers;
    for (i64 n = d.in(1, 3); n > 0; --n)
      layers.push_back(&all[static_cast<std::size_t>(d.in(0, static_cast<i64>(all.size()) - 1))]);
    tiling how;
    how.l1_bytes = d.pick({i64{100}, i64{400}, i64{2000}, i64{1} << 20});
    random_program p(layers, d, how);
    for (int run = 0; run < 2; ++run) {
      bool const right = p.run(d, run == 0 ? run_time_extents{} : draw_extents(d), run == 0 ? 0x5B : 0xE4);
      CHECK_MESSAGE(right, p.message);
    }
  }
}

namespace {
/// All elements of operand o that the rule says a box touches.
std::set<index> elements_touched(operand const& o, box const& b) {
  std::set<index> all{o.offset};
  for (int i = 0; i < o.rank; ++i) {
    range const r = touched(o.dim[i], b);
    std::set<index> next;
    for (index from : all)
      for (index s = r.from; s < r.to; ++s) next.insert(from + s * o.dim[i].stride);
    all = std::move(next);
  }
  return all;
}
}  // namespace

void check_regions(std::vector<layer_case> const& all) {
  for (layer_case const& c : all) {
    CAPTURE(std::string(c.name));
    CAPTURE(c.seed);
    layer_descriptor const& l = *c.d;
    layout const& y = c.s->with[c.result];
    bool const windows =
        std::any_of(l.with[0].dim, l.with[0].dim + l.with[0].rank, [](dimension const& x) { return x.windowed(); });
    drawn d(static_cast<u64>(c.seed) + 77);
    std::vector<std::vector<u8>> bytes(static_cast<std::size_t>(l.operands));
    for (int o = 0; o < l.operands; ++o) {
      layout const& lay = c.s->with[o];
      for (index i = 0; lay.present && i < lay.total * size_of(lay.type); ++i)
        bytes[static_cast<std::size_t>(o)].push_back(static_cast<u8>(d.in(1, 3)));
      if (lay.present && lay.type == element::i32)  // small values: indices stay legal
        for (std::size_t i = 0; i < bytes[static_cast<std::size_t>(o)].size(); ++i)
          bytes[static_cast<std::size_t>(o)][i] = 0;
    }
    index const most[max_run_time + 1] = {0, 99, 99, 99, 99};
    for (int round = 0; round < 6 * rounds(); ++round) {
      box b = whole_box(l);
      for (int a = 0; a < l.axes; ++a) {
        if (round == 0 || l.space[a].kind != axis_kind::parallel) continue;
        index const multiple = cut_multiple(l, a), steps = (l.space[a].length + multiple - 1) / multiple;
        b.from[a] = multiple * d.one_of(0, steps - 1);
        b.to[a] = std::min(l.space[a].length, b.from[a] + multiple * d.one_of(1, steps));
      }
      std::vector<std::vector<index>> seen(static_cast<std::size_t>(l.operands));
      operands o(*c.s, bytes, most);
      o.seen = seen.data();
      std::set<index> written;
      index i[max_rank] = {};
      for (bool more = true; more;) {
        // Is this result in the box? Groups and channels are one logical axis but two of the layer: ask the rule for y.
        if (std::set<index> const in_box =
                round == 0 ? std::set<index>{y.at(i)} : elements_touched(l.with[c.result], b);
            in_box.count(y.at(i)) != 0) {
          written.insert(y.at(i));
          c.plain(o, i);
        }
        more = false;
        for (int a = y.rank - 1; a >= 0 && !more; --a) {
          more = ++i[a] < y.of[a].value;
          if (!more) i[a] = 0;
        }
      }
      CHECK(written == elements_touched(l.with[c.result], b));
      i64 results = 1;
      for (int a = 0; a < l.axes; ++a)
        if (depends_on(l.with[c.result], a)) results *= b.length(a);
      CHECK(static_cast<i64>(written.size()) == results);  // as many results as points: none twice, none left out
      index tile[max_axes];
      for (int a = 0; a < max_axes; ++a) tile[a] = a < l.axes ? b.length(a) : 1;
      for (int k = 0; k < l.operands; ++k) {
        if (l.with[k].of == nullptr || k == c.result) continue;
        CAPTURE(k);
        std::set<index> const ruled = elements_touched(l.with[k], b);
        std::set<index> const read(seen[static_cast<std::size_t>(k)].begin(), seen[static_cast<std::size_t>(k)].end());
        CHECK(std::includes(ruled.begin(), ruled.end(), read.begin(), read.end()));
        CHECK(tile_bytes(l.with[k], tile) >= static_cast<i64>(ruled.size()) * size_of(l.with[k].of->type));
        // The rule is tight: it has no slice at its ends that nothing reads. Not so where gathers and tables are read as
        // they are told, where a tap meets padding only, and where padding cuts off the range between two positions of a window.
        operand const& with = l.with[k];
        bool const picks = (std::string(c.name) == "gather" && k == 0) || (std::string(c.name) == "score_chain" && k == 4);
        if (!picks && !read.empty()) {
          for (int dim = 0; dim < with.rank; ++dim) {
            dimension const& x = with.dim[dim];
            if (windows && k > 0 && x.axis >= 0 && l.space[x.axis].kind == axis_kind::whole) continue;
            range const r = touched(x, b);
            for (index end : {r.from, r.to - 1}) {
              if (x.windowed() && (end == 0 || end == x.length - 1)) continue;
              operand slice = with;
              slice.offset += end * with.dim[dim].stride;
              slice.dim[dim] = {};  // one element, wherever the box is
              std::set<index> const there = elements_touched(slice, b);
              CHECK(std::any_of(there.begin(), there.end(), [&](index e) { return read.count(e) != 0; }));
            }
          }
        }
        if (read.empty() && !windows) CHECK((ruled.empty() || picks));
      }
    }
  }
}
}  // namespace deeploy::test
