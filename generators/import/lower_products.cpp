// SPDX-License-Identifier: Apache-2.0
// Conv, MatMul, Gemm: products, with their constant bias.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <generators/import/lower_common.hpp>

namespace deeploy::import {
namespace {
/// Largest magnitude of sum w * x over the reduced axis, for constant weights given as [outputs][reduced].
double weighted_bound(std::vector<std::int64_t> const& w, std::int64_t outputs, double x) {
  double most = 0;
  std::int64_t const each = outputs == 0 ? 0 : static_cast<std::int64_t>(w.size()) / outputs;
  for (std::int64_t o = 0; o < outputs; ++o) {
    double sum = 0;
    for (std::int64_t i = 0; i < each; ++i) sum += std::fabs(static_cast<double>(w[o * each + i])) * x;
    most = std::max(most, sum);
  }
  return most;
}

double largest_of(std::vector<std::int64_t> const& values) {
  double most = 0;
  for (std::int64_t v : values) most = std::max(most, std::fabs(static_cast<double>(v)));
  return most;
}

void conv(lowering& l, node const& n) {
  view x = l.in(n, 0), w = l.in(n, 1);
  std::size_t const spatial = x.axes.size() < 2 ? 0 : x.axes.size() - 2;
  if ((spatial != 1 && spatial != 2) || w.axes.size() != x.axes.size()) {
    l.found.error(4210, "node {} (Conv): {} dimensions of the input and {} of the weights; supported are Conv1D (3) and Conv2D (4)", l.label(n),
                  x.axes.size(), w.axes.size());
    return;
  }
  auto const box = window_of(l, n, x, {w.axes.begin() + 2, w.axes.end()});
  if (!box) return;
  std::int64_t const groups = n.integer("group", 1), channels = x.axes[1].length, outputs = w.axes[0].length;
  if (groups < 1 || groups > std::max<std::int64_t>(channels, 1) || channels % groups != 0 || outputs % groups != 0 || w.axes[1].length * groups != channels) {
    l.found.error(4211, "node {} (Conv): {} input channels, {} output channels, weights for {} channels in {} groups do not agree; correct the attribute group or the shapes", l.label(n),
                  channels, outputs, w.axes[1].length, groups);
    return;
  }
  if (l.has(n, 2) && elements_of(l.shape(n, 2)) != outputs) {
    l.found.error(4211, "node {} (Conv): {} biases for {} output channels; correct the shape", l.label(n), elements_of(l.shape(n, 2)), outputs);
    return;
  }
  dims shape{x.axes[0].length, outputs};
  shape.insert(shape.end(), box->out.end() - static_cast<long>(spatial), box->out.end());
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  std::optional<view> bias;
  if (l.has(n, 2)) bias = l.flattened(n, l.in(n, 2));
  l.type_of(x), l.type_of(w);  // both have elements, as the result has
  int const b = l.new_buffer(n, element::i32, shape);
  if (spatial == 1) {  // one row
    x.axes.insert(x.axes.begin() + 2, {1, 0});
    w.axes.insert(w.axes.begin() + 2, {1, 0});
  }
  lowered_layer& made = l.new_layer(n, "conv2d", axes_form::fixed, {permuted(x, {0, 2, 3, 1}), permuted(w, {0, 2, 3, 1})}, b);
  view result = l.whole(b);
  if (spatial == 1) result.axes.insert(result.axes.begin() + 2, {1, 0});
  made.result = permuted(result, {0, 2, 3, 1});
  write_window(made, *box);
  if (groups != 1) made.params.emplace_back("groups", std::to_string(groups));
  made.accumulator_bound = l.is_constant(w) ? weighted_bound(l.values_of(l.in(n, 1)), outputs, l.largest(l.type_of(x)))
                                            : static_cast<double>(elements_of(w.shape()) / outputs) * l.largest(l.type_of(x)) * l.largest(l.type_of(w));
  if (l.has(n, 2)) {
    bool const zero = l.is_constant(*bias) && largest_of(l.values_of(*bias)) == 0;
    if (l.is_constant(*bias)) made.accumulator_bound += largest_of(l.values_of(*bias));
    if (!zero) made.bias = bias;
  }
  std::vector<int> channels_last{0};
  for (std::size_t i = 0; i < spatial; ++i) channels_last.push_back(static_cast<int>(i) + 2);
  channels_last.push_back(1);
  l.set_order(b, channels_last);
  l.warn_overflow(n, made.accumulator_bound);
  l.set(n, 0, l.whole(b));
}

/// The product of a [.., M, K] and b [.., K, N], batch axes broadcast; gives the layer.
lowered_layer* product(lowering& l, node const& n, view a, view b) {
  bool const row = a.axes.size() == 1, column = b.axes.size() == 1;
  if (row) a.axes.insert(a.axes.begin(), {1, 0});
  if (column) b.axes.push_back({1, 0});
  if (a.axes.size() < 2 || b.axes.size() < 2 || a.axes.back().length != b.axes[b.axes.size() - 2].length) {
    l.found.error(4212, "node {} ({}): [{}] times [{}] do not agree; correct the shapes", l.label(n), n.type, fmt::join(a.shape(), ", "), fmt::join(b.shape(), ", "));
    return nullptr;
  }
  auto const batch = broadcast_shape(leading(a), leading(b));
  if (!batch) {
    l.found.error(4212, "node {} ({}): the batch axes of [{}] and [{}] do not broadcast; correct the shapes", l.label(n), n.type, fmt::join(a.shape(), ", "),
                  fmt::join(b.shape(), ", "));
    return nullptr;
  }
  std::int64_t const rows = a.axes[a.axes.size() - 2].length, inner = a.axes.back().length, columns = b.axes.back().length;
  dims full = *batch;
  full.push_back(rows);
  full.push_back(columns);
  dims shape = *batch;
  if (!row) shape.push_back(rows);
  if (!column) shape.push_back(columns);
  if (elements_of(shape) == 0) {
    l.set_empty(n, shape);
    return nullptr;
  }
  if (inner == 0) {
    l.found.error(4212, "node {} ({}): a product over 0 elements, 1 is needed; correct the shapes", l.label(n), n.type);
    return nullptr;
  }
  double const bound = l.is_constant(b) && b.axes.size() == 2 ? weighted_bound(l.values_of(permuted(b, {1, 0})), columns, l.largest(l.type_of(a)))
                                                               : static_cast<double>(inner) * l.largest(l.type_of(a)) * l.largest(l.type_of(b));
  int const y = l.new_buffer(n, element::i32, shape);
  dims a_full = *batch, b_full = *batch;
  for (std::int64_t d : {rows, inner}) a_full.push_back(d);
  for (std::int64_t d : {inner, columns}) b_full.push_back(d);
  lowered_layer& made = l.new_layer(n, "matmul", axes_form::matrix, {broadcast_to(a, a_full), broadcast_to(b, b_full)}, y);
  made.result = *reshaped(l.whole(y), full);
  made.accumulator_bound = bound;
  l.set(n, 0, l.whole(y));
  return &made;
}

void matmul(lowering& l, node const& n) {
  if (lowered_layer const* made = product(l, n, l.in(n, 0), l.in(n, 1))) l.warn_overflow(n, made->accumulator_bound);
}

void gemm(lowering& l, node const& n) {
  view a = l.in(n, 0), b = l.in(n, 1);
  if (a.axes.size() != 2 || b.axes.size() != 2) {
    l.found.error(4212, "node {} (Gemm): operands have {} and {} axes, matrices have 2; use MatMul, or reshape", l.label(n), a.axes.size(), b.axes.size());
    return;
  }
  if (n.integer("transA", 0) != 0) a = permuted(a, {1, 0});
  if (n.integer("transB", 0) != 0) b = permuted(b, {1, 0});
  double const alpha = n.number("alpha", 1), beta = n.number("beta", 1);
  if (alpha != std::floor(alpha) || beta != std::floor(beta) || std::fabs(alpha) > 2e9 || std::fabs(beta) > 2e9) {
    l.found.error(4213, "node {} (Gemm): alpha {} and beta {} must be integers in an integer network; fold them into the requantisation", l.label(n), alpha, beta);
    return;
  }
  std::optional<view> c;
  if (l.has(n, 2)) {
    c = l.in(n, 2);
    dims const shape{a.axes[0].length, b.axes[1].length};
    auto const both = broadcast_shape(c->shape(), shape);
    if (!both || *both != shape) {
      l.found.error(4212, "node {} (Gemm): C [{}] does not broadcast to [{}]; correct the shape", l.label(n), fmt::join(c->shape(), ", "), fmt::join(shape, ", "));
      return;
    }
  }
  lowered_layer* const made = product(l, n, a, b);
  if (made == nullptr) return;
  if (alpha != 1) made->params.emplace_back("alpha", std::to_string(static_cast<std::int64_t>(alpha)));
  made->accumulator_bound *= std::fabs(alpha);
  bool const nothing = !c || beta == 0 || (l.is_constant(*c) && largest_of(l.values_of(*c)) == 0);
  if (!nothing) {
    made->bias = broadcast_to(*c, made->result.shape());
    if (beta != 1) made->params.emplace_back("beta", std::to_string(static_cast<std::int64_t>(beta)));
    made->accumulator_bound += std::fabs(beta) * (l.is_constant(*c) ? largest_of(l.values_of(*c)) : l.largest(l.type_of(*c)));
  }
  l.warn_overflow(n, made->accumulator_bound);
}

registration const here{{"Conv", conv}, {"MatMul", matmul}, {"Gemm", gemm}};
}  // namespace
}  // namespace deeploy::import
