// SPDX-License-Identifier: Apache-2.0
// import: an ONNX file becomes model.hpp, constants.bin and model.json, or a list of all that is wrong with it.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <generators/command/flow.hpp>
#include <generators/command/process.hpp>
#include <generators/data/npz.hpp>
#include <generators/import/onnx_reader.hpp>
#include <generators/import/text.hpp>
#include <generators/write/file.hpp>

namespace deeploy::command {
namespace {
namespace fs = std::filesystem;

std::optional<element> element_named(std::string const& name) {
  for (element e : {element::i8, element::u8, element::i16, element::u16, element::i32, element::f32})
    if (name == name_of(e)) return e;
  return std::nullopt;
}

/// Types by --type, else from the arrays of --inputs.
void take_types(network_arguments const& a, import::graph const& g, import::import_options& options, import::diagnostics& found) {
  for (std::string const& t : a.types) {
    auto const split = t.rfind('=');
    auto const type = split == std::string::npos ? std::nullopt : element_named(t.substr(split + 1));
    if (!type) {
      found.error(4205, "--type {}: say NAME=TYPE, with a TYPE of i8 u8 i16 u16 i32", t);
      continue;
    }
    auto const [at, is_new] = options.types.emplace(t.substr(0, split), *type);
    if (!is_new && at->second != *type) found.error(4205, "--type {}: {} was {} before; give one type", t, at->first, name_of(at->second));
  }
  for (std::string const& path : a.inputs) {
    std::string problem;
    auto const arrays = data::read_npz(path, problem);
    if (!arrays) {
      found.error(4005, "{}", problem);
      continue;
    }
    // Arrays that are no inputs of the network are somebody else's.
    for (int id : g.inputs)
      if (auto const array = arrays->find(g.of(id).name); array != arrays->end() && array->second.type) options.types.emplace(g.of(id).name, *array->second.type);
  }
}

void take_states(network_arguments const& a, import::import_options& options, import::diagnostics& found) {
  for (std::string const& s : a.states) {
    auto const split = s.find('=');
    if (split == std::string::npos)
      found.error(4204, "--state {}: say INPUT=OUTPUT", s);
    else
      options.states.emplace_back(s.substr(0, split), s.substr(split + 1));
  }
}

/// The file's name as one line of text, for comments.
std::string plain(std::string name) {
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return c < 32 || c == 127 || c == '\\'; }, '_');
  return name;
}
}  // namespace

int import_stage(network_arguments const& a, std::string const& folder, progress& p) {
  stopwatch const time;
  import::diagnostics found;
  import::import_options options;
  options.name = a.name.empty() ? import::default_name(a.file) : a.name;
  options.single.insert(a.single.begin(), a.single.end());
  import::graph g = import::read_onnx(a.file, found);
  bool const is_read = !g.values.empty();
  take_types(a, g, options, found);
  take_states(a, options, found);
  import::written_network written;
  import::lowering l(g, options, found);
  std::size_t const nodes = g.nodes.size();
  std::vector<std::pair<std::string, std::string>> files;
  try {
    if (!found.failed()) import::order_nodes(g, found);
    if (!found.failed())
      l.run();
    else if (is_read)
      l.report_the_rest();
    if (!found.failed()) written = import::arrange(l);
    if (!found.failed()) {
      std::string const base = plain(fs::path(a.file).filename().string());
      std::string constants = import::constants_image(written);  // gives the constants their places
      if (constants.size() > 0x7fffffff) found.error(4272, "the constants have {} bytes, supported are {}; make the network smaller", constants.size(), 0x7fffffff);
      files = {{folder + "/constants.bin", std::move(constants)},
               {folder + "/model.json", import::model_json(l, written, base)},
               {folder + "/model.hpp", import::model_header(l, written, base)}};
    }
  } catch (import::refused const& r) {
    found.error(r.code, "{}", r.text);
  }
  if (int const status = interrupted_status()) return status;
  for (import::message const& m : found.warnings()) fmt::print(stderr, "deeploy import: [DPL-{}] warning: {}\n", m.code, m.text);
  if (found.failed()) {
    for (import::message const& m : found.errors()) fmt::print(stderr, "deeploy import: [DPL-{}] {}\n", m.code, m.text);
    return user_error;
  }
  std::size_t const constant_bytes = files[0].second.size();
  if (std::string const why = write::write_files(files); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  p.stage("import", fmt::format("{} nodes, {} layers, {} bytes of constants", nodes, written.layers.size(), constant_bytes), time.seconds());
  return 0;
}

int plan_imported(network_arguments const& n, network_source const& made, std::string const& folder, std::string const& board,
                  plan::plan_arguments const& a, progress& p, std::string const& cache) {
  // Where single layers do not fit, one slower layer may.
  for (bool const may_come_apart : {true, false}) {
    network_arguments again = n;
    std::string notes;
    for (;;) {
      attempt tried{may_come_apart, {}, {}};
      int const status = plan_stage(made, folder, board, a, p, cache, &tried);
      if (status != infeasible || (tried.refused.empty() && (!may_come_apart || notes.empty()))) {
        fmt::print(stderr, "{}{}", notes, tried.messages);
        return status;
      }
      if (tried.refused.empty()) break;
      auto const model = read_json(folder + "/model.json");
      if (!model) {
        complain(4004, folder + "/model.json is damaged");
        return user_error;
      }
      for (refused_layer const& r : tried.refused) {
        auto const node = model->at("fused").at(r.layer.substr(r.layer.rfind(':') + 1)).get<std::string>();
        again.single.push_back(node);
        notes += fmt::format("deeploy: note: layer {} ({}) {}; its layers stay single, as with --no-fuse={}\n", r.layer, r.kind, r.why, node);
      }
      if (int const failed = import_stage(again, folder, p)) return failed;
    }
    if (int const failed = import_stage(n, folder, p)) return failed;
  }
  return infeasible;
}
}  // namespace deeploy::command
