// SPDX-License-Identifier: Apache-2.0
// The course of lowering, and what all operators use.
#include <algorithm>
#include <cmath>
#include <generators/import/lower.hpp>
#include <numeric>

namespace deeploy::import {
namespace {
std::map<std::string, operator_entry>& table() {
  static std::map<std::string, operator_entry> t;
  return t;
}

element narrowest(std::vector<std::int64_t> const& values) {
  std::int64_t low = 0, high = 0;
  for (std::int64_t v : values) low = std::min(low, v), high = std::max(high, v);
  for (element e : {element::i8, element::u8, element::i16, element::u16})
    if (low >= lowest(e) && high <= highest(e)) return e;
  return element::i32;
}

double first_non_integer(std::vector<double> const& values) {
  auto const at = std::find_if(values.begin(), values.end(), [](double x) { return !(std::fabs(x) < 9e15) || x != std::floor(x); });
  return at == values.end() ? 0 : *at;
}

/// An attribute as short text, for messages.
std::string text_of(attribute const& a) {
  if (!a.text.empty()) return a.text.substr(0, 40);
  if (!a.is_list && a.numbers.size() == 1) return fmt::format("{}", a.numbers[0]);
  std::size_t const shown = std::min<std::size_t>(a.numbers.size(), 8);
  return fmt::format("[{}{}]", fmt::join(a.numbers.begin(), a.numbers.begin() + static_cast<long>(shown), ", "), shown < a.numbers.size() ? ", .." : "");
}
}  // namespace

registration::registration(std::initializer_list<operator_entry> entries) {
  for (operator_entry const& e : entries) table()[e.type] = e;
}
std::map<std::string, operator_entry> const& operator_table() { return table(); }

lowering::lowering(graph& graph, import_options const& options, diagnostics& d) : g(graph), found(d), options_(options) {
  net.name = identifier(options.name.empty() ? g.name : options.name);
}

traced_value const& lowering::traced(node const& n, int i) const {
  if (!has(n, i)) throw refused{4226, fmt::format("input {} is missing, {} are given; complete the node", i, n.inputs.size())};
  return net.values[n.inputs[i]];
}

element lowering::type_of(view const& v) const {
  if (v.buffer < 0) throw refused{4229, "an input has no elements, but the result has; correct the shapes"};
  return net.buffers[v.buffer].type;
}

void lowering::check_size(dims const& shape, std::int64_t most) const {
  if (shape.size() > most_axes) throw refused{4271, fmt::format("its result has {} axes, supported are {}; reshape the network", shape.size(), most_axes)};
  if (std::int64_t const n = elements_of(shape); n > most)
    throw refused{4272, fmt::format("a result [{}] has {} elements, supported are {}; correct the shapes", fmt::join(shape, ", "), n, most)};
}

std::string lowering::unique_name(std::string const& wanted) {
  std::string const base = identifier(wanted);
  int& used = names_[base];
  if (++used == 1) return base;
  for (;;) {
    std::string const tried = base + "_" + std::to_string(used);
    if (names_.try_emplace(tried, 1).second) return tried;
    ++used;
  }
}

view lowering::whole(int b) const { return {b, 0, row_major(net.buffers[b].shape)}; }

int lowering::new_buffer(node const& n, element type, dims const& shape) {
  check_size(shape);
  buffer b;
  b.name = n.outputs.empty() ? n.name : g.of(n.outputs[0]).name;
  b.type = type;
  b.shape = shape;
  net.buffers.push_back(std::move(b));
  viewers.emplace_back();
  return static_cast<int>(net.buffers.size()) - 1;
}

int lowering::new_constant(std::string const& name, dims const& shape, std::vector<std::int64_t> values) {
  buffer b;
  b.name = name;
  b.type = narrowest(values);
  b.use = role::constant;
  b.shape = shape;
  b.values = std::move(values);
  net.buffers.push_back(std::move(b));
  viewers.emplace_back();
  return static_cast<int>(net.buffers.size()) - 1;
}

void lowering::make_constant(int id) {
  value const& v = g.of(id);
  constant_data const& c = *v.constant;
  if (!c.integral) return;  // stays without a view; whoever reads it says so
  int const b = new_constant(v.name, c.shape, c.integers);
  net.values[id].at = whole(b);
}

view lowering::in(node const& n, int i) {
  traced(n, i);
  traced_value& t = net.values[n.inputs[i]];
  if (t.factor != 1) {
    // A division that no requantisation took over: multiply by its integer factor.
    node made = n;
    made.name = g.of(n.inputs[i]).name + "_scaled";
    view const x = *t.at;
    view const factor = whole(new_constant(made.name + "_factor", {}, {t.factor}));
    int const b = new_buffer(made, element::i32, x.shape());
    net.buffers[b].name = made.name;
    follow_order(b, x);
    new_layer(made, "mul", axes_form::elementwise, {x, broadcast_to(factor, x.shape())}, b);
    t.at = whole(b);
    t.factor = 1;
    viewers[b].push_back(n.inputs[i]);
  }
  return *t.at;
}

std::vector<std::int64_t> lowering::values_of(view const& v) const {
  std::vector<std::int64_t> values;
  buffer const& b = net.buffers[v.buffer];
  check_size(v.shape(), std::max(most_folded_elements, b.elements()));
  std::int64_t const n = elements_of(v.shape());
  values.reserve(n);
  std::vector<std::int64_t> at(v.axes.size(), 0);
  std::int64_t place = v.offset;
  for (std::int64_t i = 0; i < n; ++i) {
    values.push_back(b.values[place]);
    for (std::size_t a = v.axes.size(); a-- > 0;) {
      place += v.axes[a].stride;
      if (++at[a] < v.axes[a].length) break;
      place -= v.axes[a].stride * v.axes[a].length;
      at[a] = 0;
    }
  }
  return values;
}

std::optional<std::vector<std::int64_t>> lowering::constant_in(node const& n, int i) {
  auto const& t = traced(n, i);
  if (t.at && is_constant(*t.at)) return values_of(*t.at);
  if (t.at && elements_of(t.at->shape()) == 0) return std::vector<std::int64_t>{};
  found.error(4202, "node {} ({}): input {} ({}) must be a constant; fold it when exporting", label(n), n.type, i, g.of(n.inputs[i]).name);
  return std::nullopt;
}

void lowering::set(node const& n, int output, view const& v) {
  check_size(v.shape());
  int const id = n.outputs[output];
  net.values[id].at = v;
  if (v.buffer >= 0) viewers[v.buffer].push_back(id);
  auto const& declared = g.of(id).shape;
  if (declared && *declared != v.shape())
    found.error(4112, "node {} ({}): {} is [{}] by inference, [{}] by declaration; correct the file", label(n), n.type, g.of(id).name,
                fmt::join(v.shape(), ", "), fmt::join(*declared, ", "));
}

void lowering::set_empty(node const& n, dims const& shape) {
  view v;
  for (std::int64_t d : shape) v.axes.push_back({d, 0});
  set(n, 0, v);
}

lowered_layer& lowering::new_layer(node const& n, std::string const& kind, axes_form form, std::vector<view> inputs, int result,
                                   std::vector<int> const& axes) {
  lowered_layer l;
  l.kind = kind;
  l.name = n.name;
  l.form = form;
  l.inputs = std::move(inputs);
  l.result = axes.empty() ? whole(result) : permuted(whole(result), axes);
  l.result_type = net.buffers[result].type;
  net.buffers[result].writer = static_cast<int>(net.layers.size());
  net.layers.push_back(std::move(l));
  return net.layers.back();
}

void lowering::set_order(int b, std::vector<int> const& axes) {
  view const numbered = permuted(whole(b), axes);
  std::vector<std::int64_t> strides(axes.size());
  std::int64_t next = 1;
  for (std::size_t i = axes.size(); i-- > 0;) {
    strides[i] = next;
    next *= numbered.axes[i].length;
  }
  net.buffers[b].order = layout_from(numbered, strides);
}

void lowering::follow_order(int b, view const& like) {
  auto const r = resolve(net, like);
  if (!r || like.axes.size() != net.buffers[b].shape.size()) return;
  std::vector<std::int64_t> stride;
  std::size_t d = 0;
  for (int parts : r->window.parts) {
    d += static_cast<std::size_t>(parts);
    stride.push_back(r->window.dimensions[d - 1].stride);
  }
  std::vector<int> axes(like.axes.size());
  std::iota(axes.begin(), axes.end(), 0);
  // Axes of length one and broadcast ones say nothing about the order: they stay where they are.
  std::stable_sort(axes.begin(), axes.end(), [&](int x, int y) {
    bool const silent = like.axes[x].length == 1 || like.axes[y].length == 1 || stride[x] == 0 || stride[y] == 0;
    return !silent && stride[x] > stride[y];
  });
  set_order(b, axes);
}

view lowering::copied(node const& n, view const& v, element type, std::uint32_t reversed) {
  int const b = new_buffer(n, type, v.shape());
  follow_order(b, v);
  lowered_layer& l = new_layer(n, "copy", axes_form::elementwise, {v}, b);
  if (reversed != 0) {
    l.form = axes_form::fixed;
    l.params.emplace_back("reversed", std::to_string(reversed));
  }
  return whole(b);
}

view lowering::flattened(node const& n, view const& v) {
  dims const flat{elements_of(v.shape())};
  if (auto const r = reshaped(v, flat)) return *r;
  if (is_constant(v)) return whole(new_constant(net.buffers[v.buffer].name, flat, values_of(v)));
  return *reshaped(copied(n, v, type_of(v)), flat);
}

int lowering::sole_producer(int id) const {
  auto const& t = net.values[id];
  if (!t.at || t.at->buffer < 0 || t.factor != 1) return -1;
  buffer const& b = net.buffers[t.at->buffer];
  if (b.use != role::scratch || b.writer < 0 || b.inside || !is_bijection(*t.at, b.elements())) return -1;
  for (int seen : viewers[t.at->buffer])
    if (g.of(seen).is_output || g.of(seen).consumers.size() != 1) return -1;
  return b.writer;
}

std::optional<view> lowering::along_result(lowered_layer const& l, view const& v, view const& c) const {
  std::vector<std::int64_t> strides;
  for (auto const& a : c.axes) strides.push_back(a.stride);
  auto const w = seen_through(l.result, layout_from(v, strides));
  if (!w) return std::nullopt;
  view r{c.buffer, c.offset + w->offset, {}};
  for (std::size_t i = 0; i < w->parts.size(); ++i) {
    if (w->parts[i] != 1) return std::nullopt;
    r.axes.push_back({l.result.axes[i].length, l.result.axes[i].length == 1 ? 0 : w->dimensions[i].stride});
  }
  return r;
}

void lowering::vanish(int b) {
  for (int id : viewers[b]) net.values[id] = {std::nullopt, true, 1, 0};
  viewers[b].clear();
}

double lowering::largest(element type) const {
  return static_cast<double>(std::max(-lowest(type), highest(type)));
}

void lowering::warn_overflow(node const& n, double bound) {
  if (bound >= 2147483648.0)
    found.warn(4301, "layer {} ({}): its accumulator may reach {:.0f}, 32 bits hold 2147483647, beyond which it wraps; use smaller weights or fewer inputs",
               label(n), n.type, bound);
}

void lowering::unsupported(node const& n) {
  std::string attributes;
  for (auto const& [name, a] : n.attributes) attributes += fmt::format("{}{}={}", attributes.empty() ? "" : ", ", name, text_of(a));
  found.error(4201, "node {} has the operator {}{} ({}), which is not supported; closest supported: {}", label(n),
              n.domain.empty() ? "" : n.domain + "::", n.type, attributes.empty() ? "no attributes" : attributes, closest_form(n.type));
}

void lowering::report_the_rest() {
  check_types();
  for (node const& n : g.nodes)
    if (operator_table().count(n.type) == 0) unsupported(n);
}

void lowering::lower_node(node const& n) {
  if (n.type == "Concat") settle_states(n);
  // A node behind one that failed has nothing to read: its own trouble would only repeat the first.
  bool readable = true;
  for (int in : n.inputs) {
    if (in < 0) continue;
    value const& v = g.of(in);
    if (v.constant && !v.constant->integral) {
      found.error(4203, "node {} ({}): constant {} has values that are no integers, the first is {}; quantise the network first", label(n), n.type, v.name,
                  first_non_integer(v.constant->reals));
      readable = false;
    } else if (!net.values[in].at) {
      readable = false;
    }
  }
  if (!readable) return;
  if (n.outputs.empty() || n.outputs[0] < 0) throw refused{4228, "its first output is left out; name it"};
  operator_table().at(n.type).lower(*this, n);
  for (std::size_t i = 1; i < n.outputs.size(); ++i)
    if (int const id = n.outputs[i]; id >= 0 && !net.values[id].at && (g.of(id).is_output || !g.of(id).consumers.empty()))
      found.error(4228, "node {} ({}): output {} ({}) is read, but only the first is supported; export it without", label(n), n.type, i, g.of(id).name);
}

/// A safety net: whatever was left out without a word is said here.
void lowering::check_outputs() {
  for (int id : g.outputs)
    if (!net.values[id].at) found.error(4209, "output {} could not be computed, its values come from {}; report this", g.of(id).name,
                                        g.of(id).producer >= 0 ? "node " + label(g.nodes[g.of(id).producer]) : std::string("a constant that is no integer"));
}

void lowering::run() {
  net.values.resize(g.values.size());
  for (std::size_t id = 0; id < g.values.size(); ++id)
    if (g.values[id].constant) make_constant(static_cast<int>(id));
  find_states();
  make_inputs();
  for (node const& n : g.nodes) {
    if (operator_table().count(n.type) == 0) {
      unsupported(n);
      continue;
    }
    try {
      lower_node(n);
    } catch (refused const& r) {
      found.error(r.code, "node {} ({}): {}", label(n), n.type, r.text);
    }
  }
  if (!found.failed()) check_outputs();
  if (!found.failed() && options_.single.count(all_layers) == 0) fuse_score_chains(*this, options_.single);
  if (!found.failed()) finish(*this);
  if (!found.failed() && std::all_of(net.layers.begin(), net.layers.end(), [](lowered_layer const& x) { return x.dropped; })) {
    std::string outputs;
    for (int o : g.outputs) outputs += fmt::format("{}{} [{}]", outputs.empty() ? "" : ", ", g.of(o).name, fmt::join(net.values[o].at->shape(), ", "));
    found.error(4103, "no output has elements ({}), so there is nothing to compute; correct the shapes", outputs);
  }
}
}  // namespace deeploy::import
