// SPDX-License-Identifier: Apache-2.0
// The region rule: what a box touches, at borders, with strides, dilation, groups, parts and reversed axes.
#include <deeploy/model.hpp>
#include <deeploy/region.hpp>

namespace {
using namespace deeploy;
struct x : tensor<x, i8, shape<1, 9, 9, 6>, role::input> {};
struct w : constant<w, i8, shape<8, 3, 3, 3>, image_place{}> {};
struct y : tensor<y, i8, shape<1, 5, 5, 8>, role::output> {};
struct conv : op::conv2d<conv, x, w, y, {.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 2, .result = {.shift = 4}}> {
};
// Axes: batch rows columns groups out_channels in_channels kernel_rows kernel_columns.
constexpr layer_descriptor const& c = conv::descriptor;
static_assert(c.first_problem.code == 0 && c.axes == 8 && c.space[3].length == 2 && c.space[4].length == 4 &&
              c.space[5].length == 3);
static_assert(c.space[5].kind == axis_kind::reduction && c.space[6].kind == axis_kind::whole &&
              c.space[1].kind == axis_kind::parallel);

constexpr box rows(index from, index to) {
  box b = whole_box(c);
  b.from[1] = from;
  b.to[1] = to;
  return b;
}
constexpr range of_x(box const& b) { return touched(c.with[0].dim[1], b); }
static_assert(of_x(rows(0, 5)).from == 0 && of_x(rows(0, 5)).to == 9);
static_assert(of_x(rows(0, 1)).from == 0 && of_x(rows(0, 1)).to == 2);  // row -1 is padding
static_assert(of_x(rows(2, 4)).from == 3 && of_x(rows(2, 4)).to == 8);
static_assert(of_x(rows(4, 5)).from == 7 && of_x(rows(4, 5)).to == 9);  // row 9 is padding
static_assert(first_subscript(c.with[0].dim[1], rows(0, 1)) == -1 &&
              first_subscript(c.with[0].dim[1], rows(2, 4)) == 3);
constexpr index tile[max_axes] = {1, 2, 5, 1, 4, 3, 3, 3};
static_assert(most_touched(c.with[0].dim[1], tile) == 5);
static_assert(tile_bytes(c.with[0], tile) == 5 * 9 * 3 && tile_bytes(c.with[1], tile) == 4 * 9 * 3 &&
              tile_bytes(c.with[5], tile) == 2 * 5 * 4);
static_assert(tile_bytes(c.with[2], tile) == 0);  // no bias
static_assert(depends_on(c.with[0], 1) && depends_on(c.with[0], 6) && !depends_on(c.with[0], 4) &&
              !depends_on(c.with[1], 1));
// A run-time extent of 4 rows cuts what a box may touch.
static_assert(touched(c.with[0].dim[1], rows(0, 5), 4).to == 4);

// A window that lies in the padding alone touches nothing.
struct z : tensor<z, i8, shape<1, 4, 1, 1>, role::input> {};
struct p : tensor<p, i8, shape<1, 8, 1, 1>, role::output> {};
struct surround : op::pad<surround, z, p, {.before = {0, 3}}> {};
constexpr range rows_of_z(index from, index to) {
  return touched(surround::descriptor.with[0].dim[1], {{0, from, 0, 0}, {1, to, 1, 1}});
}
static_assert(rows_of_z(0, 2).length() == 0 && rows_of_z(2, 4).from == 0 && rows_of_z(2, 4).to == 1 &&
              rows_of_z(7, 8).length() == 0);

// Reversed: the last row first.
struct f : tensor<f, i8, shape<1, 4, 1, 1>, role::output> {};
struct flip : op::copy<flip, z, f, {.reversed = 2}> {};
constexpr range flipped(index from, index to) {
  return touched(flip::descriptor.with[0].dim[1], {{0, from, 0, 0}, {1, to, 1, 1}});
}
static_assert(flipped(0, 1).from == 3 && flipped(0, 1).to == 4 && flipped(1, 3).from == 1 && flipped(1, 3).to == 3);

// An axis of 24 spread over 6 x 4: it may be cut at multiples of 4, and 8 of it are 2 x 4.
struct h : tensor<h, i8, shape<6, 8>, role::input> {};
struct l : tensor<l, i8, shape<24>, role::output> {};
struct join : op::copy<join, view<h, {.of = {6, 4}, .stride = {8, 1}, .parts = {2}}>, l> {};
static_assert(cut_multiple(join::descriptor, 0) == 4);
constexpr index eight[max_axes] = {8};
static_assert(tile_bytes(join::descriptor.with[0], eight) == 8 && tile_bytes(join::descriptor.with[1], eight) == 8);
static_assert(!walks_in_place(join::descriptor.with[0]) && walks_in_place(join::descriptor.with[1]));
// Transposed operands keep the memory's order in tile buffers.
struct t : op::copy<t, view<h, {.of = {8, 6}, .stride = {1, 8}}>, p> {};
static_assert(tile_order(t::descriptor.with[0]).of[0] == 1 && tile_order(t::descriptor.with[0]).of[1] == 0);
}  // namespace
