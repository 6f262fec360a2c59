// SPDX-License-Identifier: Apache-2.0
// The only file that knows ONNX's library. Any operator set that parses is read; meaning is ours.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <generators/import/onnx_reader.hpp>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>
#include <stdexcept>

namespace deeploy::import {
namespace {
namespace fs = std::filesystem;

std::int64_t whole_number(std::string const& text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) throw std::invalid_argument(text);
  return std::stoll(text);
}

/// Bytes of a tensor whose data lies in another file, which must be inside of the model's folder.
bool external_bytes(onnx::TensorProto const& t, fs::path const& folder, std::string& raw, diagnostics& found) {
  std::string location;
  std::int64_t offset = 0, length = -1;
  for (auto const& entry : t.external_data()) {
    try {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = whole_number(entry.value());
      if (entry.key() == "length") length = whole_number(entry.value());
    } catch (std::exception const&) {
      found.error(4107, "tensor {}: external data has {} '{}', which is no number of bytes; export it again", t.name(), entry.key(), entry.value());
      return false;
    }
  }
  std::error_code problem;
  fs::path const base = fs::weakly_canonical(folder.empty() ? fs::path(".") : folder, problem);
  fs::path const file = fs::weakly_canonical(base / location, problem);
  auto const inside = std::mismatch(base.begin(), base.end(), file.begin(), file.end()).first == base.end();
  if (location.empty() || fs::path(location).is_absolute() || !inside) {
    found.error(4107, "tensor {}: external data '{}' is not inside of the model's folder; move it there", t.name(), location);
    return false;
  }
  bool const is_file = fs::is_regular_file(file, problem);
  std::ifstream in;
  if (is_file) in.open(file, std::ios::binary | std::ios::ate);
  std::int64_t const size = is_file && in ? static_cast<std::int64_t>(in.tellg()) : -1;
  if (size < 0) {
    found.error(4107, "tensor {}: external data '{}' {}; put it beside the model", t.name(), location, fs::exists(file, problem) ? "cannot be read" : "does not exist");
    return false;
  }
  if (length < 0) length = size - offset;
  if (offset < 0 || length < 0 || offset > size || length > size - offset) {
    found.error(4107, "tensor {}: external data '{}' has {} bytes, {} from byte {} on are asked; export it again", t.name(), location, size, length, offset);
    return false;
  }
  raw.resize(static_cast<std::size_t>(length));
  in.seekg(offset);
  in.read(raw.data(), length);
  if (!in) found.error(4107, "tensor {}: external data '{}' cannot be read; put it beside the model", t.name(), location);
  return static_cast<bool>(in);
}

template <class T>
void take_raw(std::string const& raw, std::vector<double>& reals, std::vector<std::int64_t>& integers, bool& integral) {
  std::size_t const n = raw.size() / sizeof(T);
  for (std::size_t i = 0; i < n; ++i) {
    T x;
    std::memcpy(&x, raw.data() + i * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>)
      reals.push_back(static_cast<double>(x));
    else
      integers.push_back(static_cast<std::int64_t>(x));
  }
  integral = !std::is_floating_point_v<T>;
}

bool possible(dims const& shape) {
  return shape.size() <= most_axes && std::all_of(shape.begin(), shape.end(), [](std::int64_t d) { return d >= 0; }) &&
         elements_of(shape) <= most_elements;
}

std::string type_name(int type) {
  std::string const name = onnx::TensorProto::DataType_IsValid(type) ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type)) : "";
  return name.empty() ? fmt::format("number {}", type) : name;
}

std::optional<constant_data> read_tensor(onnx::TensorProto const& t, fs::path const& folder, diagnostics& found) {
  constant_data c;
  c.name = t.name();
  std::int64_t count = 1;
  for (std::int64_t d : t.dims()) c.shape.push_back(d);
  if (!possible(c.shape)) {
    found.error(4108, "tensor {} has the shape [{}]; extents must be 0 or more, at most {} of them, {} elements at most", t.name(),
                fmt::join(c.shape, ", "), most_axes, most_elements);
    return std::nullopt;
  }
  count = elements_of(c.shape);
  std::string raw = t.raw_data();
  bool const external = t.data_location() == onnx::TensorProto::EXTERNAL;
  if (external && !external_bytes(t, folder, raw, found)) return std::nullopt;
  std::vector<double> reals;
  bool integral = true;
  bool const has_raw = !raw.empty() || external;
  using P = onnx::TensorProto;
  switch (t.data_type()) {
    case P::FLOAT:
      if (has_raw) take_raw<float>(raw, reals, c.integers, integral);
      else reals.assign(t.float_data().begin(), t.float_data().end()), integral = false;
      break;
    case P::DOUBLE:
      if (has_raw) take_raw<double>(raw, reals, c.integers, integral);
      else reals.assign(t.double_data().begin(), t.double_data().end()), integral = false;
      break;
    case P::INT64:
      if (has_raw) take_raw<std::int64_t>(raw, reals, c.integers, integral);
      else c.integers.assign(t.int64_data().begin(), t.int64_data().end());
      break;
    case P::UINT64:
    case P::UINT32:
      if (has_raw && t.data_type() == P::UINT32) take_raw<std::uint32_t>(raw, reals, c.integers, integral);
      else if (has_raw) take_raw<std::uint64_t>(raw, reals, c.integers, integral);
      else c.integers.assign(t.uint64_data().begin(), t.uint64_data().end());
      break;
    case P::INT32:
    case P::INT16:
    case P::UINT16:
    case P::INT8:
    case P::UINT8:
    case P::BOOL:
      if (!has_raw) c.integers.assign(t.int32_data().begin(), t.int32_data().end());
      else if (t.data_type() == P::INT32) take_raw<std::int32_t>(raw, reals, c.integers, integral);
      else if (t.data_type() == P::INT16) take_raw<std::int16_t>(raw, reals, c.integers, integral);
      else if (t.data_type() == P::UINT16) take_raw<std::uint16_t>(raw, reals, c.integers, integral);
      else if (t.data_type() == P::INT8) take_raw<std::int8_t>(raw, reals, c.integers, integral);
      else take_raw<std::uint8_t>(raw, reals, c.integers, integral);
      break;
    default:
      found.error(4109, "tensor {} has element type {}, which is not supported; use float32 or an integer type", t.name(),
                  type_name(t.data_type()));
      return std::nullopt;
  }
  auto const got = static_cast<std::int64_t>(integral ? c.integers.size() : reals.size());
  if (got != count) {
    found.error(4108, "tensor {} has {} values, its shape [{}] asks for {}; export it again", t.name(), got, fmt::join(c.shape, ", "), count);
    return std::nullopt;
  }
  if (!integral) {
    integral = std::all_of(reals.begin(), reals.end(), [](double x) { return std::fabs(x) < 9e15 && x == std::floor(x); });
    if (integral)
      for (double x : reals) c.integers.push_back(static_cast<std::int64_t>(x));
    else
      c.reals = std::move(reals);
  }
  c.integral = integral;
  return c;
}

attribute read_attribute(onnx::AttributeProto const& a, fs::path const& folder, diagnostics& found) {
  attribute r;
  using P = onnx::AttributeProto;
  auto const push = [&](double x) {
    r.numbers.push_back(x);
    r.integers.push_back(std::isfinite(x) && std::fabs(x) < 9e18 ? static_cast<std::int64_t>(std::llround(x)) : 0);
  };
  // Files of the first versions do not say the kind: what is there tells.
  auto const kind = a.type() != P::UNDEFINED ? a.type() : a.ints_size() > 0 ? P::INTS : a.floats_size() > 0 ? P::FLOATS : a.has_t() ? P::TENSOR
                    : a.has_s() ? P::STRING : a.has_i() ? P::INT : a.has_f() ? P::FLOAT : P::UNDEFINED;
  switch (kind) {
    case P::INT: r.numbers.push_back(static_cast<double>(a.i())), r.integers.push_back(a.i()); break;
    case P::FLOAT: push(static_cast<double>(a.f())); break;
    case P::INTS:
      r.is_list = true;
      for (std::int64_t x : a.ints()) r.numbers.push_back(static_cast<double>(x)), r.integers.push_back(x);
      break;
    case P::FLOATS:
      r.is_list = true;
      for (float x : a.floats()) push(static_cast<double>(x));
      break;
    case P::STRING: r.text = a.s(); break;
    case P::TENSOR:
      r.tensor = read_tensor(a.t(), folder, found);
      if (r.tensor && r.tensor->integral)
        for (std::int64_t x : r.tensor->integers) r.numbers.push_back(static_cast<double>(x)), r.integers.push_back(x);
      else if (r.tensor)
        for (double x : r.tensor->reals) push(x);
      break;
    default: break;
  }
  return r;
}

/// The shape that the file declares, if it does; a dimension by name or missing is reported.
std::optional<dims> declared_shape(onnx::ValueInfoProto const& v, bool must, diagnostics& found) {
  if (!v.type().has_tensor_type() || !v.type().tensor_type().has_shape()) {
    if (must) found.error(4110, "input {} has no {}; declare its shape in the file, e.g. when exporting", v.name(), v.type().has_tensor_type() ? "shape" : "tensor type");
    return std::nullopt;
  }
  dims shape;
  bool fixed = true;
  for (int i = 0; i < v.type().tensor_type().shape().dim_size(); ++i) {
    auto const& d = v.type().tensor_type().shape().dim(i);
    bool const known = d.value_case() == onnx::TensorShapeProto::Dimension::kDimValue && d.dim_value() >= 0;
    if (!known && must)
      found.error(4111, "input {}: dimension {} is dynamic ({}); fix it when exporting, or with "
                  "onnx.tools.update_model_dims.update_inputs_outputs_dims", v.name(), i,
                  d.value_case() == onnx::TensorShapeProto::Dimension::kDimParam ? d.dim_param()
                  : d.value_case() == onnx::TensorShapeProto::Dimension::kDimValue ? std::to_string(d.dim_value()) : std::string("no value"));
    fixed = fixed && known;
    shape.push_back(d.dim_value());
  }
  if (!fixed) return std::nullopt;
  if (must && !possible(shape)) {
    found.error(4272, "input {} is [{}]; supported are {} axes and {} elements", v.name(), fmt::join(shape, ", "), most_axes, most_elements);
    return std::nullopt;
  }
  return shape;
}
}  // namespace

graph read_onnx(std::string const& path, diagnostics& found) {
  graph g;
  g.name = fs::path(path).stem().string();
  std::error_code problem;
  auto const status = fs::status(path, problem);
  std::ifstream in;
  if (fs::is_regular_file(status)) in.open(path, std::ios::binary);
  if (!in.is_open()) {
    found.error(4101, "{} {}; give the path of an .onnx file", path,
                !fs::exists(status) ? "does not exist" : fs::is_directory(status) ? "is a folder" : fs::is_regular_file(status) ? "cannot be read" : "is no file");
    return g;
  }
  std::string const content{std::istreambuf_iterator<char>(in), {}};
  onnx::ModelProto model;
  google::protobuf::io::ArrayInputStream stream(content.data(), static_cast<int>(std::min<std::size_t>(content.size(), 0x7fffffff)));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(0x7fffffff);
  google::protobuf::LogSilencer quiet;
  if (content.empty() || !model.ParseFromCodedStream(&coded) || !model.has_graph()) {
    found.error(4102, "{} is no ONNX model: {}; export it again", path,
                content.empty() ? "it is empty" : fmt::format("its {} bytes do not parse, it is cut off or something else", content.size()));
    return g;
  }
  if (model.graph().node_size() == 0) {
    found.error(4103, "{} has a graph without nodes; export it again", path);
    return g;
  }
  fs::path const folder = fs::path(path).parent_path();
  for (auto const& set : model.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") g.opset = static_cast<int>(set.version());

  std::map<std::string, int> ids;
  auto const id_of = [&](std::string const& name) {
    if (name.empty()) return -1;
    auto const [at, is_new] = ids.try_emplace(name, static_cast<int>(g.values.size()));
    if (is_new) {
      value v;
      v.name = name;
      g.values.push_back(std::move(v));
    }
    return at->second;
  };
  for (auto const& t : model.graph().initializer()) {
    int const id = id_of(t.name());
    if (id < 0) {
      found.error(4108, "an initializer has no name; give it one");
      continue;
    }
    if (g.of(id).constant) {
      found.error(4104, "initializer {} is there twice; give one of them another name", t.name());
      continue;
    }
    g.of(id).constant = read_tensor(t, folder, found);
    if (g.of(id).constant) g.of(id).shape = g.of(id).constant->shape;
  }
  if (model.graph().sparse_initializer_size() > 0) found.error(4109, "sparse initializers are not supported; store them dense");
  for (auto const& v : model.graph().input()) {
    int const id = id_of(v.name());
    if (id < 0 || g.of(id).constant) continue;  // an initializer that is listed as an input is a constant
    if (g.of(id).is_input) {
      found.error(4104, "input {} is declared twice; give one of them another name", v.name());
      continue;
    }
    g.of(id).is_input = true;
    g.of(id).shape = declared_shape(v, true, found);
    g.of(id).float_declared = v.type().tensor_type().elem_type() == onnx::TensorProto::FLOAT ||
                              v.type().tensor_type().elem_type() == onnx::TensorProto::DOUBLE;
    g.inputs.push_back(id);
  }
  for (auto const& v : model.graph().value_info())
    if (int const id = id_of(v.name()); id >= 0 && !g.of(id).shape) g.of(id).shape = declared_shape(v, false, found);
  for (auto const& v : model.graph().output()) {
    int const id = id_of(v.name());
    if (id < 0 || g.of(id).is_output) {
      found.error(4104, "an output {}; give each a name of its own", id < 0 ? "has no name" : v.name() + " is declared twice");
      continue;
    }
    g.of(id).is_output = true;
    if (!g.of(id).shape) g.of(id).shape = declared_shape(v, false, found);
    g.outputs.push_back(id);
  }
  if (g.outputs.empty()) found.error(4103, "{} has no output; export it again", path);
  for (auto const& n : model.graph().node()) {
    node x;
    x.type = n.op_type();
    x.domain = n.domain();
    x.name = n.name();
    for (auto const& name : n.input()) x.inputs.push_back(id_of(name));
    for (auto const& name : n.output()) x.outputs.push_back(id_of(name));
    while (!x.outputs.empty() && x.outputs.back() < 0) x.outputs.pop_back();
    for (auto const& a : n.attribute()) x.attributes[a.name()] = read_attribute(a, folder, found);
    if (x.name.empty() && !x.outputs.empty() && x.outputs[0] >= 0) x.name = x.type + "_" + g.of(x.outputs[0]).name;
    g.nodes.push_back(std::move(x));
  }
  return g;
}
}  // namespace deeploy::import
