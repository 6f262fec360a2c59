// SPDX-License-Identifier: Apache-2.0
// Row operators: softmaxes and norms over the last axis.
#include <cmath>
#include <generators/import/lower_common.hpp>

namespace deeploy::import {
namespace {
std::optional<int> log2_of(lowering& l, node const& n, char const* name) {
  double const d = n.number(name, 0);
  int shift = 0;
  while (shift < 31 && std::ldexp(1.0, shift) < d) ++shift;
  if (std::ldexp(1.0, shift) == d) return shift;
  l.found.error(4240, "node {} ({}): attribute {} is {}; it must be a power of two from 1 to 2^31, correct it", l.label(n), n.type, name, d);
  return std::nullopt;
}

/// A layer over rows; extra inputs (weight, bias) broadcast to the row.
lowered_layer* rows(lowering& l, node const& n, char const* kind, element type, int extras, bool whole_shape) {
  view const x = l.in(n, 0);
  if (x.axes.empty()) {
    l.found.error(4241, "node {} ({}): its input has no axes, 1 is needed; reshape it", l.label(n), n.type);
    return nullptr;
  }
  std::int64_t const axis = n.integer("axis", -1);
  if (axis != -1 && axis != static_cast<std::int64_t>(x.axes.size()) - 1) {
    l.found.error(4241, "node {} ({}): axis {} of {} axes; supported is the last one, transpose before", l.label(n), n.type, axis, x.axes.size());
    return nullptr;
  }
  std::vector<view> inputs{x};
  for (int i = 1; i <= extras; ++i) {
    if (!l.has(n, i)) {
      l.found.error(4241, "node {} ({}): input {} is missing, {} are given; complete the node", l.label(n), n.type, i, n.inputs.size());
      return nullptr;
    }
    view const extra = l.in(n, i);
    dims const goal = whole_shape ? x.shape() : dims{x.axes.back().length};
    auto const both = broadcast_shape(extra.shape(), goal);
    if (!both || *both != goal) {
      l.found.error(4241, "node {} ({}): input {} is [{}], which does not broadcast to [{}]; correct the shape", l.label(n), n.type, i, fmt::join(extra.shape(), ", "), fmt::join(goal, ", "));
      return nullptr;
    }
    inputs.push_back(broadcast_to(extra, goal));
  }
  if (elements_of(x.shape()) == 0) {
    l.set_empty(n, x.shape());
    return nullptr;
  }
  int const y = l.new_buffer(n, type, x.shape());
  if (whole_shape) l.follow_order(y, x);
  lowered_layer& made = l.new_layer(n, kind, whole_shape ? axes_form::elementwise : axes_form::rows, std::move(inputs), y);
  l.set(n, 0, l.whole(y));
  return &made;
}

/// n_levels of a softmax: its results are 0 to n_levels - 1 in eight bits.
bool has_levels(lowering& l, node const& n) {
  std::int64_t const levels = n.integer("n_levels", 256);
  if (levels >= 2 && levels <= 256) return true;
  l.found.error(4242, "node {} ({}): attribute n_levels is {}; supported are 2 to 256, correct it", l.label(n), n.type, levels);
  return false;
}

void parameter(lowered_layer& made, char const* name, std::int64_t value) { made.params.emplace_back(name, std::to_string(value)); }

void isoftmax(lowering& l, node const& n) {
  if (!fits(l, n, {"coeffA", "coeffB", "coeffC", "log2"}) || !has_levels(l, n)) return;
  if (n.integer("log2", 0) < 1) {
    l.found.error(4242, "node {} (iSoftmax): attribute log2 is {}; it must be at least 1, correct it", l.label(n), n.integer("log2", 0));
    return;
  }
  if (lowered_layer* const made = rows(l, n, "isoftmax", element::u8, 0, false)) {
    parameter(*made, "coefficient_a", n.integer("coeffA", 1));
    parameter(*made, "coefficient_b", n.integer("coeffB", 0));
    parameter(*made, "coefficient_c", n.integer("coeffC", 0));
    parameter(*made, "log2", n.integer("log2", 1));
    parameter(*made, "levels", n.integer("n_levels", 256));
  }
}

void ita_max(lowering& l, node const& n) {
  if (!has_levels(l, n)) return;
  if (lowered_layer* const made = rows(l, n, "ita_max", element::u8, 0, false)) parameter(*made, "levels", n.integer("n_levels", 256));
}

void ita_partial_max(lowering& l, node const& n) {
  if (!fits(l, n, {"group_width"}) || !has_levels(l, n)) return;
  std::int64_t const width = n.integer("group_width", 0);
  if (width < 1) {
    l.found.error(4242, "node {} (ITAPartialMax): attribute group_width is {}; it must be at least 1, correct it", l.label(n), width);
    return;
  }
  if (lowered_layer* const made = rows(l, n, "ita_partial_max", element::u8, 0, false)) {
    parameter(*made, "levels", n.integer("n_levels", 256));
    parameter(*made, "group_width", width);
  }
}

void ilayer_norm(lowering& l, node const& n) {
  auto const shift = log2_of(l, n, "D");
  if (!shift) return;
  if (lowered_layer* const made = rows(l, n, "ilayer_norm", element::i8, 2, false)) parameter(*made, "shift", *shift);
}

void irms_norm(lowering& l, node const& n) {
  if (n.integer("stash_type", 1) != 1) {
    l.found.error(4242, "node {} (iRMSNorm): stash_type {} is not supported; 1 is", l.label(n), n.integer("stash_type", 1));
    return;
  }
  auto const shift = log2_of(l, n, "D");
  if (!shift) return;
  if (lowered_layer* const made = rows(l, n, "irms_norm", element::i8, 1, false)) parameter(*made, "shift", *shift);
}

void inonorm(lowering& l, node const& n) {
  if (!fits(l, n, {"mul"})) return;
  auto const shift = log2_of(l, n, "D");
  if (!shift) return;
  if (lowered_layer* const made = rows(l, n, "inonorm", element::i8, 2, true)) {
    parameter(*made, "mul", n.integer("mul", 1));
    parameter(*made, "shift", *shift);
  }
}

registration const here{{"iSoftmax", isoftmax},       {"ITAMax", ita_max},     {"ITAPartialMax", ita_partial_max},
                        {"iLayerNorm", ilayer_norm}, {"iRMSNorm", irms_norm}, {"iNoNorm", inonorm}};
}  // namespace
}  // namespace deeploy::import
