// SPDX-License-Identifier: Apache-2.0
// Packing: weight images for a plan that is already there. Needs no solver.
#include <deeploy/generator.hpp>
#include <fmt/format.h>
#include <fstream>
#include <generators/write/file.hpp>
#include <generators/write/pack.hpp>
#include <iterator>

namespace deeploy::write {
std::string read_constants(std::string const& path, std::string& constants) {
  if (path.empty()) return {};
  std::ifstream in(path, std::ios::binary);
  constants.assign(std::istreambuf_iterator<char>(in), {});
  return in.is_open() ? std::string() : fmt::format("[DPL-4001] {} cannot be read; import again", path);
}

int write_all(std::vector<std::pair<std::string, std::string>> const& files, std::string const& folder) {
  for (auto const& [name, content] : files)
    if (std::string const why = write_file(folder + "/" + name, content); !why.empty()) {
      fmt::print(stderr, "deeploy: [DPL-4003] {}\n", why);
      return 2;
    }
  return 0;
}
}  // namespace deeploy::write

namespace deeploy::generator {
int pack_main(type_facts const& facts, place const* places, memory_use const* used, step const* steps, int step_count, int argument_count, char** arguments) {
  if (facts.layout != type_facts::layout_now) {
    fmt::print(stderr, "deeploy pack: [DPL-6209] the headers have layout {:x}, the tools library {:x}: they are of different builds; build the tool again\n", facts.layout, type_facts::layout_now);
    return 2;
  }
  if (argument_count != 5) {
    fmt::print(stderr, "usage: pack OUT_FOLDER CONSTANTS NAME HEADER\n");
    return 2;
  }
  std::string constants;
  write::image_source source{facts.tensors, places, facts.tensor_count, facts.memories, used, facts.memory_count, facts.model_hash,
                             {}, facts.layers, facts.mappings, facts.engine_count, facts.tensor_ids};
  write::set_steps(source, steps, step_count);
  std::string const unreadable = write::read_constants(arguments[2], constants);
  if (!unreadable.empty()) fmt::print(stderr, "deeploy pack: {}\n", unreadable);
  auto const missing = write::missing_constants(source, constants);
  for (auto const& m : missing) fmt::print(stderr, "deeploy pack: [DPL-4002] {}; import again\n", m);
  if (!unreadable.empty() || !missing.empty()) return 2;
  auto const inexact = write::inexact_steps(source, steps, step_count, constants);
  for (auto const& i : inexact) fmt::print(stderr, "deeploy pack: [DPL-4008] {}; plan again\n", i);
  if (!inexact.empty()) return 2;
  return write::write_all(write::image_files(source, constants, arguments[3], arguments[4], facts.board), arguments[1]);
}
}  // namespace deeploy::generator
