// SPDX-License-Identifier: Apache-2.0
// model.json: which tensor holds which value of the graph, for comparing, packing inputs and unpacking outputs.
#include <generators/import/text.hpp>
#include <nlohmann/json.hpp>

namespace deeploy::import {
namespace {
using json = nlohmann::ordered_json;

/// Where a value lies: tensor, offset and per axis the dimensions (length, stride).
json location(lowering const& l, written_network const& w, view const& v) {
  auto const r = resolve(l.net, v);
  if (!r || w.tensor_name.count(r->root) == 0) return {};
  json axes = json::array();
  std::size_t d = 0;
  for (int parts : r->window.parts) {
    json axis = json::array();
    for (int i = 0; i < parts; ++i, ++d) axis.push_back({r->window.dimensions[d].length, r->window.dimensions[d].stride});
    axes.push_back(axis);
  }
  return {{"tensor", w.tensor_name.at(r->root)}, {"type", name_of(l.net.buffers[r->root].type)}, {"offset", r->window.offset}, {"axes", axes}};
}

json interface_value(lowering const& l, written_network const& w, int id, std::optional<view> const& at) {
  json j{{"name", l.g.of(id).name}, {"shape", at ? at->shape() : *l.g.of(id).shape}};
  bool const empty = !at || elements_of(at->shape()) == 0;
  j["empty"] = empty;
  if (!empty) j["at"] = location(l, w, *at);
  return j;
}
}  // namespace

std::string model_json(lowering const& l, written_network const& w, std::string const& file) {
  json j{{"name", l.net.name}, {"network", "model::" + l.net.name + "::network"}, {"file", file}};
  j["inputs"] = json::array();
  j["outputs"] = json::array();
  for (int id : l.g.inputs) j["inputs"].push_back(interface_value(l, w, id, l.net.values[id].at));
  for (int id : l.g.outputs) {
    traced_value const& t = l.net.values[id];
    j["outputs"].push_back(interface_value(l, w, id, t.as_output ? t.as_output : t.at));
  }
  for (state_pair const& s : l.net.states) j["states"].push_back({{"input", l.g.of(s.input).name}, {"output", l.g.of(s.output).name}});
  j["tensors"] = json::array();
  for (written_tensor const& t : w.tensors) {
    buffer const& b = l.net.buffers[t.buffer];
    static constexpr char const* roles[] = {"scratch", "input", "output", "state", "constant"};
    j["tensors"].push_back({{"name", t.name}, {"type", name_of(b.type)}, {"elements", b.elements()}, {"role", roles[static_cast<int>(b.use)]}});
  }
  // Values between: each in a tensor, or gone into a layer. In the order of the graph, so that the first that differs is the
  // first that went wrong.
  j["values"] = json::object();
  std::vector<int> ids;
  for (node const& n : l.g.nodes) ids.insert(ids.end(), n.outputs.begin(), n.outputs.end());
  for (int id : ids) {
    if (id < 0) continue;
    value const& v = l.g.of(id);
    traced_value const& t = l.net.values[id];
    if (v.constant || v.is_input) continue;
    if (t.fused || t.factor != 1 || !t.at) {
      j["values"][v.name] = "fused";
      continue;
    }
    if (elements_of(t.at->shape()) == 0 || l.is_constant(*t.at)) continue;
    json const at = location(l, w, *t.at);
    if (!at.is_null()) j["values"][v.name] = at;
  }
  // Layers made of several, and what --no-fuse calls them.
  j["fused"] = json::object();
  for (written_layer const& y : w.layers)
    if (y.from->of_several) j["fused"][y.name] = y.from->name;
  j["warnings"] = json::array();
  for (message const& m : l.found.warnings()) j["warnings"].push_back(fmt::format("[DPL-{}] {}", m.code, m.text));
  // Names may be no UTF-8; JSON must.
  return j.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}
}  // namespace deeploy::import
