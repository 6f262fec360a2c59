// SPDX-License-Identifier: Apache-2.0
// Products with every kind of result and combination of signs, one row and blocks with remainders: the inner loops have
// instructions of their own for each.
#include "products_of.hpp"

namespace deeploy::target_test {
template <class A, class B, class Y, index m, index k, index n, requantisation result, class... Options>
using edges = product<t<0, A, m, k>, view<t<1, B, n, k>, {.of = {k, n}, .stride = {1, k}}>, t<2, Y, m, n>,
                      op::matmul_params{.result = result}, Options...>;
inline constexpr requantisation limited{.shift = 14, .mul = -37, .add = 1234, .low = -100, .high = 90},
    clamping{.shift = 18, .mul = 70001, .add = 1234, .low = 0, .high = 255}, by_column{.shift = 16},
    exact{.round = rounding::half_even, .shift = 31, .mul = 1 << 30, .add = 77};
template <index n>
using start = bias<view<t<3, i32, n>, {.of = {1, n}, .stride = {0, 1}}>>;
using one_start = bias<view<t<3, i32, 1>, {.of = {1, 1}, .stride = {0, 0}}>>;
template <index n>
using scales = scale<view<t<4, i32, n>, {.of = {1, n}, .stride = {0, 1}}>, view<t<5, i32, n>, {.of = {1, n}, .stride = {0, 1}}>>;
/// The second operand stored [K][N].
template <class A, class B, class Y, index m, index k, index n, requantisation result, class... Options>
using turned = product<t<0, A, m, k>, t<1, B, k, n>, t<2, Y, m, n>, op::matmul_params{.result = result}, Options...>;
#define TURNED(m, k, n) \
  measured<turned<i8, i8, i8, m, k, n, limited>, engine_t, 0>(#m " x " #k " by columns x " #n " i8 i8 limited"), \
      measured<turned<u8, u8, i8, m, k, n, to_i8>, engine_t, 0>(#m " x " #k " by columns x " #n " u8 u8"), \
      measured<turned<u8, i8, u8, m, k, n, clamping, start<n>>, engine_t, 0>(#m " x " #k " by columns x " #n " u8 i8 clamping, with a bias"), \
      measured<turned<i8, u8, i8, m, k, n, to_i8, one_start>, engine_t, 0>(#m " x " #k " by columns x " #n " i8 u8 with one bias"), \
      measured<turned<i8, i8, i8, m, k, n, exact>, engine_t, 0>(#m " x " #k " by columns x " #n " in 64 bits")
#define OF(m, k, n) \
  measured<edges<i8, i8, i8, m, k, n, limited>, engine_t, 0>(#m " x " #k " x " #n " i8 i8 limited"), \
      measured<edges<u8, u8, i8, m, k, n, to_i8>, engine_t, 0>(#m " x " #k " x " #n " u8 u8"), \
      measured<edges<u8, i8, u8, m, k, n, clamping>, engine_t, 0>(#m " x " #k " x " #n " u8 i8 clamping"), \
      measured<edges<i8, u8, u8, m, k, n, clamping>, engine_t, 0>(#m " x " #k " x " #n " i8 u8 clamping"), \
      measured<edges<i8, u8, i8, m, k, n, limited>, engine_t, 0>(#m " x " #k " x " #n " i8 u8 limited"), \
      measured<edges<i8, i8, i8, m, k, n, to_i8, start<n>>, engine_t, 0>(#m " x " #k " x " #n " with a bias"), \
      measured<edges<i8, u8, i8, m, k, n, to_i8, one_start>, engine_t, 0>(#m " x " #k " x " #n " with one bias"), \
      measured<edges<i8, i8, i8, m, k, n, by_column, start<n>, scales<n>>, engine_t, 0>(#m " x " #k " x " #n " by column", 12), \
      measured<edges<u8, i8, i8, m, k, n, by_column, scales<n>>, engine_t, 0>(#m " x " #k " x " #n " by column, 64 bits", 30), \
      measured<edges<u8, i8, i8, m, k, n, exact>, engine_t, 0>(#m " x " #k " x " #n " in 64 bits")
/// Bytes of a whole range, whose columns are no fours, or few: panels, with mac&load.
#define FEW(m, k, n) \
  measured<edges<i8, i8, i8, m, k, n, to_i8>, engine_t, 0>(#m " x " #k " x " #n " i8 i8"), \
      measured<edges<u8, u8, i8, m, k, n, to_i8>, engine_t, 0>(#m " x " #k " x " #n " u8 u8"), \
      measured<edges<u8, i8, u8, m, k, n, to_u8>, engine_t, 0>(#m " x " #k " x " #n " u8 i8 to u8"), \
      measured<edges<i8, u8, i8, m, k, n, to_i8>, engine_t, 0>(#m " x " #k " x " #n " i8 u8")
/// Rows that do not join, as one head of many has them.
template <class A, class B, class Y, index m, index k, index n, requantisation result>
using rows_apart = product<view<t<0, A, m, k + 12>, {.of = {m, k}, .stride = {k + 12, 1}}>, view<t<1, B, n, k>, {.of = {k, n}, .stride = {1, k}}>,
                           t<2, Y, m, n>, op::matmul_params{.result = result}>;
#define APART(m, k, n) \
  measured<rows_apart<i8, i8, i8, m, k, n, to_i8>, engine_t, 0>(#m " x " #k " x " #n " i8 i8 apart"), \
      measured<rows_apart<u8, i8, u8, m, k, n, to_u8>, engine_t, 0>(#m " x " #k " x " #n " u8 i8 to u8 apart")
/// A second operand for each batch.
template <index batches, index m, index k, index n>
using batched = product<view<t<0, i8, m, batches * k>, {.of = {batches, m, k}, .stride = {k, batches * k, 1}}>, t<1, i8, batches, k, n>, t<2, i8, batches, m, n>,
                        op::matmul_params{.result = to_i8}, bias<t<3, i32, batches, 1, n>>>;
/// Sums as they are.
template <index m, index k, index n, class... Options>
using sums = product<t<0, i8, m, k>, view<t<1, i8, n, k>, {.of = {k, n}, .stride = {1, k}}>, t<2, i32, m, n>, op::matmul_params{}, Options...>;
extern measured_layer const layers[];
constinit measured_layer const layers[] = {OF(13, 40, 22), OF(11, 21, 9), OF(1, 64, 77), OF(1, 31, 64), OF(40, 12, 8), OF(17, 32, 12), OF(4, 18, 54),
                                              TURNED(7, 30, 56), TURNED(17, 16, 20), TURNED(40, 12, 8), TURNED(13, 10, 12),
                                              FEW(200, 16, 1), FEW(150, 20, 2), FEW(66, 12, 3), FEW(129, 12, 7), FEW(65, 36, 13), FEW(33, 12, 21), FEW(40, 12, 20),
                                              FEW(34, 12, 36), FEW(38, 36, 23), FEW(35, 20, 28), FEW(7, 64, 30), FEW(6, 12, 64), FEW(5, 16, 50),
                                              APART(48, 36, 20), APART(33, 12, 9), APART(50, 16, 30), APART(27, 64, 12),
                                              measured<batched<20, 9, 4, 8>, engine_t, 0>("20 batches of 9 x 4 by columns x 8"),
                                              measured<sums<16, 32, 32>, engine_t, 0>("16 x 32 x 32 sums"),
                                              measured<sums<24, 20, 12, start<12>>, engine_t, 0>("24 x 20 x 12 sums with a bias"),
                                              OF(1, 40, 13), OF(1, 45, 47), OF(1, 4, 30), OF(1, 36, 200), OF(1, 40, 64), OF(1, 72, 192), OF(1, 8, 256)};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
