// SPDX-License-Identifier: Apache-2.0
// Lanes of a packed register: 2 x 16, 4 x 8, 8 x 4 or 16 x 2 bits.
#pragma once
#include "../core.hpp"

namespace simulator::isa {
/// Lane i of v, sign- or zero-extended.
template <unsigned bits, bool is_signed>
constexpr std::int32_t lane(std::uint32_t v, unsigned i) {
  std::uint32_t const at_top = v << (32 - bits - i * bits);
  return is_signed ? static_cast<std::int32_t>(at_top) >> (32 - bits)
                   : static_cast<std::int32_t>(at_top >> (32 - bits));
}

/// Where the second operand comes from: all lanes of rs2, its lowest lane for all, or an immediate for all.
enum class second { vector, scalar, immediate };

template <unsigned bits, bool is_signed, second source>
std::int32_t second_lane(core const& c, decoded const& d, unsigned i) {
  if constexpr (source == second::vector) return lane<bits, is_signed>(c.registers[d.rs2], i);
  if constexpr (source == second::scalar) return lane<bits, is_signed>(c.registers[d.rs2], 0);
  return lane<bits, is_signed>(static_cast<std::uint32_t>(d.immediate), 0);
}

/// Sum of products over the lanes, modulo 2^32.
template <unsigned bits, bool signed_a, bool signed_b>
constexpr std::uint32_t dot(std::uint32_t a, std::uint32_t b) {
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < 32 / bits; ++i)
    sum +=
        static_cast<std::uint32_t>(lane<bits, signed_a>(a, i)) * static_cast<std::uint32_t>(lane<bits, signed_b>(b, i));
  return sum;
}

/// One value in all lanes.
template <unsigned bits>
constexpr std::uint32_t replicate(std::uint32_t v) {
  std::uint32_t result = 0;
  for (unsigned i = 0; i < 32 / bits; ++i) result |= (v & ((1u << bits) - 1)) << (i * bits);
  return result;
}
}  // namespace simulator::isa
