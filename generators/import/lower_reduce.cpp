// SPDX-License-Identifier: Apache-2.0
// ReduceSum, ReduceMean, IntegerMean.
#include <generators/import/lower.hpp>

namespace deeploy::import {
namespace {
void reduce(lowering& l, node const& n, bool mean) {
  view const x = l.in(n, 0);
  int const rank = static_cast<int>(x.axes.size());
  std::vector<std::int64_t> axes = n.list("axes");
  if (l.has(n, 1)) {
    auto const given = l.constant_in(n, 1);
    if (!given) return;
    axes = *given;
  }
  if (axes.empty() && n.integer("noop_with_empty_axes", 0) != 0) return l.set(n, 0, x);
  std::uint32_t reduced = 0;
  for (std::int64_t a : axes) {
    if (a < -rank || a >= rank) {
      l.found.error(4250, "node {} ({}): axis {} of {} axes; correct the axes", l.label(n), n.type, a, rank);
      return;
    }
    reduced |= 1u << (a < 0 ? a + rank : a);
  }
  if (axes.empty()) reduced = (1u << rank) - 1;
  if (reduced == 0) return l.set(n, 0, x);  // of a number: itself
  bool const keep = n.integer("keepdims", 1) != 0;
  dims shape, kept;
  std::int64_t count = 1;
  for (int i = 0; i < rank; ++i) {
    bool const gone = reduced >> i & 1;
    kept.push_back(gone ? 1 : x.axes[i].length);
    if (gone) count *= x.axes[i].length;
    if (!gone || keep) shape.push_back(kept.back());
  }
  if (count == 0) {
    l.found.error(4250, "node {} ({}): it runs over 0 elements, 1 is needed; correct the axes or the shape", l.label(n), n.type);
    return;
  }
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  bool const power = (count & (count - 1)) == 0;
  int const y = l.new_buffer(n, mean ? element::i8 : element::i32, shape);
  lowered_layer& made = l.new_layer(n, mean ? "reduce_mean" : "reduce_sum", axes_form::reduction, {x}, y);
  made.result = *reshaped(l.whole(y), kept);
  made.reduced = reduced;
  if (mean && (keep || !power || count == 1)) made.params.emplace_back("half_away", "true");
  l.warn_overflow(n, static_cast<double>(count) * l.largest(l.type_of(x)));
  l.set(n, 0, l.whole(y));
}

void reduce_sum(lowering& l, node const& n) { reduce(l, n, false); }
void reduce_mean(lowering& l, node const& n) { reduce(l, n, true); }

registration const here{{"ReduceSum", reduce_sum}, {"ReduceMean", reduce_mean}, {"IntegerMean", reduce_mean}};
}  // namespace
}  // namespace deeploy::import
