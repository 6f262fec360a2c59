// SPDX-License-Identifier: Apache-2.0
// run_files(): runs a network on files, checked. What `deeploy validate` compiles once and links with each network.
#pragma once
#include <cstdio>
#include <fstream>
#include <host/instance.hpp>
#include <host/runnable.hpp>
#include <iterator>
#include <string>
#include <vector>

namespace deeploy::host {
/// A checking machine that keeps tensors when they are finished, before anything overwrites them.
class keeping_machine : public checking_machine {
 public:
  keeping_machine(arenas& memory, runnable const& net) : checking_machine(memory, board::host::cores), kept(static_cast<std::size_t>(net.tensor_count)), net_(net) {}
  u8* at(int t) {
    place const& p = net_.tensors[t].at;
    return base(address(p.memory, p.where, 0).base()) + p.offset;
  }
  void step_ends(int s) {
    for (int t = 0; t < net_.tensor_count; ++t)
      if (net_.tensors[t].last_writer == s) kept[static_cast<std::size_t>(t)].assign(at(t), at(t) + net_.tensors[t].size_bytes);
  }
  std::vector<std::vector<u8>> kept;

 private:
  runnable const& net_;
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

/// Weights and inputs from the folder; 0, or the exit status.
inline int read_inputs(runnable const& net, arenas& memory, keeping_machine& machine, std::string const& folder) {
  for (int m = 0; m < memory_count<board::host>; ++m) {
    if (net.memories[m].used[0] == 0) continue;
    std::string image;
    std::string const path = folder + "/weights_" + board::host::memories[m].name + ".bin";
    if (!read_file(path, image)) {
      std::fprintf(stderr, "[DPL-6006] %s cannot be read\n", path.c_str());
      return 2;
    }
    if (image_status const s = take_image(memory, {net.model_hash, net.layout_hash, net.memories, static_cast<u32>(memory_count<board::host>)}, image.data(), image.size()); s != image_status::good) {
      std::fprintf(stderr, "[DPL-%d] %s is not the image of this plan\n", static_cast<int>(s), path.c_str());
      return 2;
    }
  }
  for (int t = 0; t < net.tensor_count; ++t) {
    placed_tensor const& tensor = net.tensors[t];
    if (tensor.use != role::input && tensor.use != role::state) continue;
    std::string values;
    std::string const path = folder + "/" + short_name(tensor.name) + ".in";
    if (!read_file(path, values)) continue;
    if (values.size() != static_cast<std::size_t>(tensor.size_bytes)) {
      std::fprintf(stderr, "[DPL-6007] %s has %zu bytes, the tensor %d\n", path.c_str(), values.size(), tensor.size_bytes);
      return 2;
    }
    std::memcpy(machine.at(t), values.data(), values.size());
  }
  return 0;
}
}  // namespace detail

/// Reads weights_<memory>.bin and <tensor>.in from a folder, runs, writes <tensor>.out there: outputs and states, or, with
/// --layers, everything that layers write. Runs twice on memories that held different bytes before: a result that depends on
/// what nobody wrote is an error.
inline int run_files(runnable const& net, int argument_count, char** arguments) {
  std::string const folder = argument_count > 1 ? arguments[1] : ".";
  bool const layers = argument_count > 2 && std::string(arguments[2]) == "--layers";
  std::vector<std::vector<u8>> first(static_cast<std::size_t>(net.tensor_count));
  for (int round = 0; round < 2; ++round) {
    arenas memory(net.memories, memory_count<board::host>, round == 0 ? 0x5B : 0xE4);
    keeping_machine machine(memory, net);
    if (int const failed = detail::read_inputs(net, memory, machine, folder)) return failed;
    execute(net.program, machine);
    if (!machine.clean()) {
      std::fprintf(stderr, "[DPL-6102] host board: a transfer was left behind, or bytes outside of the arenas changed\n");
      return 1;
    }
    for (int t = 0; t < net.tensor_count; ++t) {
      placed_tensor const& tensor = net.tensors[t];
      if (tensor.use == role::constant || tensor.use == role::input || (tensor.use == role::scratch && !layers)) continue;
      std::vector<u8> now = machine.kept[static_cast<std::size_t>(t)];
      if (tensor.use != role::scratch) now.assign(machine.at(t), machine.at(t) + tensor.size_bytes);
      if (round == 0) {
        first[static_cast<std::size_t>(t)] = now;
        continue;
      }
      std::string const name = detail::short_name(tensor.name);
      if (now != first[static_cast<std::size_t>(t)] && tensor.use != role::state) {
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

/// The same for a network whose types, plan and kernels are in this translation unit.
template <Network Net>
int run_files(int argument_count, char** arguments) {
  static constexpr runnable net = runnable_of<Net>();
  return run_files(net, argument_count, arguments);
}
}  // namespace deeploy::host
