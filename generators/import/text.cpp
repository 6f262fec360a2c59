// SPDX-License-Identifier: Apache-2.0
// model.hpp: a named struct per tensor and per layer, as an engineer would write them.
#include <algorithm>
#include <deeploy/version.hpp>
#include <generators/import/text.hpp>

namespace deeploy::import {
namespace {
std::string list(dims const& values) { return fmt::format("{{{}}}", fmt::join(values, ", ")); }

std::string requant_text(requantisation const& q, bool scaled) {
  std::string t;
  auto const add = [&](char const* name, std::int64_t value, std::int64_t otherwise) {
    if (value != otherwise) t += fmt::format("{}.{} = {}", t.empty() ? "" : ", ", name, value);
  };
  add("shift", q.shift, 0);
  if (!scaled) add("mul", q.mul, 1), add("add", q.add, 0);
  add("zero", q.zero, 0);
  add("low", q.low, -128);
  add("high", q.high, 127);
  return "{" + t + "}";
}

class header {
 public:
  header(lowering const& l, written_network const& w) : l_(l), w_(w) {
    for (written_tensor const& t : w.tensors) shape_[t.name] = t.shape;
    for (stored_constant const& c : w.constants) shape_[c.name] = c.shape;
  }

  /// An operand's axes `which` (of the layer), or its own when the layer has a fixed form.
  std::string operand(written_operand const& o, written_layer const& y, std::vector<int> const& which, bool fixed) const {
    dims of, stride;
    std::vector<int> parts;
    bool split = false;
    auto const axis = [&](axis_parts const& p, std::int64_t length) {
      if (p.empty()) {
        of.push_back(length), stride.push_back(0), parts.push_back(1);
        return;
      }
      for (view_axis const& x : p) of.push_back(x.length), stride.push_back(x.stride);
      parts.push_back(static_cast<int>(p.size()));
      split = split || p.size() > 1;
    };
    if (fixed) {
      for (std::size_t a = 0; a < o.axes.size(); ++a) axis(o.axes[a], o.own[a]);
    } else {
      bool begun = false;
      for (int a : which) {
        begun = begun || !o.axes[a].empty();
        if (begun || a == which.back() || (y.from->form == axes_form::matrix && a + 3 >= static_cast<int>(y.lengths.size()))) axis(o.axes[a], 1);
      }
    }
    if (of.empty()) of.push_back(1), stride.push_back(0), parts.push_back(1);
    // The tensor itself, when that is what the window shows.
    dims const& whole = shape_.at(o.tensor);
    bool same = !split && o.offset == 0 && of == whole;
    std::int64_t dense = 1;
    for (std::size_t i = of.size(); same && i-- > 0;) {
      same = of[i] == 1 || stride[i] == dense;
      dense *= of[i];
    }
    if (same) return o.tensor;
    std::string t = fmt::format("view<{}, {{", o.tensor);
    if (o.offset != 0) t += fmt::format(".offset = {}, ", o.offset);
    t += fmt::format(".of = {}, .stride = {}", list(of), list(stride));
    if (split) t += fmt::format(", .parts = {{{}}}", fmt::join(parts, ", "));
    return t + "}>";
  }

  std::string layer(written_layer const& y) const {
    lowered_layer const& x = *y.from;
    bool const fixed = x.form == axes_form::fixed;
    int const rank = static_cast<int>(y.lengths.size());
    std::vector<int> all;
    for (int a = 0; a < rank; ++a) all.push_back(a);
    std::vector<int> of_result = all;
    std::vector<std::vector<int>> of_input(y.inputs.size(), all);
    if (x.form == axes_form::matrix) {
      of_result.pop_back();
      of_input[0].erase(of_input[0].end() - 2);
      std::vector<int> b(all.begin(), all.end() - 3);
      b.insert(b.end(), {rank - 1, rank - 2});
      of_input[1] = b;
    }
    std::string t = fmt::format("struct {} : op::{}<{}", y.name, x.kind, y.name);
    for (std::size_t i = 0; i < y.inputs.size(); ++i) t += ", " + operand(y.inputs[i], y, of_input[i], fixed);
    t += ", " + result(y, of_result, fixed);
    std::string params;
    auto const add = [&](std::string const& name, std::string const& value) { params += fmt::format("{}.{} = {}", params.empty() ? "" : ", ", name, value); };
    for (auto const& [name, value] : x.params) {
      if (x.form == axes_form::reduction && name == "half_away") continue;
      add(name, value);
    }
    if (x.form == axes_form::reduction) {
      add("reduced", std::to_string(y.reduced));
      for (auto const& [name, value] : x.params)
        if (name == "half_away") add(name, value);
    }
    if (!x.per_axis.empty()) add("before", list(x.per_axis));
    for (auto const& [name, q] : x.before) add(name, requant_text(q, false));
    bool const has_result = x.kind != "copy" && x.kind != "pad" && x.kind != "gather";
    if (has_result && x.requant.q.present) add("result", requant_text(x.requant.q, x.requant.mul.has_value()));
    if (!params.empty() || y.bias || y.mul) {
      if (x.kind != "gather") t += ",\n    {" + params + "}";
    }
    if (y.bias) t += ", bias<" + operand(*y.bias, y, of_result, fixed) + ">";
    if (y.mask) t += ", mask<" + operand(*y.mask, y, of_result, fixed) + ">";
    if (y.mul) t += ", scale<" + operand(*y.mul, y, of_result, fixed) + ", " + operand(*y.add, y, of_result, fixed) + ">";
    return t + "> {};\n";
  }

 private:
  /// The result shows every axis, also those of length one.
  std::string result(written_layer const& y, std::vector<int> const& which, bool fixed) const {
    if (fixed) return operand(y.result, y, which, true);
    written_operand o = y.result;
    dims own;
    std::vector<axis_parts> axes;
    for (int a : which) {
      axes.push_back(o.axes[a]);
      std::int64_t n = 1;
      for (view_axis const& p : o.axes[a]) n *= p.length;
      own.push_back(n);
    }
    o.axes = axes;
    o.own = own;
    return operand(o, y, {}, true);
  }

  lowering const& l_;
  written_network const& w_;
  std::map<std::string, dims> shape_;
};
}  // namespace

std::string model_header(lowering const& l, written_network const& w, std::string const& file) {
  header h(l, w);
  std::string t = fmt::format(
      "// Generated by deeploy {}.{}.{} from {}: {} layers, {} tensors, {} constants.\n"
      "// What the network computes; where and when is in plan.hpp. To change it, import again.\n"
      "#pragma once\n#include <deeploy/model.hpp>\n\n"
      "static_assert(deeploy::format_version == {}, \"[DPL-3001] this header has another format than the library; import the network again\");\n\n"
      "namespace model::{} {{\nusing namespace deeploy;\n\n",
      DEEPLOY_VERSION_MAJOR, DEEPLOY_VERSION_MINOR, DEEPLOY_VERSION_PATCH, file, w.layers.size(), w.tensors.size(), w.constants.size(),
      format_version, l.net.name);
  for (stored_constant const& c : w.constants)
    t += fmt::format("struct {0} : constant<{0}, {1}, shape<{2}>, image_place{{{3}, {4:#018x}}}> {{}};\n", c.name, name_of(c.type),
                     fmt::join(c.shape, ", "), c.offset, c.digest);
  if (!w.constants.empty()) t += "\n";
  for (written_tensor const& x : w.tensors) {
    buffer const& b = l.net.buffers[x.buffer];
    static constexpr char const* roles[] = {"", ", role::input", ", role::output", ", role::state", ""};
    t += fmt::format("struct {0} : tensor<{0}, {1}, shape<{2}>{3}> {{}};\n", x.name, name_of(b.type), fmt::join(x.shape, ", "), roles[static_cast<int>(b.use)]);
  }
  t += "\n";
  for (written_layer const& y : w.layers) t += h.layer(y);
  t += "\nstruct network : deeploy::network<network";
  for (written_layer const& y : w.layers) t += ",\n    " + y.name;
  return t + "> {};\n}  // namespace model::" + l.net.name + "\n";
}

std::string constants_image(written_network& w) {
  std::string image;
  for (stored_constant& c : w.constants) {
    while (image.size() % 4 != 0) image.push_back('\0');
    c.offset = static_cast<std::int64_t>(image.size());
    std::uint64_t digest = 14695981039346656037ULL;
    bytes const each = size_of(c.type);
    for (std::int64_t v : c.values)
      for (int i = 0; i < each; ++i) {
        auto const byte = static_cast<unsigned char>(static_cast<std::uint64_t>(v) >> (8 * i));
        image.push_back(static_cast<char>(byte));
        digest = (digest ^ byte) * 1099511628211ULL;
      }
    c.digest = digest;
  }
  return image;
}
}  // namespace deeploy::import
