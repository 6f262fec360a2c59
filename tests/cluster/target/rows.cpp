// SPDX-License-Identifier: Apache-2.0
// Elementwise, row-wise, movement and pooling kernels at the sizes of the bar.
#include "measure.hpp"

namespace deeploy::target_test {
namespace {
using engine_t = engine::cluster<engine::instructions::xpulpv2>;
template <int number, class E, index... n>
struct s : tensor<s<number, E, n...>, E, shape<n...>> {};
constexpr requantisation none = no_requantisation;
constexpr requantisation q1 = {.shift = 15, .mul = 30011, .add = -77}, q2 = {.shift = 14, .mul = 19000, .add = 1000},
                         q3 = {.shift = 15, .mul = 25000, .add = 12};
template <class X, class Y, requantisation q, class... Scale>
struct requantise : op::requantise<requantise<X, Y, q, Scale...>, X, Y, op::requantise_params{.result = q}, Scale...> {
};
template <class A, class B, class Y, requantisation a, requantisation b, requantisation q>
struct add : op::add<add<A, B, Y, a, b, q>, A, B, Y, op::add_params{.a = a, .b = b, .result = q}> {};
template <class A, class B, class Y, requantisation a, requantisation b, requantisation q>
struct mul : op::mul<mul<A, B, Y, a, b, q>, A, B, Y, op::mul_params{.a = a, .b = b, .result = q}> {};
template <class X, class Y>
struct softmax
    : op::isoftmax<softmax<X, Y>, X, Y,
                   op::isoftmax_params{.coefficient_a = 1, .coefficient_b = 25, .coefficient_c = 300, .log2 = 13}> {};
template <class X, class Y>
struct ita : op::ita_max<ita<X, Y>, X, Y, op::ita_max_params{}> {};
template <class X, class W, class Y>
struct rms : op::irms_norm<rms<X, W, Y>, X, W, Y, op::irms_norm_params{.shift = 8}> {};
template <class X, class W, class B, class Y>
struct norm : op::ilayer_norm<norm<X, W, B, Y>, X, W, B, Y, op::ilayer_norm_params{.shift = 8}> {};
template <class X, class Y>
struct gelu : op::igelu<gelu<X, Y>, X, Y, op::igelu_params{.result = {.shift = 21, .mul = 1300, .add = 100}}> {};
template <class X, class Y>
struct swish : op::ihardswish<swish<X, Y>, X, Y,
                              op::ihardswish_params{
                                  .one_over_six = 11, .three = 48, .six = 96, .result = {.shift = 18, .mul = 1000}}> {};
template <class X, class Y>
struct copy : op::copy<copy<X, Y>, X, Y> {};
template <class X, class Y, op::pad_params p>
struct pad : op::pad<pad<X, Y, p>, X, Y, p> {};
template <class X, class Y, op::max_pool_params p>
struct pool : op::max_pool<pool<X, Y, p>, X, Y, p> {};
template <class X, class Y, u8 reduced>
struct mean
    : op::reduce_mean<mean<X, Y, reduced>, X, Y, op::reduce_mean_params{.reduced = reduced, .half_away = true}> {};
template <class A, class B, class Y>
struct division
    : op::integer_div<division<A, B, Y>, A, B, Y, op::integer_div_params{.delta = 100, .eta = 3, .eps = 7}> {};

template <class L, int f = 0>
constexpr measured_layer of(char const* name, int bits = 16) {
  return measured<L, engine_t, f>(name, bits);
}
using big = s<0, i8, 64, 512>;
using big_y = s<2, i8, 64, 512>;
using row = s<0, i8, 1, 64>;
}  // namespace

extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    of<requantise<big, big_y, q1>>("requantise i8 direct"),
    of<requantise<big, big_y, q1>, 1>("requantise i8 table"),
    of<requantise<s<0, i32, 32, 512>, s<1, i8, 32, 512>, q1>>("requantise i32", 20),
    of<requantise<s<0, i32, 16, 512>, s<1, i8, 16, 512>, q1, scale<s<3, i32, 512>, s<4, i32, 512>>>>(
        "requantise i32 per channel", 14),
    of<requantise<row, s<1, i8, 1, 64>, q1>>("requantise 64"),
    of<add<big, s<1, i8, 64, 512>, big_y, q1, q2, q3>>("add direct"),
    of<add<big, s<1, i8, 64, 512>, big_y, q1, q2, q3>, 1>("add table"),
    of<add<row, s<1, i8, 1, 64>, s<2, i8, 1, 64>, q1, q2, q3>>("add 64"),
    of<add<big, s<1, i8, 64, 512>, big_y, none, none, q3>>("add, one requant, direct"),
    of<mul<big, s<1, i8, 64, 512>, big_y, none, none, q3>>("mul direct"),
    of<gelu<big, big_y>>("igelu direct"),
    of<gelu<big, big_y>, 1>("igelu table"),
    of<swish<big, big_y>>("ihardswish direct"),
    of<softmax<s<0, i8, 512, 64>, s<1, u8, 512, 64>>>("isoftmax 512 x 64"),
    of<softmax<s<0, i8, 16, 65>, s<1, u8, 16, 65>>>("isoftmax 16 x 65"),
    of<ita<s<0, i8, 512, 64>, s<1, u8, 512, 64>>>("ita_max 512 x 64"),
    of<rms<s<0, i8, 512, 64>, s<1, i32, 64>, s<2, i8, 512, 64>>>("irms_norm 512 x 64"),
    of<rms<row, s<1, i32, 64>, s<2, i8, 1, 64>>>("irms_norm 1 x 64"),
    of<norm<s<0, i8, 512, 64>, s<1, i32, 64>, s<2, i32, 64>, s<3, i8, 512, 64>>>("ilayer_norm 512 x 64"),
    of<copy<big, big_y>>("copy"),
    of<copy<view<big, {.of = {512, 64}, .stride = {1, 512}}>, s<1, i8, 512, 64>>>("transpose"),
    of<copy<view<s<0, i8, 65, 16, 4>, {.of = {16, 65, 4}, .stride = {4, 64, 1}}>, s<1, i8, 16, 65, 4>>>("heads of 4"),
    of<pad<s<0, i8, 1, 30, 30, 32>, s<1, i8, 1, 32, 32, 32>, {.before = {0, 1, 1, 0}}>>("pad 30 x 30 x 32"),
    of<pool<s<0, i8, 1, 32, 32, 32>, s<1, i8, 1, 16, 16, 32>, {.kernel = {2, 2}, .stride = {2, 2}}>>("max_pool 2 x 2"),
    of<pool<s<0, i8, 1, 8, 8, 64>, s<1, i8, 1, 1, 1, 64>, {.kernel = {8, 8}}>>("max_pool to one pixel"),
    of<pool<s<0, u8, 1, 5, 7, 12>, s<1, u8, 1, 1, 1, 12>, {.kernel = {5, 7}}>>("max_pool to one pixel, words"),
    of<mean<s<0, i8, 1, 16, 16, 64>, s<1, i8, 1, 1, 1, 64>, 6>>("mean over 16 x 16"),
    of<mean<s<0, i8, 512, 64>, s<1, i8, 512, 1>, 2>>("mean over rows of 64"),
    of<division<s<0, i32, 32, 128>, s<1, i32, 32, 1>, s<2, i32, 32, 128>>>("integer_div", 16),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
