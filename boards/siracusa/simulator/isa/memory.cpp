// SPDX-License-Identifier: Apache-2.0
// Loads and stores: RV32I's, and Xpulp's with post-increment and with a register as offset.
#include "../access.hpp"
#include "columns.hpp"

namespace simulator {
namespace {
using u32 = std::uint32_t;

enum class mode { plain, post };
enum class offset { immediate, reg };

/// A result smaller than a register is extended by its own signedness.
template <class T>
u32 extend(T value) {
  return static_cast<u32>(static_cast<std::int32_t>(value));
}

template <class T, mode m, offset o, bool checked>
void load(core& c, decoded const& d) {
  u32 const base = c.registers[d.rs1];
  u32 const step = o == offset::immediate ? static_cast<u32>(d.immediate) : c.registers[d.rs2];
  T const value = c.load<T, checked>(m == mode::post ? base : base + step);
  if constexpr (m == mode::post) {
    c.registers[d.rs1] = base + step;
    c.registers[0] = 0;
  }
  c.registers[d.rd] = extend(value);
}

template <class T, mode m, offset o, bool checked>
void store(core& c, decoded const& d) {
  u32 const base = c.registers[d.rs1];
  u32 const step = o == offset::immediate ? static_cast<u32>(d.immediate) : c.registers[d.rs3];
  c.store<T, checked>(m == mode::post ? base : base + step, static_cast<T>(c.registers[d.rs2]));
  if constexpr (m == mode::post) {
    c.registers[d.rs1] = base + step;
    c.registers[0] = 0;
  }
}

template <bool checked>
void load_float(core& c, decoded const& d) {
  c.registers[d.rd] = c.load<u32, checked>(c.registers[d.rs1] + static_cast<u32>(d.immediate));
}
template <bool checked>
void store_float(core& c, decoded const& d) {
  c.store<u32, checked>(c.registers[d.rs1] + static_cast<u32>(d.immediate), c.registers[d.rs2]);
}

template <class T>
void add_loads(std::vector<encoding>& rows, std::string const& name, u32 funct3, u32 funct7) {
  using namespace isa;
  auto const row = [&](std::string mnemonic, u32 mask, u32 match, operands form, handler run, handler run_checked) {
    rows.push_back({std::move(mnemonic), mask, match, form, instruction_class::load, encoding_flag::late_result, run,
                    run_checked});
  };
  row(name, mask_funct3, word(0x03, funct3), operands::load, load<T, mode::plain, offset::immediate, false>,
      load<T, mode::plain, offset::immediate, true>);
  row("p." + name, mask_funct3, word(0x0B, funct3), operands::load_post, load<T, mode::post, offset::immediate, false>,
      load<T, mode::post, offset::immediate, true>);
  row("p." + name, mask_funct7, word(0x0B, 7, funct7), operands::load_rr_post, load<T, mode::post, offset::reg, false>,
      load<T, mode::post, offset::reg, true>);
  row("p." + name, mask_funct7, word(0x03, 7, funct7), operands::load_rr, load<T, mode::plain, offset::reg, false>,
      load<T, mode::plain, offset::reg, true>);
}

template <class T>
void add_stores(std::vector<encoding>& rows, std::string const& name, u32 funct3) {
  using namespace isa;
  auto const row = [&](std::string mnemonic, u32 mask, u32 match, operands form, handler run, handler run_checked) {
    rows.push_back({std::move(mnemonic), mask, match, form, instruction_class::store, 0, run, run_checked});
  };
  row(name, mask_funct3, word(0x23, funct3), operands::store, store<T, mode::plain, offset::immediate, false>,
      store<T, mode::plain, offset::immediate, true>);
  row("p." + name, mask_funct3, word(0x2B, funct3), operands::store_post,
      store<T, mode::post, offset::immediate, false>, store<T, mode::post, offset::immediate, true>);
  row("p." + name, mask_funct7, word(0x2B, funct3 + 4), operands::store_rr_post,
      store<T, mode::post, offset::reg, false>, store<T, mode::post, offset::reg, true>);
  row("p." + name, mask_funct7, word(0x23, funct3 + 4), operands::store_rr, store<T, mode::plain, offset::reg, false>,
      store<T, mode::plain, offset::reg, true>);
}
}  // namespace

void add_memory(std::vector<encoding>& rows) {
  using namespace isa;
  add_loads<std::int8_t>(rows, "lb", 0, 0x00);
  add_loads<std::int16_t>(rows, "lh", 1, 0x08);
  add_loads<std::int32_t>(rows, "lw", 2, 0x10);
  add_loads<std::uint8_t>(rows, "lbu", 4, 0x20);
  add_loads<std::uint16_t>(rows, "lhu", 5, 0x28);
  add_stores<std::uint8_t>(rows, "sb", 0);
  add_stores<std::uint16_t>(rows, "sh", 1);
  add_stores<std::uint32_t>(rows, "sw", 2);
  using namespace encoding_flag;
  rows.push_back({"flw", mask_funct3, word(0x07, 2), operands::load, instruction_class::load,
                  float_rd | late_result | separate_float, load_float<false>, load_float<true>});
  rows.push_back({"fsw", mask_funct3, word(0x27, 2), operands::store, instruction_class::store,
                  float_rs2 | separate_float, store_float<false>, store_float<true>});
}
}  // namespace simulator
