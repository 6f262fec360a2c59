// SPDX-License-Identifier: Apache-2.0
// Reading a firmware image: segments into memory, which sections are code, which floating-point form, symbols and
// lines.
#pragma once
#include "code.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace simulator {
/// The file is not an image that this machine can run.
struct bad_image : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct image_segment {
  address32 address = 0;  // where it is loaded
  std::vector<std::uint8_t> bytes;
  std::uint32_t zero_bytes = 0;  // behind them
};

struct source_line {
  std::string file;
  int line = 0;
};

struct symbol {
  address32 begin = 0, end = 0;
  std::string name;
};

/// Everything the simulator wants from an ELF file. It owns copies: the file is closed afterwards.
class firmware {
public:
  /// @throws bad_image
  explicit firmware(std::string const& path);

  address32 entry = 0;
  std::vector<image_segment> segments;
  std::vector<address_range> executable;
  bool zfinx = false;
  bool has_float = false;

  /// The function that holds an address.
  symbol const* function_at(address32 a) const;
  /// The variable that holds an address.
  symbol const* object_at(address32 a) const;
  std::optional<address32> address_of(std::string const& name) const;
  std::optional<source_line> line_at(address32 a) const;
  /// "function+0x12 (file.cpp:34)".
  std::string where(address32 a) const;

private:
  friend class elf_reader;
  std::vector<symbol> symbols;                 // functions, by address
  std::vector<symbol> objects;                 // variables, by address
  std::map<std::string, address32> addresses;  // all symbols
  struct line_row {
    address32 address;
    std::uint32_t file;
    int line;  // 0: the sequence ends here
  };
  std::vector<line_row> lines;  // by address
  std::vector<std::string> files;
};
}  // namespace simulator
