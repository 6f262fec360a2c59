// SPDX-License-Identifier: Apache-2.0
// window and view<...>: logical axes of one or several dimensions, and what stands for a layer's operand.
#include <deeploy/view.hpp>

namespace {
using namespace deeploy;
struct t : tensor<t, i8, shape<8, 16, 4>> {};

constexpr window plain = viewed<t>::where;
static_assert(plain.rank() == 3 && plain.logical_rank() == 3 && plain.offset == 0 && plain.slide_slot == 0);
static_assert(plain.logical_extent(1) == extent(16) && plain.stride[0] == 64 && plain.stride[1] == 4 &&
              plain.stride[2] == 1);

constexpr window swapped{.of = {16, 8, 4}, .stride = {4, 64, 1}};
static_assert(viewed<view<t, swapped>>::where.stride[1] == 64 && viewed<view<t, swapped>>::where.logical_rank() == 3);

// 8 x 64: the second axis spread over 16 and 4, which lie apart.
constexpr window heads{.of = {8, 16, 4}, .stride = {4, 32, 1}, .parts = {1, 2}};
static_assert(heads.rank() == 3 && heads.logical_rank() == 2 && heads.logical_extent(0) == extent(8));
static_assert(heads.logical_extent(1) == extent(64) && heads.first_of(1) == 1 && heads.parts_of(1) == 2 &&
              heads.parts_of(0) == 1);

constexpr window spread{.of = {2, 3, 4, 5}, .stride = {60, 20, 5, 1}, .parts = {3, 1}};
static_assert(spread.logical_rank() == 2 && spread.logical_extent(0) == extent(24) && spread.first_of(1) == 3);

constexpr window newest{.of = {1, 8}, .stride = {8, 1}, .slide_slot = 1, .slide_step = 8};
static_assert(newest.slide_slot == 1 && newest.logical_extent(0) == extent(1));
constexpr window scalar{};
static_assert(scalar.rank() == 0 && scalar.logical_rank() == 0);
constexpr window run_time{.of = {upto<9, 2>, 4}, .stride = {4, 1}};
static_assert(run_time.logical_extent(0) == upto<9, 2>);

static_assert(Operand<t> && Operand<view<t, swapped>>);
static_assert(!Operand<int> && !Operand<shape<2>>);
}  // namespace
