// SPDX-License-Identifier: Apache-2.0
// Observers that can be used together: profile, trace, timeline.
#pragma once
#include "elf.hpp"
#include "machine.hpp"

#include <cstdio>
#include <unordered_map>

namespace simulator {
/// Passes everything on to several.
struct observers : observer {
  std::vector<observer*> all;
  bool before(core& c, decoded const& d) override {
    bool go = true;
    for (auto* o : all) go = o->before(c, d) && go;
    return go;
  }
  void after(core& c, decoded const& d, address32 pc) override {
    for (auto* o : all) o->after(c, d, pc);
  }
  void waited(core& c, stall cause, cycle_count from, cycle_count cycles) override {
    for (auto* o : all) o->waited(c, cause, from, cycles);
  }
};

/// --profile: cycles, stalls by cause and instructions of each function and source line, all cores together.
class profile : public observer {
public:
  explicit profile(firmware const& image) : image(image) {}
  bool before(core& c, decoded const&) override;
  void after(core& c, decoded const& d, address32 pc) override;
  void waited(core& c, stall cause, cycle_count from, cycle_count cycles) override;
  std::string report() const;

private:
  struct cost {
    cycle_count instructions = 0, cycles = 0;
    std::array<cycle_count, stall_causes> stalls{};
    void add(cost const& other);
  };
  std::string row(std::string const& name, cost const& c, cycle_count total) const;
  firmware const& image;
  std::unordered_map<address32, cost> at;
  std::array<cycle_count, stall_causes> stalls_before{};
};

/// --trace core:from-to: each instruction of a core in a range of addresses, with what it wrote.
class trace : public observer {
public:
  trace(firmware const& image, bool zfinx, std::string const& range, std::FILE* out);  // @throws std::invalid_argument
  void after(core& c, decoded const& d, address32 pc) override;

private:
  firmware const& image;
  bool zfinx;
  unsigned index = 0;
  address_range range{0, 0xFFFF'FFFF};
  std::FILE* out;
};

/// --timeline: Chrome trace events. A region is marked by the hints `slti x0, r, 1` (r points to its name) and
/// `slti x0, x0, 2` (its end), which do nothing on the chip.
class timeline : public observer, public monitor {
public:
  timeline(firmware const& image, double frequency_mhz) : image(image), frequency_mhz(frequency_mhz) {}
  void after(core& c, decoded const& d, address32 pc) override;
  void waited(core& c, stall cause, cycle_count from, cycle_count cycles) override;
  void dma_pushed(dma_transfer const& t, core&) override;
  void dma_finished(dma_transfer const& t) override;
  /// Ends what is open and returns the document.
  std::string document(machine const& m);

private:
  struct open_slice {
    symbol const* function = nullptr;
    cycle_count from = 0;
    bool open = false;
  };
  struct region {
    std::string name;
    cycle_count from;
  };
  void slice(std::string const& name, unsigned row, cycle_count from, cycle_count to);
  void instant_end(unsigned index, cycle_count now);
  firmware const& image;
  double frequency_mhz;
  std::array<open_slice, map::all_cores> running{};
  std::array<std::vector<region>, map::all_cores> regions;
  std::unordered_map<std::uint64_t, cycle_count> transfers;
  std::string events;
  machine const* system = nullptr;
};
}  // namespace simulator
