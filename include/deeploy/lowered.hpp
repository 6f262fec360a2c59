// SPDX-License-Identifier: Apache-2.0
// Tiles lowered to code of their own: what is known of a tile when the program is compiled is in constants, and the code
// that runs is as small as the tile is simple.
#pragma once
#include <deeploy/kernel.hpp>

namespace deeploy {
/// A tile lowered to code of its own: phases that read a lowered_block in place of kernel_arguments.
struct lowered_tile {
  static constexpr int max_words = 64, max_pointers = 12, in_scratch = -1;
  struct pointer {
    i8 operand = 0;       ///< or in_scratch
    i32 offset_bytes = 0;  ///< from the first byte of the tile's part
    bool operator==(pointer const&) const = default;
  };
  kernel_phase phase[4] = {};  ///< at most three, ended by null
  /// Null, or the tile in three parts in place of its phases: a unit then computes it by itself, and the machine waits for it
  /// later. One core calls `ahead`, if there is such: that reads its block and writes registers of the unit, no memory, so that
  /// it may be called while the cores still run the tile before; all cores call `prepare`; then one core calls `queue`.
  kernel_phase ahead = nullptr, prepare = nullptr, queue = nullptr;
  /// Of a tile of one phase: the cycles that it takes longer when one core less runs it. The core that reads the program can
  /// read on meanwhile.
  u16 one_core_less_cycles = never;
  bool by_unit = false;  ///< its code uses a unit
  static constexpr u16 never = 0xffff;
  pointer at[max_pointers] = {};
  u32 word[max_words] = {};
  u8 pointers = 0, words = 0;

  constexpr void point(int operand, i64 offset_bytes) { at[pointers++] = {static_cast<i8>(operand), static_cast<i32>(offset_bytes)}; }
  /// @param constants  what the code needs to know besides; 4-byte fields without pointers
  template <class Constants>
  constexpr void set(Constants const& constants) {
    static_assert(sizeof(Constants) % 4 == 0 && sizeof(Constants) <= sizeof word && alignof(Constants) <= 4);
    struct words_of {
      u32 of[sizeof(Constants) / 4];
    };
    words_of const all = __builtin_bit_cast(words_of, constants);
    for (u32 w : all.of) word[words++] = w;
  }
  bool operator==(lowered_tile const&) const = default;
};

/// What the phases of a lowered tile find: its pointers, then its constants.
template <int pointers, class Constants>
struct lowered_block {
  void* at[pointers];
  Constants constants;
  /// What a phase was called with, as what it is.
  static lowered_block const& of(kernel_arguments const& a) { return reinterpret_cast<lowered_block const&>(a); }
};

/// A lowered tile as code and block, for machines that know addresses only when the tile runs.
class lowered_call {
 public:
  /// @returns false when there is no code for tiles like this one
  bool lower(kernel_code const& code, kernel_arguments const& a) {
    if (code.lower == nullptr) return false;
    u32 aligned = 0;
    for (int o = 0; o < max_operands; ++o)
      if (reinterpret_cast<__UINTPTR_TYPE__>(a.with[o].at) % 4 == 0) aligned |= 1u << o;
    lowered_tile t;
    if (!code.lower(a, aligned, t)) return false;
    for (int p = 0; p < t.pointers; ++p) {
      void* const base = t.at[p].operand == lowered_tile::in_scratch ? a.scratch : a.with[t.at[p].operand].at;
      void* const at = static_cast<u8*>(base) + t.at[p].offset_bytes;
      __builtin_memcpy(block_ + sizeof at * static_cast<u32>(p), &at, sizeof at);
    }
    __builtin_memcpy(block_ + sizeof(void*) * t.pointers, t.word, 4u * t.words);
    for (int i = 0; i < 3; ++i) code_.phase[i] = t.phase[i];
    return true;
  }
  kernel_code const& code() const { return code_; }
  kernel_arguments const& block() const { return *static_cast<kernel_arguments const*>(static_cast<void const*>(block_)); }

 private:
  alignas(void*) u8 block_[sizeof(void*) * lowered_tile::max_pointers + 4 * lowered_tile::max_words];
  kernel_code code_;
};
}  // namespace deeploy
