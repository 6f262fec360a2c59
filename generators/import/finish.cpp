// SPDX-License-Identifier: Apache-2.0
// The end of lowering: outputs get their tensors, and where strides cannot say what is asked, copies are made.
#include <algorithm>
#include <generators/import/lower.hpp>

namespace deeploy::import {
std::optional<resolved> resolve(lowered_network const& net, view const& v) {
  if (v.buffer < 0) return std::nullopt;
  buffer const* b = &net.buffers[v.buffer];
  layout const dense{{std::max<std::int64_t>(1, b->elements()), 1, 1}};
  auto w = seen_through(v, b->order.empty() ? dense : b->order);
  if (!w) return std::nullopt;
  resolved r{v.buffer, std::move(*w)};
  while (b->inside) {
    view const there{b->inside->buffer, b->inside->offset + r.window.offset, r.window.dimensions};
    r.root = b->inside->buffer;
    b = &net.buffers[r.root];
    layout const all{{b->elements(), 1, 1}};
    auto const next = seen_through(there, b->order.empty() ? all : b->order);
    if (!next) return std::nullopt;
    std::vector<int> parts;
    std::size_t d = 0;
    for (int n : r.window.parts) {
      int sum = 0;
      for (int i = 0; i < n; ++i) sum += next->parts[d++];
      parts.push_back(sum);
    }
    r.window = {next->offset, next->dimensions, parts};
  }
  return r;
}

namespace {
/// Axes of operand `o` (inputs, then result) that the operator's region rule takes with one stride only.
bool must_be_one_part(lowered_layer const& l, bool is_result, int input, std::size_t axis) {
  if (l.kind == "conv2d" || l.kind == "max_pool") {
    bool const grouped = std::any_of(l.params.begin(), l.params.end(), [](auto const& p) { return p.first == "groups"; });
    if (!is_result && input == 0 && (axis == 1 || axis == 2)) return true;
    return axis == 3 && grouped;
  }
  return (l.kind == "pad" || (l.kind == "copy" && !l.params.empty())) && !is_result;
}

/// Do the last axis's parts make one run of memory, in whichever order they are walked?
bool last_axis_is_one_run(memory_window const& w) {
  std::vector<view_axis> parts(w.dimensions.end() - w.parts.back(), w.dimensions.end());
  std::sort(parts.begin(), parts.end(), [](view_axis const& a, view_axis const& b) { return a.stride > b.stride; });
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[i - 1].stride != parts[i].stride * parts[i].length) return false;
  return true;
}

/// Rows by constants are what every engine does best on rows that lie together. The constants can follow any order of the reduction;
/// other rows are brought into place by a copy.
bool lies_in_rows(lowered_network const& net, lowered_layer const& l, memory_window const& w, bool is_result, int input) {
  if (l.kind != "matmul" || net.buffers[l.inputs[1].buffer].use != role::constant || w.parts.empty() || w.parts.back() < 2) return true;
  return is_result ? false : input != 0 || last_axis_is_one_run(w);
}

/// @param by_choice  also what could be had otherwise: rows by constants that lie together
bool takes(lowered_network const& net, lowered_layer const& l, view const& v, bool is_result, int input, bool by_choice = true) {
  if (net.buffers[v.buffer].use == role::constant) return true;
  auto const r = resolve(net, v);
  if (!r) return false;
  for (std::size_t a = 0; a < r->window.parts.size(); ++a)
    if (r->window.parts[a] > 1 && must_be_one_part(l, is_result, input, a)) return false;
  return !by_choice || lies_in_rows(net, l, r->window, is_result, input);
}

lowered_layer copy_layer(std::string const& name, view const& from, view const& to, element type) {
  lowered_layer c;
  c.kind = "copy";
  c.name = name;
  c.inputs = {from};
  c.result = to;
  c.result_type = type;
  return c;
}

/// Takes back what gave a buffer its layout; false when nothing did.
bool take_back(lowered_network& net, int b) {
  buffer& x = net.buffers[b];
  if (x.inside) {
    auto const part = *x.inside;
    x.inside.reset();
    x.order.clear();
    std::size_t last = 0;
    for (std::size_t i = 0; i < net.layers.size(); ++i)
      if (net.layers[i].result.buffer == b) last = i;
    net.layers.insert(net.layers.begin() + static_cast<long>(last) + 1, copy_layer(x.name + "_part", part.shown, part.place, x.type));
    return true;
  }
  if (!x.order.empty()) {
    x.order.clear();
    return true;
  }
  return false;
}
}  // namespace

void finish(lowering& l) {
  lowered_network& net = l.net;
  std::erase_if(net.layers, [](lowered_layer const& x) { return x.dropped; });
  for (state_pair const& s : net.states) {
    auto const& at = net.values[s.output].at;
    if (at && at->buffer == s.buffer && *at == l.whole(s.buffer)) continue;
    l.found.error(4204, "cache {}: what comes out as {} is not the joined cache itself; leave it unchanged, or do not say --state", l.g.of(s.input).name, l.g.of(s.output).name);
  }
  auto const is_state_output = [&](int o) {
    return std::any_of(net.states.begin(), net.states.end(), [&](state_pair const& s) { return s.output == o; });
  };
  for (int o : l.g.outputs) {
    if (is_state_output(o) || !net.values[o].at) continue;
    node made;
    made.name = l.g.of(o).name + "_out";
    made.inputs = {o};
    made.outputs = {o};
    view v = l.in(made, 0);
    if (elements_of(v.shape()) == 0) continue;
    buffer const& b = net.buffers[v.buffer];
    if (b.use != role::scratch || b.inside || !is_bijection(v, b.elements())) {
      int const out = l.new_buffer(made, b.type, v.shape());
      net.layers.push_back(copy_layer(made.name, v, l.whole(out), net.buffers[out].type));
      v = l.whole(out);
    }
    buffer& out = net.buffers[v.buffer];
    std::vector<std::int64_t> strides;
    for (auto const& a : row_major(v.shape())) strides.push_back(a.stride);
    out.use = role::output;
    out.name = l.g.of(o).name;
    out.order = layout_from(v, strides);
    out.declared = v.shape();
    (l.g.of(o).is_input ? net.values[o].as_output : net.values[o].at) = v;
  }
  // Every operand must be sayable by strides. What asked for the layout gives way, one thing at a time.
  std::size_t const most_rounds = 4 * net.buffers.size() + 4 * net.layers.size() + 16;
  std::size_t rounds = 0;
  for (bool again = true; again;) {
    again = false;
    if (++rounds > most_rounds) {
      l.found.error(4270, "after {} copies some operands still cannot be addressed by strides; report this", rounds);
      return;
    }
    for (std::size_t i = 0; i < net.layers.size() && !again; ++i) {
      lowered_layer const& x = net.layers[i];
      auto const mend = [&](view const& v, bool is_result, int input) {
        if (again || takes(net, x, v, is_result, input)) return;
        for (int b = v.buffer; b >= 0 && !again;) {
          int const up = net.buffers[b].inside ? net.buffers[b].inside->buffer : -1;
          if (net.buffers[b].use == role::output) {
            // The user's layout stands: the layer writes a tensor of its own, which is copied as the user sees it: so
            // the output is dense, and the new tensor, dense in its own order, is seen by the output's strides.
            view shown{b, 0, row_major(net.buffers[b].shape)};
            for (int o : l.g.outputs)
              if (net.values[o].at && net.values[o].at->buffer == b) {
                shown = *net.values[o].at;
                break;
              }
            int const scratch = static_cast<int>(net.buffers.size());
            buffer fresh = net.buffers[b];
            fresh.use = role::scratch;
            fresh.order.clear();
            fresh.declared.clear();
            fresh.name += "_made";
            net.buffers.push_back(std::move(fresh));
            for (auto& layer : net.layers) {
              for (auto& in : layer.inputs)
                if (in.buffer == b) in.buffer = scratch;
              if (layer.result.buffer == b) layer.result.buffer = scratch;
              for (auto* extra : {&layer.bias, &layer.mask, &layer.requant.mul, &layer.requant.add})
                if (*extra && (*extra)->buffer == b) (*extra)->buffer = scratch;
            }
            view from = shown;
            from.buffer = scratch;
            net.layers.push_back(copy_layer(net.buffers[b].name + "_out", from, shown, net.buffers[b].type));
            again = true;
          } else {
            again = take_back(net, b);
          }
          b = up;
        }
        if (!again && !takes(net, x, v, is_result, input, false)) {
          l.found.error(4270, "layer {}: an operand of {} axes cannot be addressed by strides; insert a copy in the network", x.name, v.axes.size());
        }
      };
      for (std::size_t k = 0; k < x.inputs.size() && !again; ++k) mend(x.inputs[k], false, static_cast<int>(k));
      if (!again) mend(x.result, true, 0);
      for (auto const* extra : {&x.bias, &x.mask, &x.requant.mul, &x.requant.add})
        if (!again && *extra) mend(**extra, false, 9);
    }
    if (l.found.failed()) return;
  }
}
}  // namespace deeploy::import
