// SPDX-License-Identifier: Apache-2.0
// Descriptors of operators: axes, broadcast, classes and values; which layers share a kernel; the concepts with near
// misses.
#include <deeploy/kernel.hpp>
#include <deeploy/model.hpp>
#include <deeploy/op/kinds.hpp>

namespace {
using namespace deeploy;
template <int rows>
struct a : tensor<a<rows>, i8, shape<2, rows, 6>, role::input> {};
struct b : constant<b, i8, shape<6, 5>, image_place{}> {};
template <int rows>
struct y : tensor<y<rows>, i8, shape<2, rows, 5>, role::output> {};
template <int rows, u8 shift>
struct product : op::matmul<product<rows, shift>, a<rows>, b, y<rows>, {.result = {.shift = shift}}> {};

constexpr layer_descriptor const& p = product<4, 7>::descriptor;
static_assert(p.first_problem.code == 0 && p.axes == 6 && p.operands == 6 && p.with[2].of == nullptr);
static_assert(p.space[0].length == 2 && p.space[1].length == 1 && p.space[3].length == 4 && p.space[4].length == 5 &&
              p.space[5].length == 6);
static_assert(p.space[5].kind == axis_kind::reduction && p.with[5].way == direction::out &&
              p.with[0].way == direction::in);
static_assert(p.with[1].rank == 2);  // the batch does not count for B
static_assert(p.values[0] == 7);     // the shift is a value ..

constexpr bool same_class(layer_descriptor const& l, layer_descriptor const& r, bool accumulates = false) {
  kernel_class const x = class_of(l, false), z = class_of(r, accumulates);
  bool same = x.accumulates == z.accumulates && x.class_count == z.class_count;
  for (int i = 0; i < max_classes; ++i) same = same && x.classes[i] == z.classes[i];
  for (int o = 0; o < max_operands; ++o) same = same && x.type[o] == z.type[o] && x.present[o] == z.present[o];
  return same;
}
static_assert(same_class(p, product<9, 3>::descriptor));  // .. so layers of other extents and scales share their code
static_assert(!same_class(p, p, true));
struct rounded : op::matmul<rounded, a<4>, b, y<4>, {.result = {.round = rounding::half_even, .shift = 7}}> {};
static_assert(!same_class(p, rounded::descriptor));

// Broadcast: an operand without an axis has no dimension for it.
struct row : tensor<row, i8, shape<6>, role::input> {};
struct column : tensor<column, i8, shape<4, 1>, role::input> {};
struct s : tensor<s, i32, shape<2, 4, 6>, role::output> {};
struct sum : op::add<sum, row, column, s> {};
static_assert(sum::descriptor.with[0].rank == 1 && sum::descriptor.with[0].dim[0].axis == 2);
static_assert(sum::descriptor.with[1].rank == 1 && sum::descriptor.with[1].dim[0].axis == 1);
struct whole : op::add<whole, a<4>, view<row, {.of = {2, 4, 6}, .stride = {0, 0, 1}}>, s> {};
static_assert(whole::descriptor.with[1].rank == 1);  // stride 0 says the same

// Nothing is wrong with any of them; a problem keeps its first cause.
static_assert(sum::descriptor.first_problem.code == 0 && whole::descriptor.first_problem.code == 0);
struct wrong : op::matmul<wrong, a<3>, b, y<4>, {.result = {.shift = 32}}> {};
static_assert(wrong::descriptor.first_problem.code == 1101 && wrong::descriptor.first_problem.found == 3);

static_assert(detail::length_of(op::all_kinds{}) == 22);
static_assert(Layer<sum> && Layer<product<4, 7>> && !Layer<s>);
struct near_miss {
  static constexpr layer_descriptor descriptor{};
};
static_assert(!Layer<near_miss>);  // no kind
struct net : network<net, sum> {};
static_assert(Network<net> && !Network<sum>);
}  // namespace
