// SPDX-License-Identifier: Apache-2.0
// Inputs with their types, and caches that go in and come out longer.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <generators/import/lower.hpp>

namespace deeploy::import {
namespace {
/// Operators that exist on integers only: their presence says that the network is quantised.
bool is_integer_operator(std::string const& type) {
  static char const* const types[] = {"RequantShift", "iSoftmax", "ITAMax", "ITAPartialMax", "iLayerNorm", "iRMSNorm", "iGELU", "iHardswish",
                                      "iNoNorm", "TrueIntegerDiv", "IntegerDiv", "IntegerMean", "MatMulInteger", "ConvInteger"};
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}
std::string names_of(graph const& g, std::vector<int> const& ids) {
  std::string names;
  for (int id : ids) names += (names.empty() ? "" : ", ") + g.of(id).name;
  return names.empty() ? "none" : names;
}

bool all_numbers(node const& n) {
  return std::all_of(n.attributes.begin(), n.attributes.end(), [](auto const& a) {
    return std::all_of(a.second.numbers.begin(), a.second.numbers.end(), [](double x) { return x == std::floor(x); }) && a.second.text.empty();
  });
}
}  // namespace

/// The input or output of that name; -1 when there is none.
int lowering::value_named(std::vector<int> const& of, std::string const& name) const {
  for (int id : of)
    if (g.of(id).name == name) return id;
  return -1;
}

/// The output that a Concat's result reaches through nodes that change nothing; -1 when there is none.
int lowering::output_behind(int concat, element type) const {
  for (int v = g.nodes[concat].outputs.empty() ? -1 : g.nodes[concat].outputs[0]; v >= 0;) {
    if (g.of(v).is_output) return v;
    int next = -1;
    for (int c : g.of(v).consumers) {
      node const& n = g.nodes[c];
      if (n.outputs.empty()) continue;
      if (n.type == "Identity") next = n.outputs[0];
      if (n.type == "RequantShift" && all_numbers(n) && n.inputs.size() == 3 && g.is_constant(n.inputs[1]) && g.is_constant(n.inputs[2])) {
        auto const &mul = *g.of(n.inputs[1]).constant, &add = *g.of(n.inputs[2]).constant;
        bool const neutral = mul.elements() == 1 && add.elements() == 1 && mul.integral && add.integral && add.integers[0] == 0 &&
                             mul.integers[0] == n.integer("div", 0) && n.integer("n_levels_out", n.integer("n_levels", 256)) == 256;
        bool const keeps_type = type == (n.integer("signed", 1) != 0 ? element::i8 : element::u8);
        if (neutral && keeps_type) next = n.outputs[0];
      }
    }
    v = next;
  }
  return -1;
}

void lowering::find_states() {
  auto const concat_of = [&](int input) -> int {
    if (g.of(input).consumers.size() != 1) return -1;
    int const c = g.of(input).consumers[0];
    return g.nodes[c].type == "Concat" ? c : -1;
  };
  auto const type_of_input = [&](int input) {
    auto const given = options_.types.find(g.of(input).name);
    return given == options_.types.end() ? element::i8 : given->second;
  };
  for (auto const& [in_name, out_name] : options_.states) {
    int const input = value_named(g.inputs, in_name), output = value_named(g.outputs, out_name);
    if (input < 0) found.error(4204, "--state {}={}: the network has no input {}; it has {}", in_name, out_name, in_name, names_of(g, g.inputs));
    if (output < 0) found.error(4204, "--state {}={}: the network has no output {}; it has {}", in_name, out_name, out_name, names_of(g, g.outputs));
    if (input < 0 || output < 0) continue;
    int const c = concat_of(input);
    if (c < 0 || output_behind(c, type_of_input(input)) != output)
      found.error(4204, "--state {}={}: {} does not go through one Concat, unchanged, to {}; only such a pair can share memory", in_name, out_name, in_name, out_name);
    else
      net.states.push_back({input, output, c, -1, true});
  }
  for (int input : g.inputs) {
    int const c = concat_of(input);
    if (c < 0 || (g.of(input).shape && elements_of(*g.of(input).shape) == 0)) continue;
    int const output = output_behind(c, type_of_input(input));
    // A cache grows by what the network computes; joining inputs is only that.
    bool const computed = std::all_of(g.nodes[c].inputs.begin(), g.nodes[c].inputs.end(), [&](int v) { return v == input || (v >= 0 && g.of(v).producer >= 0); });
    if (!computed) continue;
    bool const taken = std::any_of(net.states.begin(), net.states.end(),
                                   [&](state_pair const& s) { return s.output == output || s.input == input || s.concat == c; });
    if (output >= 0 && !taken) net.states.push_back({input, output, c, -1, false});
  }
}

/// The shapes around a Concat are known now: its cache becomes a window of a state, or an ordinary input after all.
void lowering::settle_states(node const& concat) {
  for (std::size_t i = 0; i < net.states.size(); ++i) {
    state_pair& s = net.states[i];
    if (&g.nodes[s.concat] != &concat) continue;
    dims const in = *g.of(s.input).shape;
    dims out = in;
    std::int64_t axis = concat.integer("axis", 0), start = 0;
    if (axis < 0) axis += static_cast<std::int64_t>(in.size());
    bool fits = axis >= 0 && axis < static_cast<std::int64_t>(in.size());
    bool before = true;
    for (int v : concat.inputs) {
      if (v == s.input) {
        before = false;
        continue;
      }
      if (!fits || v < 0 || !net.values[v].at || net.values[v].at->axes.size() != in.size()) {
        fits = false;
        break;
      }
      fits = fits && (net.values[v].at->buffer < 0 || type_of(*net.values[v].at) == input_type(s.input));
      out[axis] += net.values[v].at->axes[axis].length;
      if (before) start += net.values[v].at->axes[axis].length;
    }
    if (fits && out[axis] > in[axis]) {
      node source;
      source.outputs = {s.output};
      int const b = s.buffer = new_buffer(source, input_type(s.input), out);
      net.buffers[b].use = role::state;
      net.values[s.input].at = sliced(whole(b), static_cast<int>(axis), start, in[axis], 1);
      viewers[b].push_back(s.input);
    } else {
      if (s.asked) found.error(4204, "--state: {} does not come out of {} with more rows of its own type ({}); leave it out of --state", g.of(s.input).name, label(concat), name_of(input_type(s.input)));
      make_input(s.input);
      net.states.erase(net.states.begin() + static_cast<long>(i--));
    }
  }
}

element lowering::input_type(int id) const {
  auto const given = options_.types.find(g.of(id).name);
  if (given != options_.types.end()) return given->second;
  bool const quantised = std::any_of(g.nodes.begin(), g.nodes.end(), [](node const& n) { return is_integer_operator(n.type); });
  return quantised ? element::i8 : element::f32;
}

void lowering::make_input(int id) {
  node source;
  source.outputs = {id};
  if (elements_of(*g.of(id).shape) == 0) {
    view empty;
    for (std::int64_t d : *g.of(id).shape) empty.axes.push_back({d, 0});
    net.values[id].at = empty;
    return;
  }
  int const b = new_buffer(source, input_type(id), *g.of(id).shape);
  net.buffers[b].use = role::input;
  net.input_buffers.push_back(b);
  net.values[id].at = whole(b);
  viewers[b].push_back(id);
}

void lowering::check_types() const {
  for (auto const& [name, type] : options_.types)
    if (value_named(g.inputs, name) < 0)
      found.error(4205, "--type {}={}: the network has no input of that name; it has {}", name, name_of(type), names_of(g, g.inputs));
}

void lowering::make_inputs() {
  check_types();
  std::string assumed;
  element assumed_type = element::i8;
  for (int id : g.inputs) {
    if (!g.of(id).shape) continue;
    bool const empty = elements_of(*g.of(id).shape) == 0;
    element const type = input_type(id);
    if (!empty && options_.types.count(g.of(id).name) == 0) {
      assumed += (assumed.empty() ? "" : ", ") + g.of(id).name;
      assumed_type = type;
    }
    if (type == element::f32 && !empty)
      found.error(4113, "input {} is f32; no engine runs floating-point layers yet; quantise the network, or give its integer type with --type",
                  g.of(id).name);
    bool const may_be_state = std::any_of(net.states.begin(), net.states.end(), [&](state_pair const& s) { return s.input == id; });
    if (!may_be_state) make_input(id);
  }
  if (!assumed.empty())
    found.warn(4302, "the file does not tell the element types of its inputs; taken as {}: {}. A wrong type gives wrong results: say --type NAME=u8 or --inputs FILE.npz",
               name_of(assumed_type), assumed);
}

namespace {
bool is_reserved(std::string const& id) {
  static char const* const reserved[] = {
      "alignas", "alignof", "and", "asm", "auto", "bool", "break", "case", "catch", "char", "class", "concept", "const", "constexpr", "continue",
      "default", "delete", "do", "double", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
      "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "operator", "or", "private", "protected", "public", "register",
      "requires", "return", "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "throw", "true", "try", "typedef",
      "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while", "xor",
      // names that the generated header itself uses
      "deeploy", "model", "op", "tensor", "constant", "view", "shape", "bias", "scale", "mask", "role", "network", "i8", "u8", "i16", "u16", "i32", "f32",
      "upto", "window", "rounding", "std", "main", "linux", "unix"};
  return std::find_if(std::begin(reserved), std::end(reserved), [&](char const* r) { return id == r; }) != std::end(reserved);
}

std::string sanitised(std::string const& name) {
  std::string id;
  for (char c : name) {
    bool const good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (good)
      id += c;
    else if (!id.empty() && id.back() != '_')
      id += '_';
  }
  while (!id.empty() && id.back() == '_') id.pop_back();
  if (id.empty()) id = "x";
  if (id[0] >= '0' && id[0] <= '9') id = "x" + id;
  return id;
}
}  // namespace

std::string identifier(std::string const& name) {
  std::string const id = sanitised(name);
  return is_reserved(id) ? id + "_x" : id;
}

bool is_free_identifier(std::string const& name) { return !name.empty() && !is_reserved(sanitised(name)); }

std::string default_name(std::string const& path) {
  namespace fs = std::filesystem;
  std::string const stem = fs::path(path).stem().string();
  if (is_free_identifier(stem)) return stem;
  std::error_code problem;
  std::string const folder = fs::absolute(path, problem).lexically_normal().parent_path().filename().string();
  return is_free_identifier(folder) ? folder : "my_" + (stem.empty() ? "network" : stem);
}
}  // namespace deeploy::import
