// SPDX-License-Identifier: Apache-2.0
// siracusa-sim: the command line.
#include "check.hpp"
#include "fault.hpp"
#include "gdb.hpp"
#include "observers.hpp"
#include "session.hpp"
#include "stats.hpp"
#include "volatile_words.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <optional>

namespace {
simulator::machine* running = nullptr;
void interrupt(int) {
  if (running) running->interrupted = true;
}

unsigned port_number(std::string const& text) {
  std::size_t used = 0;
  unsigned long port = 0;
  try {
    port = std::stoul(text, &used);
  } catch (std::exception const&) {
    used = 0;
  }
  if (used != text.size() || port == 0 || port > 65535) throw std::invalid_argument("--gdb: '" + text + "' is no port");
  return static_cast<unsigned>(port);
}

void print_speed(simulator::machine const& m, double seconds) {
  double instructions = 0;
  for (auto const& c : m.cores) instructions += static_cast<double>(c.instructions());
  fmt::print(stderr, "{:.3f} s for {} cycles: {:.1f} M cycles/s, {:.1f} M core instructions/s\n", seconds, m.now,
             static_cast<double>(m.now) / seconds * 1e-6, instructions / seconds * 1e-6);
}

/// Writes a whole file, or says why not.
bool write_file(std::string const& path, std::string const& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return true;
  fmt::print(stderr, "siracusa-sim: cannot write {}\n", path);
  return false;
}
}  // namespace

int main(int argc, char** argv) {
  using namespace simulator;
  CLI::App app{"Runs a bare-metal image on a model of Siracusa"};
  std::string path;
  machine_options options;
  app.add_option("firmware", path, "ELF file")->required();
  app.add_option("--frequency", options.frequency_mhz, "MHz of the one clock (360)")->check(CLI::PositiveNumber);
  app.add_option("--max-cycles", options.max_cycles, "stop after so many cycles");
  app.add_option("--npu-weight-cycles", options.npu_weight_cycles, "cycles per word of weight memory: 1 or 2")
      ->check(CLI::Range(1, 2));
  bool zfinx = false, separate = false;
  app.add_flag("--zfinx", zfinx, "floating point in the integer registers (default: as the file's attributes say)");
  app.add_flag("--separate-float", separate, "floating point in its own registers")->excludes("--zfinx");
  std::string trace_range, profile_path, stats_path, timeline_path;
  app.add_option("--trace", trace_range, "core:from-to or core:function: print each instruction (core 0 to 7 or fc)");
  app.add_option("--profile", profile_path, "write cycles, stalls and instructions per function and line");
  app.add_option("--stats", stats_path, "write counters and energy as JSON");
  app.add_option("--timeline", timeline_path, "write a Chrome trace-event file (Perfetto opens it)");
  std::vector<std::string> l3_files;
  app.add_option("--l3", l3_files, "FILE or FILE@OFFSET: what HyperRAM holds at the start (may be given several times)")
      ->expected(1)
      ->take_all();
  bool host_time = false;
  app.add_flag("--host-time", host_time, "say how fast the simulation itself was");
  std::string gdb_port;
  app.add_option("--gdb", gdb_port,
                 "wait for a debugger on this port of the loopback interface, or - for stdin and stdout");
  std::vector<std::string> polled_flags;
  app.add_flag("--check", options.checked, "find races, reads of bytes never written, jobs in flight, stack overflows");
  app.add_option("--check-flag", polled_flags, "a variable that cores poll on purpose, without an event")
      ->needs("--check");
  CLI11_PARSE(app, argc, argv);
  try {
    firmware const image(path);
    options.zfinx = zfinx || (image.zfinx && !separate);
    // The console must not mix with the debugger's packets.
    if (gdb_port == "-") options.print = [](std::string const& line) { fmt::print(stderr, "{}\n", line); };
    std::optional<checker> checked;
    if (options.checked) checked.emplace(image, polled_flags, volatile_words(path));
    auto const m = std::make_unique<machine>(options, checked ? &*checked : nullptr);
    running = m.get();
    std::signal(SIGINT, interrupt);
    std::signal(SIGPIPE, SIG_IGN);  // a debugger that goes away must not end the program
    load(*m, image);
    for (std::string const& file : l3_files) fill_l3(*m, file);
    if (checked) checked->attach(*m);
    observers watching;
    std::optional<profile> profiled;
    std::optional<trace> traced;
    std::optional<timeline> drawn;
    if (!profile_path.empty()) watching.all.push_back(&profiled.emplace(image));
    if (!trace_range.empty()) watching.all.push_back(&traced.emplace(image, options.zfinx, trace_range, stdout));
    if (!timeline_path.empty()) {
      watching.all.push_back(&drawn.emplace(image, options.frequency_mhz));
      m->monitors.push_back(&*drawn);
    }
    if (!watching.all.empty()) m->watch = &watching;
    if (gdb_port.empty()) {
      auto const from = std::chrono::steady_clock::now();
      m->run();
      if (host_time) print_speed(*m, std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
    } else if (gdb_port == "-") {
      gdb_stub(*m, {.in = 0, .out = 1, .waiting = {}}).serve();
    } else {
      gdb_stub(*m, listen_for_gdb(port_number(gdb_port))).serve();
    }
    std::fputs(describe_stop(*m, image).c_str(), stderr);
    bool written = true;
    if (profiled) written &= write_file(profile_path, profiled->report());
    if (drawn) written &= write_file(timeline_path, drawn->document(*m));
    if (!stats_path.empty()) written &= write_file(stats_path, statistics_json(*m));
    if (checked && !checked->findings().empty()) {
      for (auto const& finding : checked->findings()) fmt::print(stderr, "siracusa-sim: {}\n", finding);
      fmt::print(stderr, "siracusa-sim: {} findings, {} repetitions\n", checked->findings().size(),
                 checked->suppressed());
      if (exit_code(*m) != exit_fault) return exit_findings;
    }
    return written ? exit_code(*m) : 2;
  } catch (std::invalid_argument const& e) {
    fmt::print(stderr, "siracusa-sim: {}\n", e.what());
    return 2;
  } catch (std::runtime_error const& e) {
    fmt::print(stderr, "siracusa-sim: {}\n", e.what());
    return 2;
  }
}
