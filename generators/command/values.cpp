// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <fstream>
#include <generators/command/values.hpp>
#include <iterator>
#include <map>

namespace deeploy::command {
using json = nlohmann::ordered_json;

element type_named(std::string const& name) {
  for (element e : {element::i8, element::u8, element::i16, element::u16, element::i32, element::f32})
    if (name == name_of(e)) return e;
  return element::i8;
}

placement_of_value::placement_of_value(json const& at) : offset_(at.at("offset").get<std::int64_t>()) {
  for (auto const& axis : at.at("axes"))
    for (auto const& part : axis) parts_.push_back({part.at(0).get<std::int64_t>(), part.at(1).get<std::int64_t>()});
}

bool fits(double x, element type) {
  return type == element::f32 || (x >= static_cast<double>(lowest(type)) && x <= static_cast<double>(highest(type)) && x == std::floor(x));
}

void store_value(std::string& tensor, std::int64_t place, element type, double x) {
  auto const v = static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
  std::memcpy(tensor.data() + place * size_of(type), &v, static_cast<std::size_t>(size_of(type)));
}

std::optional<data::array> unpack(json const& at, std::vector<std::int64_t> const& shape, std::string const& bytes) {
  element const type = type_named(at.at("type"));
  static std::map<element, char const*> const numpy{{element::i8, "|i1"}, {element::u8, "|u1"}, {element::i16, "<i2"}, {element::u16, "<u2"}, {element::i32, "<i4"}, {element::f32, "<f4"}};
  data::array a;
  a.type = type;
  a.numpy_type = numpy.at(type);
  a.shape = shape;
  auto const each = static_cast<std::size_t>(size_of(type));
  bool complete = true;
  placement_of_value(at).for_each([&](std::int64_t, std::int64_t place) {
    if ((static_cast<std::size_t>(place) + 1) * each > bytes.size())
      complete = false;
    else
      a.bytes.append(bytes, static_cast<std::size_t>(place) * each, each);
  });
  if (!complete) return std::nullopt;
  return a;
}

std::optional<data::array> unpack_file(json const& at, std::vector<std::int64_t> const& shape, std::string const& folder) {
  std::ifstream in(folder + "/" + at.at("tensor").get<std::string>() + ".out", std::ios::binary);
  return unpack(at, shape, {std::istreambuf_iterator<char>(in), {}});
}

std::int64_t count_different(data::array const& a, data::array const& b) {
  if (!b.type || a.elements() != b.elements()) return a.elements();
  std::int64_t n = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) n += data::value_at(a, i) != data::value_at(b, i);
  return n;
}
}  // namespace deeploy::command
