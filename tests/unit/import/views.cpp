// SPDX-License-Identifier: Apache-2.0
// View arithmetic against lists of elements: reshape, permute, slice, broadcast, and views through layouts.
#include <doctest/doctest.h>

#include <generators/import/views.hpp>
#include <numeric>
#include <set>
#include <support/drawn.hpp>
#include <support/rounds.hpp>

namespace deeploy::test {
namespace {
using namespace deeploy::import;
using numbers = std::vector<std::int64_t>;

/// The element numbers of a view in row-major order.
numbers listed(std::int64_t offset, std::vector<view_axis> const& axes) {
  numbers all{offset};
  for (auto const& a : axes) {
    numbers next;
    for (std::int64_t from : all)
      for (std::int64_t i = 0; i < a.length; ++i) next.push_back(from + i * a.stride);
    all = std::move(next);
  }
  return all;
}
numbers listed(view const& v) { return listed(v.offset, v.axes); }
dims draw_shape(drawn& d, std::int64_t elements) {
  dims s;
  while (elements > 1) {
    std::int64_t f = 2;
    while (elements % f != 0) ++f;
    if (!s.empty() && d.chance(40))
      s[static_cast<std::size_t>(d.in(0, static_cast<i64>(s.size()) - 1))] *= f;
    else
      s.push_back(f);
    elements /= f;
  }
  while (d.chance(20)) s.insert(s.begin() + d.in(0, static_cast<i64>(s.size())), 1);
  return s;
}
view draw_view(drawn& d, std::int64_t elements) {
  view v{0, 0, row_major(draw_shape(d, elements))};
  std::vector<int> order(v.axes.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i-- > 1;)
    std::swap(order[i], order[static_cast<std::size_t>(d.in(0, static_cast<i64>(i)))]);
  if (d.chance(60)) v = permuted(v, order);
  return v;
}
constexpr std::int64_t sizes[] = {1, 6, 8, 12, 24, 36, 48, 60};
std::int64_t draw_size(drawn& d) { return sizes[d.in(0, 7)]; }
}  // namespace

TEST_CASE("views: a reshape keeps the order of elements, and is refused only where strides cannot say it") {
  drawn d(1);
  int done = 0, refused = 0;
  for (int round = 0; round < 5000 * rounds(); ++round) {
    std::int64_t const n = draw_size(d);
    view v = draw_view(d, n);
    if (!v.axes.empty() && d.chance(30)) {
      auto const a = static_cast<std::size_t>(d.in(0, static_cast<i64>(v.axes.size()) - 1));
      std::int64_t const start = d.in(0, v.axes[a].length - 1);
      v = sliced(v, static_cast<int>(a), start, d.in(1, v.axes[a].length - start), 1);
    }
    numbers const before = listed(v);
    dims const shape = draw_shape(d, static_cast<std::int64_t>(before.size()));
    auto const r = reshaped(v, shape);
    if (r) {
      REQUIRE(r->shape() == shape);
      REQUIRE(listed(*r) == before);
      ++done;
      continue;
    }
    ++refused;
    // Truly impossible: some axis of the shape would need two strides.
    bool possible = true;
    std::int64_t inner = 1;
    for (std::size_t a = shape.size(); a-- > 0;) {
      for (std::int64_t i = 0; i < static_cast<std::int64_t>(before.size()); ++i)
        if (i / inner % shape[a] + 1 < shape[a])
          possible = possible && before[i + inner] - before[i] == before[inner] - before[0];
      inner *= shape[a];
    }
    REQUIRE(!possible);
  }
  CHECK(done > 1000);
  CHECK(refused > 300);
}

TEST_CASE("views: permutation, slices and broadcasts") {
  drawn d(2);
  for (int round = 0; round < 2000 * rounds(); ++round) {
    view const v = draw_view(d, draw_size(d));
    if (v.axes.empty()) continue;
    auto const a = static_cast<std::size_t>(d.in(0, static_cast<i64>(v.axes.size()) - 1));
    std::int64_t const length = v.axes[a].length, start = d.in(0, length - 1), step = d.in(1, 3),
                       count = d.in(1, (length - start + step - 1) / step);
    view const s = sliced(v, static_cast<int>(a), start, count, step);
    numbers expected;
    numbers const all = listed(v);
    std::int64_t inner = 1;
    for (std::size_t i = a + 1; i < v.axes.size(); ++i) inner *= v.axes[i].length;
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::int64_t const at = static_cast<std::int64_t>(i) / inner % length - start;
      if (at >= 0 && at % step == 0 && at / step < count) expected.push_back(all[i]);
    }
    REQUIRE(listed(s) == expected);
    dims wider = v.shape();
    wider.insert(wider.begin(), d.in(1, 3));
    numbers repeated;
    for (std::int64_t i = 0; i < wider[0]; ++i) repeated.insert(repeated.end(), all.begin(), all.end());
    REQUIRE(listed(broadcast_to(v, wider)) == repeated);
    REQUIRE(is_bijection(v, static_cast<std::int64_t>(all.size())));
    bool const whole = std::set<std::int64_t>(expected.begin(), expected.end()).size() == all.size();
    REQUIRE(is_bijection(s, static_cast<std::int64_t>(all.size())) == whole);
  }
}

TEST_CASE("views: numpy's broadcast of two shapes") {
  CHECK(broadcast_shape({4, 1, 3}, {2, 3}) == dims{4, 2, 3});
  CHECK(broadcast_shape({}, {5}) == dims{5});
  CHECK(broadcast_shape({1}, {0}) == dims{0});
  CHECK(!broadcast_shape({4}, {3}));
  CHECK(!broadcast_shape({2, 3}, {3, 2}));
}

TEST_CASE("views: seen through a layout, every element lies where the layout put it") {
  drawn d(3);
  int seen = 0, refused = 0;
  for (int round = 0; round < 5000 * rounds(); ++round) {
    std::int64_t const n = draw_size(d);
    // A layout: the buffer's elements in the order of a permuted view lie at strides with gaps.
    view const order = draw_view(d, n);
    numbers strides(order.axes.size());
    std::int64_t next = 1;
    for (std::size_t i = order.axes.size(); i-- > 0;)
      strides[i] = next, next = next * order.axes[i].length + d.in(0, 2);
    layout const l = layout_from(order, strides);
    std::vector<std::int64_t> place(static_cast<std::size_t>(n));
    numbers const in_order = listed(order);
    std::vector<view_axis> memory(order.axes.size());
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = {order.axes[i].length, strides[i]};
    numbers const where = listed(0, memory);
    for (std::size_t i = 0; i < in_order.size(); ++i) place[static_cast<std::size_t>(in_order[i])] = where[i];
    view v = draw_view(d, n);
    if (!v.axes.empty() && d.chance(50)) {
      auto const a = static_cast<std::size_t>(d.in(0, static_cast<i64>(v.axes.size()) - 1));
      std::int64_t const length = v.axes[a].length, start = d.in(0, length - 1), step = d.in(1, 2);
      v = sliced(v, static_cast<int>(a), start, d.in(1, (length - start + step - 1) / step), step);
    }
    auto const w = seen_through(v, l);
    if (!w) {
      ++refused;
      continue;
    }
    ++seen;
    numbers expected;
    for (std::int64_t e : listed(v)) expected.push_back(place[static_cast<std::size_t>(e)]);
    REQUIRE(listed(w->offset, w->dimensions) == expected);
    REQUIRE(w->parts.size() == v.axes.size());
    REQUIRE(static_cast<std::size_t>(std::accumulate(w->parts.begin(), w->parts.end(), 0)) == w->dimensions.size());
  }
  CHECK(seen > 1000);
  CHECK(refused > 100);
}
}  // namespace deeploy::test
