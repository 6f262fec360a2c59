// SPDX-License-Identifier: Apache-2.0
// Matrix products of the cluster against the reference kernel.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include "rows_harness.hpp"

namespace deeploy {
using rows_test::compared;
namespace {
template <int number, class E, index... n>
struct t : tensor<t<number, E, n...>, E, shape<n...>> {};
constexpr requantisation scaled_by(i32 mul, i32 add, u8 shift, i32 low = -128, i32 high = 127,
                                   rounding round = rounding::half_up, i32 zero = 0) {
  return {.round = round, .shift = shift, .mul = mul, .add = add, .zero = zero, .low = low, .high = high};
}
template <class A, class B, class Y, op::matmul_params p, class... Options>
struct product : op::matmul<product<A, B, Y, p, Options...>, A, B, Y, p, Options...> {};

template <class A, index m, index k>
using a_of = t<0, A, m, k>;
/// Stored [K][N], or [N][K] and seen transposed.
template <class B, index k, index n>
using b_of = t<1, B, k, n>;
template <class B, index k, index n>
using b_rows = view<t<1, B, n, k>, {.of = {k, n}, .stride = {1, k}}>;
constexpr op::matmul_params narrow{.result = scaled_by(3001, 12345, 18)};
constexpr op::matmul_params unsigned_result{.result = scaled_by(70001, -1234567, 22, 0, 255)};
constexpr op::matmul_params limited{.result = scaled_by(-301, 1234, 14, -100, 90, rounding::down, 5)};
constexpr op::matmul_params exact{.result = scaled_by(1 << 30, 1 << 29, 31, -128, 127, rounding::half_even)};
constexpr op::matmul_params plain{};
}  // namespace

TEST_CASE("signs, stored orders, all remainders") {
  CHECK(compared<product<a_of<i8, 13, 37>, b_rows<i8, 37, 23>, t<2, i8, 13, 23>, narrow>>(1, 80) == "");
  CHECK(compared<product<a_of<u8, 13, 37>, b_rows<i8, 37, 23>, t<2, u8, 13, 23>, unsigned_result>>(2, 80) == "");
  CHECK(compared<product<a_of<i8, 13, 37>, b_rows<u8, 37, 23>, t<2, i8, 13, 23>, limited>>(3, 80) == "");
  CHECK(compared<product<a_of<u8, 13, 37>, b_rows<u8, 37, 23>, t<2, i8, 13, 23>, exact>>(4, 80) == "");
  CHECK(compared<product<a_of<i8, 13, 37>, b_of<i8, 37, 23>, t<2, i32, 13, 23>, plain>>(5, 80) == "");
  CHECK(compared<product<a_of<u8, 16, 64>, b_of<i8, 64, 32>, t<2, i8, 16, 32>, narrow>>(6, 80) == "");
  CHECK(compared<product<a_of<i8, 16, 64>, b_rows<u8, 64, 32>, t<2, u8, 16, 32>, unsigned_result>>(7, 80) == "");
  CHECK(compared<product<a_of<u8, 9, 5>, b_of<u8, 5, 6>, t<2, i8, 9, 6>, limited>>(8, 80) == "");
  using transposed = view<t<0, i8, 19, 11>, {.of = {11, 19}, .stride = {1, 11}}>;
  CHECK(compared<product<transposed, b_rows<i8, 19, 23>, t<2, i8, 11, 23>, narrow>>(9, 80) == "");
  CHECK(compared<
            product<transposed, b_of<i8, 19, 23>, view<t<2, i8, 23, 11>, {.of = {11, 23}, .stride = {1, 11}}>, narrow>>(
            10, 80) == "");
}

TEST_CASE("one row, one column, short reductions") {
  CHECK(compared<product<a_of<i8, 1, 64>, b_rows<i8, 64, 83>, t<2, i8, 1, 83>, narrow>>(20, 60) == "");
  CHECK(compared<product<a_of<u8, 1, 63>, b_rows<i8, 63, 83>, t<2, u8, 1, 83>, unsigned_result>>(21, 60) == "");
  CHECK(compared<product<a_of<i8, 1, 64>, b_of<u8, 64, 31>, t<2, i32, 1, 31>, plain>>(22, 60) == "");
  CHECK(compared<product<a_of<i8, 57, 21>, b_rows<i8, 21, 1>, t<2, i8, 57, 1>, narrow>>(23, 60) == "");
  CHECK(compared<product<a_of<i8, 57, 21>, b_rows<u8, 21, 3>, t<2, i8, 57, 3>, narrow>>(24, 60) == "");
  CHECK(compared<product<a_of<i8, 9, 3>, b_rows<u8, 3, 7>, t<2, i8, 9, 7>, narrow>>(25, 60) == "");
  CHECK(compared<product<a_of<i8, 9, 1>, b_of<u8, 1, 7>, t<2, i8, 9, 7>, narrow>>(26, 60) == "");
  CHECK(compared<product<a_of<i8, 9, 4>, b_of<i8, 4, 7>, t<2, i8, 9, 7>, narrow>>(27, 60) == "");
  // Too many for the loops of small products: both operands are packed with zeros behind.
  CHECK(compared<product<a_of<i8, 70, 1>, b_of<u8, 1, 83>, t<2, i8, 70, 83>, narrow>>(28, 30) == "");
  CHECK(compared<product<a_of<u8, 70, 2>, b_rows<i8, 2, 83>, t<2, u8, 70, 83>, unsigned_result>>(29, 30) == "");
  CHECK(compared<product<a_of<i8, 70, 3>, b_of<i8, 3, 83>, t<2, i8, 70, 83>, exact>>(30, 30) == "");
  using transposed = view<t<0, i8, 3, 70>, {.of = {70, 3}, .stride = {1, 70}}>;
  CHECK(compared<product<transposed, b_of<i8, 3, 83>, t<2, i32, 70, 83>, plain>>(31, 30) == "");
}

TEST_CASE("one row, lowered") {
  int const before = rows_test::comparison::lowered_calls;
  CHECK(compared<product<a_of<i8, 1, 64>, b_rows<i8, 64, 64>, t<2, i8, 1, 64>, narrow>>(30, 200) == "");
  CHECK(compared<product<a_of<u8, 1, 132>, b_rows<i8, 132, 72>, t<2, u8, 1, 72>, unsigned_result>>(31, 200) == "");
  CHECK(compared<product<a_of<i8, 1, 4>, b_rows<u8, 4, 200>, t<2, i8, 1, 200>, limited>>(32, 200) == "");
  CHECK(compared<product<a_of<u8, 1, 60>, b_rows<u8, 60, 320>, t<2, i8, 1, 320>, narrow, bias<t<3, i32, 1>>>>(33, 200) == "");
  CHECK(rows_test::comparison::lowered_calls > before + 40);
}

TEST_CASE("small blocks, lowered") {
  int const before = rows_test::comparison::lowered_calls;
  CHECK(compared<product<a_of<i8, 16, 16>, b_of<i8, 16, 16>, t<2, i8, 16, 16>, narrow>>(100, 100) == "");
  CHECK(compared<product<a_of<u8, 13, 20>, b_of<i8, 20, 24>, t<2, u8, 13, 24>, unsigned_result>>(101, 100) == "");
  CHECK(compared<product<a_of<i8, 21, 12>, b_rows<u8, 12, 16>, t<2, i8, 21, 16>, limited>>(102, 100) == "");
  CHECK(compared<product<a_of<u8, 3, 32>, b_rows<u8, 32, 20>, t<2, i32, 3, 20>, plain>>(103, 100) == "");
  CHECK(compared<product<a_of<i8, 9, 24>, b_of<u8, 24, 12>, t<2, i8, 9, 12>, narrow, bias<t<3, i32, 12>>>>(104, 100) == "");
  CHECK(compared<product<a_of<i8, 9, 24>, b_rows<i8, 24, 12>, t<2, i8, 9, 12>, narrow, bias<t<3, i8, 9, 12>>>>(105, 100) == "");
  using turned_result = view<t<2, i8, 16, 14>, {.of = {14, 16}, .stride = {1, 14}}>;
  CHECK(compared<product<a_of<i8, 14, 20>, b_of<i8, 20, 16>, turned_result, narrow>>(106, 100) == "");
  CHECK(compared<product<a_of<i8, 14, 20>, b_of<i8, 20, 16>, t<2, i32, 14, 16>, op::matmul_params{.alpha = 3, .beta = -2}>>(107, 60) == "");
  // Batches: each with an own second operand, or both, or with results apart.
  CHECK(compared<product<t<0, i8, 24, 7, 4>, t<1, i8, 24, 4, 8>, t<2, i8, 24, 7, 8>, narrow>>(108, 100) == "");
  using heads = view<t<0, u8, 18, 40>, {.of = {10, 18, 4}, .stride = {4, 40, 1}}>;
  using by_head = view<t<2, i8, 18, 80>, {.of = {10, 18, 8}, .stride = {8, 80, 1}}>;
  CHECK(compared<product<heads, t<1, i8, 10, 4, 8>, by_head, limited>>(109, 100) == "");
  CHECK(compared<product<heads, view<t<1, i8, 10, 8, 4>, {.of = {10, 4, 8}, .stride = {32, 1, 4}}>, by_head, narrow, bias<t<3, i32, 10, 1, 8>>>>(110, 100) == "");
  CHECK(rows_test::comparison::lowered_calls > before + 350);
}

TEST_CASE("many rows, lowered with mac&load") {
  constexpr auto mac_load = engine::instructions::mac_load;
  constexpr op::matmul_params small{.result = scaled_by(37, 1234, 14)}, small_unsigned{.result = scaled_by(-41, 77, 15, 0, 255, rounding::down, 3)};
  int const before = rows_test::comparison::lowered_calls;
  CHECK(compared<product<a_of<i8, 43, 12>, b_rows<i8, 12, 40>, t<2, i8, 43, 40>, small>, mac_load>(90, 200) == "");
  CHECK(compared<product<a_of<u8, 30, 36>, b_rows<i8, 36, 27>, t<2, u8, 30, 27>, small_unsigned>, mac_load>(91, 200) == "");
  CHECK(compared<product<a_of<i8, 17, 20>, b_rows<u8, 20, 52>, t<2, i8, 17, 52>, small>, mac_load>(92, 200) == "");
  CHECK(compared<product<a_of<u8, 66, 64>, b_rows<u8, 64, 12>, t<2, i8, 66, 12>, small>, mac_load>(93, 200) == "");
  CHECK(compared<product<a_of<i8, 24, 16>, b_rows<i8, 16, 33>, t<2, i8, 24, 33>, limited>, mac_load>(94, 60) == "");
  // Few columns, and few behind fours of them.
  CHECK(compared<product<a_of<u8, 200, 16>, b_rows<i8, 16, 3>, t<2, i8, 200, 3>, small>, mac_load>(97, 100) == "");
  CHECK(compared<product<a_of<i8, 91, 12>, b_rows<i8, 12, 23>, t<2, i8, 91, 23>, small>, mac_load>(98, 200) == "");
  // Few rows are not brought into words.
  CHECK(compared<product<a_of<i8, 4, 18>, b_rows<i8, 18, 56>, t<2, i8, 4, 56>, small>, mac_load>(95, 60) == "");
  CHECK(compared<product<a_of<i8, 7, 30>, b_of<i8, 30, 56>, t<2, i8, 7, 56>, small>, mac_load>(96, 60) == "");
  CHECK(rows_test::comparison::lowered_calls > before + 200);
}

TEST_CASE("bias and scales of every shape") {
  using a = a_of<i8, 13, 37>;
  using b = b_rows<i8, 37, 23>;
  using y = t<2, i8, 13, 23>;
  using n32 = t<3, i32, 23>;
  CHECK(compared<product<a, b, y, narrow, bias<n32>>>(30, 60) == "");
  CHECK(compared<product<a, b, y, narrow, bias<t<3, i32, 13, 1>>>>(31, 60) == "");
  CHECK(compared<product<a, b, y, narrow, bias<t<3, i8, 13, 23>>>>(32, 60) == "");
  CHECK(compared<product<a, b, y, narrow, scale<t<4, i32, 23>, t<5, i32, 23>>>>(33, 60) == "");
  CHECK(compared<product<a, b, y, narrow, bias<n32>, scale<t<4, i32, 23>, t<5, i32, 1>>>>(34, 60, 24) == "");
  CHECK(compared<product<a, b, y, narrow, scale<t<4, i32, 13, 1>, t<5, i32, 13, 1>>>>(35, 60) == "");
  CHECK(compared<product<a, b, y, exact, bias<n32>, scale<t<4, i32, 23>, t<5, i32, 23>>>>(36, 60, 32) == "");
  CHECK(compared<product<a, b, y, narrow, bias<n32>, scale<t<4, i32, 23>, t<5, i32, 23>>>>(37, 60, 31) == "");
  CHECK(compared<product<a, b, t<2, i32, 13, 23>, op::matmul_params{.alpha = 3, .beta = -2}, bias<n32>>>(38, 60) == "");
  CHECK(compared<product<a, b_of<i8, 37, 23>, t<2, i16, 13, 23>,
                         op::matmul_params{.result = scaled_by(3001, 7, 9, -32768, 32767)}>>(39, 60) == "");
}

TEST_CASE("one row and values along it, 64 bits") {
  using a = a_of<u8, 1, 64>;
  using b = b_rows<i8, 64, 23>;
  using y = t<2, i8, 1, 23>;
  using bias_along = view<t<3, i32, 23>, {.of = {1, 23}, .stride = {23, 1}}>;
  using mul = view<t<4, i32, 23>, {.of = {1, 23}, .stride = {0, 1}}>;
  CHECK(compared<product<a, b, y, narrow, bias<bias_along>>>(60, 60, 16) == "");
  CHECK(compared<product<a, b, y, narrow, bias<bias_along>>>(61, 60, 32) == "");
  CHECK(compared<product<a, b, y, narrow, bias<bias_along>, scale<mul, t<5, i32, 1>>>>(62, 60, 32) == "");
  constexpr op::matmul_params wide{.result = scaled_by(1 << 30, 5, 30)};
  CHECK(compared<product<a_of<u8, 13, 37>, b_rows<i8, 37, 23>, t<2, i8, 13, 23>, wide, bias<t<3, i32, 23>>>>(63, 60,
                                                                                                             32) == "");
  CHECK(compared<
            product<a_of<u8, 13, 37>, b_rows<i8, 37, 23>, t<2, i8, 13, 23>, wide, scale<t<4, i32, 1>, t<5, i32, 1>>>>(
            64, 60, 32) == "");
}

TEST_CASE("zero points and wide elements") {
  CHECK(compared<product<a_of<u8, 9, 17>, b_of<i8, 17, 6>, t<2, i8, 9, 6>,
                         op::matmul_params{.a_zero = 128, .result = scaled_by(301, 0, 15)}>>(40, 60) == "");
  CHECK(compared<product<a_of<u8, 9, 17>, b_rows<u8, 17, 6>, t<2, i8, 9, 6>,
                         op::matmul_params{.b_zero = 3, .result = scaled_by(301, 0, 15)}>>(41, 60) == "");
  CHECK(compared<product<a_of<i16, 9, 17>, b_rows<i8, 17, 6>, t<2, i8, 9, 6>, narrow>>(42, 60) == "");
  CHECK(compared<product<a_of<i32, 9, 17>, b_of<i32, 17, 6>, t<2, i32, 9, 6>, plain>>(43, 60, 32) == "");
}

TEST_CASE("batches, broadcast, heads at a distance") {
  using q = t<0, i8, 3, 4, 7, 12>;
  using k = view<t<1, i8, 3, 4, 9, 12>, {.of = {3, 4, 12, 9}, .stride = {432, 108, 1, 12}}>;
  CHECK(compared<product<q, k, t<2, i8, 3, 4, 7, 9>, narrow>>(50, 60) == "");
  CHECK(compared<product<q, t<1, u8, 12, 9>, t<2, i8, 3, 4, 7, 9>, narrow>>(51, 60) == "");
  CHECK(compared<product<q, t<1, i8, 4, 12, 9>, t<2, i8, 3, 4, 7, 9>, narrow,
                         scale<t<3, i32, 4, 1, 1>, t<4, i32, 4, 1, 1>>>>(52, 60) == "");
  CHECK(compared<product<t<0, i8, 7, 12>, t<1, i8, 5, 12, 9>, t<2, i8, 5, 7, 9>, narrow, bias<t<3, i32, 5, 1, 9>>>>(
            53, 60) == "");
  // What varies by column beside what varies by batch: no record serves.
  using of_columns = view<t<3, i32, 9>, {.of = {1, 9}, .stride = {0, 1}}>;
  using of_heads = view<t<4, i32, 4>, {.of = {4, 1, 1}, .stride = {1, 0, 0}}>;
  using by_heads = scale<of_heads, view<t<5, i32, 4>, {.of = {4, 1, 1}, .stride = {1, 0, 0}}>>;
  CHECK(compared<product<q, t<1, u8, 12, 9>, t<2, i8, 3, 4, 7, 9>, narrow, bias<of_columns>, by_heads>>(57, 60) == "");
  CHECK(compared<product<q, t<1, u8, 12, 9>, t<2, i8, 3, 4, 7, 9>, narrow, bias<t<3, i32, 3, 4, 1, 1>>, scale<t<4, i32, 9>, t<5, i32, 1>>>>(58, 60, 24) == "");
  CHECK(compared<product<q, t<1, u8, 12, 9>, t<2, i8, 3, 4, 7, 9>, narrow, scale<t<3, i32, 9>, of_heads>>>(59, 60, 24) == "");
  // Rows of 4 heads side by side: [rows][head][width], results written so as well.
  using heads = view<t<0, u8, 11, 4, 16>, {.of = {4, 11, 16}, .stride = {16, 64, 1}}>;
  using keys = view<t<1, i8, 13, 4, 16>, {.of = {4, 16, 13}, .stride = {16, 1, 64}}>;
  using values = view<t<1, i8, 16, 4, 5>, {.of = {4, 16, 5}, .stride = {5, 20, 1}}>;
  CHECK(compared<product<heads, keys, t<2, i8, 4, 11, 13>, narrow>>(54, 60) == "");
  CHECK(compared<product<heads, values, view<t<2, i8, 11, 4, 5>, {.of = {4, 11, 5}, .stride = {5, 20, 1}}>, narrow>>(
            55, 60) == "");
  // The reduction runs over heads and their width, 64 in all, of which the tensor keeps others between.
  using joined = view<t<0, i8, 4, 11, 16>, {.of = {11, 4, 16}, .stride = {16, 176, 1}, .parts = {1, 2}}>;
  CHECK(compared<product<joined, b_rows<i8, 64, 10>, t<2, i8, 11, 10>, narrow, bias<t<3, i32, 10>>>>(56, 60) == "");
}
}  // namespace deeploy
