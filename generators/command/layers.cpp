// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deeploy/crc.hpp>
#include <fmt/format.h>
#include <generators/command/flow.hpp>
#include <generators/command/layers.hpp>

namespace deeploy::command {
using json = nlohmann::ordered_json;
namespace {
/// A tensor as far as the expected values say it.
struct expected_tensor {
  std::string bytes;
  std::vector<bool> known;  ///< per element
  element type = element::i8;

  void take(json const& at, data::array const& values) {
    std::int64_t placed = 0;
    placement_of_value(at).for_each([&](std::int64_t i, std::int64_t place) {
      if (place >= static_cast<std::int64_t>(known.size()) || i >= values.elements()) return;
      double const x = data::value_at(values, i);
      if (!fits(x, type)) return;
      store_value(bytes, place, type, x);
      known[static_cast<std::size_t>(place)] = true;
      ++placed;
    });
    // Fewer or more values than there are places: not this tensor's.
    if (placed != values.elements()) known.assign(known.size(), false);
  }
  bool complete() const { return std::find(known.begin(), known.end(), false) == known.end(); }
  std::uint32_t checksum() const { return crc32_of(reinterpret_cast<u8 const*>(bytes.data()), bytes.size()); }
};
}  // namespace

layer_comparison::layer_comparison(json const& model, data::arrays const& expected, tensor_checksums const& checksums) : by_checksums_(!checksums.empty()) {
  std::map<std::string, expected_tensor> tensors;
  for (auto const& t : model.at("tensors")) {
    expected_tensor& x = tensors[t.at("name")];
    x.type = type_named(t.at("type"));
    x.known.resize(t.at("elements").get<std::size_t>());
    x.bytes.resize(x.known.size() * static_cast<std::size_t>(size_of(x.type)));
  }
  for (auto const& [name, at] : model.at("values").items()) {
    if (at.is_string()) {
      ++fused_;
      continue;
    }
    auto const found = expected.find(name);
    if (found == expected.end()) continue;
    values_.push_back({name, at, &found->second});
    if (found->second.type) tensors.at(at.at("tensor")).take(at, found->second);
  }
  for (auto const& [name, told] : checksums)
    if (auto const t = tensors.find(name); t != tensors.end() && t->second.complete())
      verdicts_[name] = t->second.checksum() == told ? verdict::equal : verdict::differs;
}

layer_comparison::verdict layer_comparison::of(std::string const& tensor) const {
  auto const found = verdicts_.find(tensor);
  return found == verdicts_.end() ? verdict::unknown : found->second;
}

std::vector<std::string> layer_comparison::unsettled() const {
  std::vector<std::string> names;
  bool shown = false;
  for (compared_value const& v : values_) {
    verdict const known = of(v.tensor());
    bool const first = known == verdict::differs && !shown;
    shown = shown || first;
    if ((known == verdict::unknown || first) && std::find(names.begin(), names.end(), v.tensor()) == names.end()) names.push_back(v.tensor());
  }
  return names;
}

bool layer_comparison::compare(std::string const& folder, json& report) const {
  std::int64_t compared = 0, differing = 0, unusable = 0;
  std::string first;
  for (compared_value const& v : values_) {
    data::array const& right = *v.expected;
    if (of(v.tensor()) == verdict::equal) {
      ++compared;
      continue;
    }
    auto const value = unpack_file(v.at, right.shape, folder);
    if (!value) {
      // Its values were not asked for when an earlier layer differs already.
      if (of(v.tensor()) == verdict::differs) ++compared, ++differing;
      continue;
    }
    if (value->elements() * size_of(*value->type) != static_cast<std::int64_t>(value->bytes.size()) || !right.type) {
      complain(4006, fmt::format("activations: array '{}' is {} [{}], the network makes {} elements of {}; it is not compared", v.name, data::type_text(right),
                                 fmt::join(right.shape, ", "), value->bytes.size() / static_cast<std::size_t>(size_of(*value->type)), name_of(*value->type)));
      ++unusable;
      continue;
    }
    ++compared;
    std::int64_t const n = count_different(*value, right);
    if (n == 0) continue;
    ++differing;
    if (!first.empty()) continue;
    first = v.name;
    std::int64_t i = 0;
    while (i + 1 < value->elements() && data::value_at(*value, i) == data::value_at(right, i)) ++i;
    fmt::print("first differing layer: {} (tensor {}), {} of {} elements; element {} is {}, expected {}\n", v.name, v.tensor(), n, value->elements(), i,
               data::value_at(*value, i), data::value_at(right, i));
  }
  fmt::print("layers: {} tensors compared, {} differ, {} fused away\n", compared, differing, fused_);
  report["compared"] = compared;
  report["differing"] = differing;
  report["fused"] = fused_;
  report["first_differing"] = first;
  if (by_checksums_) report["printed"] = unsettled();
  return differing == 0 && unusable == 0;
}
}  // namespace deeploy::command
