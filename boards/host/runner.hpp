// SPDX-License-Identifier: Apache-2.0
// run_files<Net>(): runs a network on files, checked. What `deeploy validate` compiles and calls.
#pragma once
#include <cstdio>
#include <fstream>
#include <host/instance.hpp>
#include <iterator>
#include <string>
#include <vector>

namespace deeploy::host {
/// A checking machine that keeps tensors when they are finished, before anything overwrites them.
template <Network Net>
class keeping_machine : public checking_machine {
 public:
  using checking_machine::checking_machine;
  void step_ends(int s, step_record const&) {
    using plan = plan_of<Net>;
    for (int t = 0; t < graph<Net>::tensor_count; ++t) {
      if (last_writer(t) != s) continue;
      place const& p = plan::tensors[t];
      u8 const* const at = base(address(p.memory, p.where, 0).base()) + p.offset;
      kept[t].assign(at, at + graph<Net>::tensors.of[t]->size_bytes());
    }
  }
  std::vector<u8> kept[graph<Net>::tensor_count];

 private:
  static int last_writer(int t) {
    int last = -1, s = 0;
    for (step const& x : plan_of<Net>::steps) {
      for (int o = 0; o < max_operands; ++o)
        if (graph<Net>::tensor(x.layer, o) == t && graph<Net>::layer(x.layer).with[o].way == direction::out) last = s;
      ++s;
    }
    return last;
  }
};

namespace detail {
inline bool read_file(std::string const& path, std::string& content) {
  std::ifstream in(path, std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(in), {});
  return static_cast<bool>(in) || in.eof();
}
/// kws of model::kws::x: the last part of a name.
inline std::string short_name(deeploy::detail::text t) {
  std::string name(t.begin, static_cast<std::size_t>(t.length));
  auto const colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}
}  // namespace detail

/// Reads weights_<memory>.bin and <tensor>.in from a folder, runs, writes <tensor>.out there: outputs and states, or, with
/// --layers, everything that layers write. Runs twice on memories that held different bytes before: a result that depends on
/// what nobody wrote is an error.
template <Network Net>
int run_files(int argument_count, char** arguments) {
  std::string const folder = argument_count > 1 ? arguments[1] : ".";
  bool const layers = argument_count > 2 && std::string(arguments[2]) == "--layers";
  using g = graph<Net>;
  std::vector<u8> first[g::tensor_count];
  for (int round = 0; round < 2; ++round) {
    instance<Net, keeping_machine<Net>> net(round == 0 ? 0x5B : 0xE4);
    for (int m = 0; m < memory_count<board::host>; ++m) {
      if (plan_of<Net>::memories[m].used[0] == 0) continue;
      std::string image;
      std::string const path = folder + "/weights_" + board::host::memories[m].name + ".bin";
      if (!detail::read_file(path, image)) {
        std::fprintf(stderr, "[DPL-6006] %s cannot be read\n", path.c_str());
        return 2;
      }
      if (image_status const s = net.load(image.data(), image.size()); s != image_status::good) {
        std::fprintf(stderr, "[DPL-%d] %s is not the image of this plan\n", static_cast<int>(s), path.c_str());
        return 2;
      }
    }
    for (int t = 0; t < g::tensor_count; ++t) {
      role const use = g::tensors.of[t]->use;
      if (use != role::input && use != role::state) continue;
      std::string values;
      std::string const path = folder + "/" + detail::short_name(g::tensors.of[t]->name) + ".in";
      if (!detail::read_file(path, values)) continue;
      if (values.size() != static_cast<std::size_t>(g::tensors.of[t]->size_bytes())) {
        std::fprintf(stderr, "[DPL-6007] %s has %zu bytes, the tensor %d\n", path.c_str(), values.size(), g::tensors.of[t]->size_bytes());
        return 2;
      }
      std::memcpy(net.raw(t), values.data(), values.size());
    }
    net.run();
    if (!net.on().clean()) {
      std::fprintf(stderr, "[DPL-6102] host board: a transfer was left behind, or bytes outside of the arenas changed\n");
      return 1;
    }
    for (int t = 0; t < g::tensor_count; ++t) {
      role const use = g::tensors.of[t]->use;
      if (use == role::constant || use == role::input || (use == role::scratch && !layers)) continue;
      std::vector<u8> now = net.on().kept[t];
      if (use != role::scratch) now.assign(net.raw(t), net.raw(t) + g::tensors.of[t]->size_bytes());
      if (round == 0) {
        first[t] = now;
        continue;
      }
      std::string const name = detail::short_name(g::tensors.of[t]->name);
      if (now != first[t] && use != role::state) {
        std::fprintf(stderr, "[DPL-6103] %s depends on memory that nobody wrote\n", name.c_str());
        return 1;
      }
      std::ofstream out(folder + "/" + name + ".out", std::ios::binary);
      out.write(reinterpret_cast<char const*>(now.data()), static_cast<std::streamsize>(now.size()));
      if (!out.flush()) {
        std::fprintf(stderr, "[DPL-6008] %s/%s.out cannot be written\n", folder.c_str(), name.c_str());
        return 2;
      }
    }
  }
  return 0;
}
}  // namespace deeploy::host
