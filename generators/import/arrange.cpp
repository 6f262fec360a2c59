// SPDX-License-Identifier: Apache-2.0
// Operands in memory: axes merged where all operands allow, constants stored in the order in which layers read them.
#include <algorithm>
#include <generators/import/text.hpp>

namespace deeploy::import {
namespace {
class arranger {
 public:
  explicit arranger(lowering& l) : l_(l) {}

  written_network run() {
    name_tensors();
    for (lowered_layer const& x : l_.net.layers) arrange_layer(x);
    return std::move(w_);
  }

 private:
  std::string unique(std::string const& wanted) {
    std::string const base = identifier(wanted);
    if (names_.try_emplace(base, 1).second) return base;
    for (int i = 2;; ++i)
      if (std::string const tried = base + "_" + std::to_string(i); names_.try_emplace(tried, 1).second) return tried;
  }

  void name_tensors() {
    names_["network"] = 1;
    for (std::size_t b = 0; b < l_.net.buffers.size(); ++b) {
      buffer const& x = l_.net.buffers[b];
      if (x.use == role::constant || x.inside) continue;
      bool used = x.use == role::input || x.use == role::output || x.use == role::state;
      for (lowered_layer const& y : l_.net.layers) used = used || root_of(y.result.buffer) == static_cast<int>(b);
      if (!used) continue;
      written_tensor t{unique(x.name), static_cast<int>(b), x.declared.empty() ? x.shape : x.declared};
      if (x.declared.empty() && !x.order.empty()) {
        layout by_memory = x.order;
        std::stable_sort(by_memory.begin(), by_memory.end(), [](factor const& a, factor const& c) { return a.memory_stride > c.memory_stride; });
        t.shape.clear();
        for (factor const& f : by_memory) t.shape.push_back(f.length);
      }
      if (t.shape.size() > static_cast<std::size_t>(max_rank)) t.shape = {x.elements()};
      if (t.shape.empty()) t.shape = {1};
      w_.tensor_name[static_cast<int>(b)] = t.name;
      w_.tensors.push_back(std::move(t));
    }
  }
  int root_of(int b) const {
    while (b >= 0 && l_.net.buffers[b].inside) b = l_.net.buffers[b].inside->buffer;
    return b;
  }

  /// Where an operand lies. Axes of length one, and broadcast ones, have no parts.
  written_operand place(view const& v) {
    auto const r = resolve(l_.net, v);
    written_operand o{w_.tensor_name.at(r->root), r->window.offset, {}, v.shape()};
    std::size_t d = 0;
    for (std::size_t a = 0; a < v.axes.size(); ++a) {
      axis_parts parts;
      for (int i = 0; i < r->window.parts[a]; ++i) parts.push_back(r->window.dimensions[d++]);
      if (v.axes[a].length == 1 || v.axes[a].stride == 0) parts.clear();
      o.axes.push_back(std::move(parts));
    }
    return o;
  }

  /// Stores what a constant view shows, in the given order of its axes, once per distinct content.
  written_operand store(view const& v, std::vector<axis_parts> const& axes, std::vector<int> const& order, std::optional<element> type) {
    view flat{v.buffer, v.offset, {}};
    dims shape;
    for (int a : order)
      for (view_axis const& p : axes[a]) {
        flat.axes.push_back(p);
      }
    for (int a : order) {
      std::int64_t n = 1;
      for (view_axis const& p : axes[a]) n *= p.length;
      if (!axes[a].empty()) shape.push_back(n);
    }
    if (shape.empty()) shape.push_back(1);
    if (shape.size() > static_cast<std::size_t>(max_rank)) shape = {elements_of(shape)};
    stored_constant c;
    c.shape = shape;
    c.values = l_.values_of(flat);
    std::int64_t low = 0, high = 0;
    for (std::int64_t x : c.values) low = std::min(low, x), high = std::max(high, x);
    c.type = element::i32;
    if (type) {
      c.type = *type;
    } else {
      for (element e : {element::i16, element::u8, element::i8})
        if (low >= lowest(e) && high <= highest(e)) c.type = e;
    }
    if (low < lowest(c.type) || high > highest(c.type))
      l_.found.error(4206, "constant {} has values from {} to {}, which do not fit {} ({} to {}); rescale it", l_.net.buffers[v.buffer].name, low, high, name_of(c.type), lowest(c.type), highest(c.type));
    auto const [known, is_new] = stored_.try_emplace({c.type, c.shape, c.values}, static_cast<int>(w_.constants.size()));
    if (is_new) {
      c.name = unique(l_.net.buffers[v.buffer].name);
      w_.constants.push_back(std::move(c));
    }
    written_operand o{w_.constants[known->second].name, 0, std::vector<axis_parts>(axes.size()), v.shape()};
    std::int64_t stride = 1;
    for (std::size_t i = order.size(); i-- > 0;) {
      std::int64_t n = 1;
      for (view_axis const& p : axes[order[i]]) n *= p.length;
      if (!axes[order[i]].empty()) o.axes[order[i]] = {{n, stride}};
      stride *= n;
    }
    return o;
  }
  written_operand store(view const& v, std::optional<element> type) {
    std::vector<axis_parts> axes;
    std::vector<int> order;
    for (view_axis const& a : v.axes) {
      order.push_back(static_cast<int>(axes.size()));
      axes.push_back(a.length == 1 || a.stride == 0 ? axis_parts{} : axis_parts{a});
    }
    return store(v, axes, order, type);
  }
  written_operand operand_of(view const& v, std::optional<element> type) {
    return l_.is_constant(v) ? store(v, type) : place(v);
  }

  /// Gives an operand of `rank` axes the axes of the layer: its own are `at`.
  static void spread(written_operand& o, std::vector<int> const& at, std::size_t rank) {
    std::vector<axis_parts> axes(rank);
    for (std::size_t i = 0; i < at.size(); ++i) axes[at[i]] = o.axes[i];
    o.axes = std::move(axes);
  }
  static std::vector<int> aligned(std::size_t own, std::size_t rank) {
    std::vector<int> at;
    for (std::size_t i = 0; i < own; ++i) at.push_back(static_cast<int>(rank - own + i));
    return at;
  }

  /// The inner axis of a product may be walked in any order: in that in which A lies in memory, when B is a constant.
  void walk_in_memory_order(lowered_layer const& x, written_layer& y, std::vector<axis_parts>& of_b) {
    axis_parts& inner = y.inputs[0].axes.back();
    if (inner.size() < 2) return;
    std::size_t const k = of_b.size() - 2;
    if (of_b[k].size() != 1) return;
    axis_parts split;  // of B, as A's are, outermost first
    std::int64_t stride = of_b[k][0].stride;
    for (std::size_t i = inner.size(); i-- > 0;) {
      split.insert(split.begin(), {inner[i].length, stride});
      stride *= inner[i].length;
    }
    std::vector<std::size_t> order(inner.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return inner[a].stride > inner[b].stride; });
    axis_parts a_parts, b_parts;
    for (std::size_t i : order) {
      if (!a_parts.empty() && a_parts.back().stride == inner[i].stride * inner[i].length)
        a_parts.back() = {a_parts.back().length * inner[i].length, inner[i].stride};
      else
        a_parts.push_back(inner[i]);
      b_parts.push_back(split[i]);
    }
    (void)x;
    inner = a_parts;
    of_b[k] = b_parts;
  }

  void arrange_layer(lowered_layer const& x) {
    written_layer y;
    y.from = &x;
    y.reduced = x.reduced;
    bool const weights_are_wide = x.kind == "ilayer_norm" || x.kind == "irms_norm" || x.kind == "inonorm" || x.kind == "gather";
    auto const stored_as = [&](std::size_t input) -> std::optional<element> {
      if (x.kind == "score_chain" && input == 3) return element::u8;
      return input > 0 && weights_are_wide ? std::optional(element::i32) : std::nullopt;
    };
    std::size_t rank = x.result.axes.size();
    if (x.form == axes_form::matrix) {
      // Axes of the layer: batch.., rows, columns, inner.
      rank = x.result.axes.size() + 1;
      std::size_t const batch = rank - 3;
      std::vector<int> at_a, at_b, at_y;
      for (std::size_t i = 0; i < batch; ++i)
        for (auto* at : {&at_a, &at_b, &at_y}) at->push_back(static_cast<int>(i));
      int const m = static_cast<int>(batch), n = m + 1, k = m + 2;
      at_a.insert(at_a.end(), {m, k});
      at_b.insert(at_b.end(), {k, n});
      at_y.insert(at_y.end(), {m, n});
      y.inputs.push_back(operand_of(x.inputs[0], {}));
      view const& b = x.inputs[1];
      if (l_.is_constant(b)) {
        std::vector<axis_parts> axes;
        std::vector<int> order;
        for (view_axis const& a : b.axes) {
          order.push_back(static_cast<int>(axes.size()));
          axes.push_back(a.length == 1 || a.stride == 0 ? axis_parts{} : axis_parts{a});
        }
        if (!l_.is_constant(x.inputs[0])) walk_in_memory_order(x, y, axes);
        std::swap(order[order.size() - 1], order[order.size() - 2]);  // stored [columns][inner]: long dot products
        y.inputs.push_back(store(b, axes, order, {}));
      } else {
        y.inputs.push_back(place(b));
      }
      spread(y.inputs[0], at_a, rank);
      spread(y.inputs[1], at_b, rank);
      y.result = place(x.result);
      spread(y.result, at_y, rank);
      auto const extra = [&](view const& v, std::optional<element> type) {
        written_operand o = operand_of(v, type);
        spread(o, at_y, rank);
        return o;
      };
      if (x.bias) y.bias = extra(*x.bias, l_.is_constant(*x.bias) ? std::optional(element::i32) : std::nullopt);
      if (x.requant.mul) y.mul = extra(*x.requant.mul, element::i32), y.add = extra(*x.requant.add, element::i32);
      for (std::size_t i = 0; i < batch + 2; ++i) y.lengths.push_back(x.result.axes[i].length);
      y.lengths.push_back(x.inputs[0].axes.back().length);
    } else {
      if (x.form == axes_form::reduction) rank = x.inputs[0].axes.size();
      for (std::size_t i = 0; i < x.inputs.size(); ++i) {
        y.inputs.push_back(operand_of(x.inputs[i], stored_as(i)));
        if (x.form != axes_form::fixed) spread(y.inputs.back(), aligned(x.inputs[i].axes.size(), rank), rank);
      }
      y.result = place(x.result);
      if (x.mask) y.mask = operand_of(*x.mask, l_.is_constant(*x.mask) ? std::optional(element::u8) : std::nullopt);
      if (x.bias) y.bias = operand_of(*x.bias, l_.is_constant(*x.bias) ? std::optional(element::i32) : std::nullopt);
      if (x.requant.mul) y.mul = operand_of(*x.requant.mul, element::i32), y.add = operand_of(*x.requant.add, element::i32);
      view const& spans = x.form == axes_form::reduction ? x.inputs[0] : x.result;
      for (view_axis const& a : spans.axes) y.lengths.push_back(a.length);
    }
    y.name = unique(x.name);
    if (x.form != axes_form::fixed) merge(y);
    w_.layers.push_back(std::move(y));
  }

  std::vector<written_operand*> operands_of(written_layer& y) {
    std::vector<written_operand*> all;
    for (auto& i : y.inputs) all.push_back(&i);
    all.push_back(&y.result);
    for (auto* extra : {&y.bias, &y.mask, &y.mul, &y.add})
      if (*extra) all.push_back(&**extra);
    return all;
  }

  /// Axes before this one may merge with their right neighbour.
  void merge(written_layer& y) {
    axes_form const form = y.from->form;
    auto const operands = operands_of(y);
    std::size_t keep = form == axes_form::rows ? 1 : form == axes_form::matrix ? 3 : 0;  // named axes at the end stay
    // Axes of length one go, but for the named ones.
    for (std::size_t a = y.lengths.size() - keep; a-- > 0;) {
      if (y.lengths[a] != 1) continue;
      y.lengths.erase(y.lengths.begin() + static_cast<long>(a));
      for (auto* o : operands) o->axes.erase(o->axes.begin() + static_cast<long>(a));
      y.reduced = (y.reduced & ((1u << a) - 1)) | (y.reduced >> (a + 1) << a);
    }
    auto const joinable = [&](std::size_t a) {
      if (form == axes_form::reduction && ((y.reduced >> a ^ y.reduced >> (a + 1)) & 1)) return false;
      for (auto const* o : operands) {
        axis_parts const &outer = o->axes[a], &inner = o->axes[a + 1];
        // The second factor of a product has no rows: what it has along a batch axis cannot become rows.
        if (form == axes_form::matrix && a + 4 == y.lengths.size() && o == &y.inputs[1] && !outer.empty()) return false;
        bool const inner_is_one = y.lengths[a + 1] == 1;  // a named axis of length one
        if (outer.empty() && (inner.empty())) continue;
        if (inner_is_one && outer.size() == 1) continue;
        if (outer.size() != 1 || inner.size() != 1 || outer[0].stride != inner[0].stride * inner[0].length) return false;
      }
      return true;
    };
    std::size_t const last = form == axes_form::matrix ? y.lengths.size() - 2 : y.lengths.size() - keep;
    for (std::size_t a = last; a-- > 1;) {
      if (!joinable(a - 1)) continue;
      bool const one = y.lengths[a] == 1;
      y.lengths[a - 1] *= y.lengths[a];
      for (auto* o : operands) {
        if (!o->axes[a - 1].empty()) o->axes[a - 1] = {{y.lengths[a - 1], one ? o->axes[a - 1][0].stride : o->axes[a][0].stride}};
        o->axes.erase(o->axes.begin() + static_cast<long>(a));
      }
      y.lengths.erase(y.lengths.begin() + static_cast<long>(a));
      y.reduced = (y.reduced & ((1u << a) - 1)) | (y.reduced >> (a + 1) << a);
    }
    std::size_t const most = form == axes_form::matrix ? 6 : static_cast<std::size_t>(max_rank);
    if (y.lengths.size() > most)
      l_.found.error(4271, "layer {}: {} axes remain after merging, supported are {}; reshape the network", y.name, y.lengths.size(), most);
  }

  lowering& l_;
  written_network w_;
  std::map<std::string, int> names_;
  std::map<std::tuple<element, dims, std::vector<std::int64_t>>, int> stored_;
};
}  // namespace

written_network arrange(lowering& l) { return arranger(l).run(); }
}  // namespace deeploy::import
