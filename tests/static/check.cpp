// SPDX-License-Identifier: Apache-2.0
// What check() stands on: does a result overlap itself, may two results share an element; and networks that are sound.
#include <deeploy/check.hpp>
#include <deeploy/model.hpp>

namespace {
using namespace deeploy;
constexpr operand placed(index offset, extent_list of, index s0 = 0, index s1 = 0, index s2 = 0) {
  operand o;
  o.offset = offset;
  index const stride[] = {s0, s1, s2};
  o.rank = of.rank;
  for (int i = 0; i < of.rank; ++i) {
    o.dim[i].length = of[i].value;
    o.dim[i].stride = stride[i];
  }
  return o;
}
constexpr operand rows(index offset, index n, index width, index apart) { return placed(offset, {n, width}, apart, 1); }

static_assert(detail::overlaps_itself(rows(0, 4, 4, 4)).code == 0 &&
              detail::overlaps_itself(rows(0, 4, 4, 3)).code == 1207);
static_assert(detail::overlaps_itself(rows(0, 4, 4, 3)).found == 3 &&
              detail::overlaps_itself(rows(0, 4, 4, 3)).expected == 3);
static_assert(detail::overlaps_itself(placed(0, {3, 2}, 0, 1)).code == 1207);  // stride 0
static_assert(detail::overlaps_itself(placed(0, {1, 2}, 0, 1)).code == 0);     // of an axis of one
static_assert(detail::overlaps_itself(placed(0, {2, 8}, 1, 2)).code == 0);     // interleaved

static_assert(detail::may_share(rows(0, 2, 4, 4), rows(4, 2, 4, 4)));     // one row in common
static_assert(!detail::may_share(rows(0, 2, 4, 4), rows(8, 2, 4, 4)));    // one after the other
static_assert(!detail::may_share(rows(0, 8, 4, 12), rows(4, 8, 8, 12)));  // concat of 4 and 8 columns
static_assert(detail::may_share(rows(0, 8, 5, 12), rows(4, 8, 8, 12)));
static_assert(!detail::may_share(placed(0, {4, 4}, 8, 2), placed(1, {4, 4}, 8, 2)));  // even and odd columns
static_assert(detail::may_share(rows(0, 3, 4, 8), placed(2, {20})));                  // cannot be told apart: yes
constexpr operand sliding = [] {
  operand o = rows(100, 1, 4, 4);
  o.slide_slot = 1;
  return o;
}();
static_assert(detail::may_share(sliding, rows(0, 2, 4, 4)));  // it moves from run to run

struct x : tensor<x, i8, shape<2, 4>, role::input> {};
struct h : tensor<h, i8, shape<2, 12>> {};
struct y : tensor<y, i8, shape<2, 12>, role::output> {};
struct left : op::copy<left, x, view<h, {.of = {2, 4}, .stride = {12, 1}}>> {};
struct right : op::add<right, x, x, view<h, {.offset = 4, .of = {2, 4}, .stride = {12, 1}}>> {};
struct last : op::copy<last, x, view<h, {.offset = 8, .of = {2, 4}, .stride = {12, 1}}>> {};
struct out : op::copy<out, h, y> {};
struct concat : network<concat, left, right, last, out> {};
static_assert(check<concat>());
using g = graph<concat>;
static_assert(g::layers == 4 && g::tensor_count == 3 && g::tensor(0, 0) == 0 && g::tensor(0, 1) == 1 &&
              g::tensor(3, 1) == 2);
static_assert(g::tensor(1, 0) == g::tensor(1, 1) && g::tensor(1, 2) == -1);  // x twice; no scale

// A network of nothing: an empty cache is read and written without an element.
struct none : tensor<none, i8, shape<0, 4>, role::input> {};
struct still : tensor<still, i8, shape<0, 4>, role::output> {};
struct move : op::copy<move, none, still> {};
struct empty : network<empty, move> {};
static_assert(check<empty>());
}  // namespace
