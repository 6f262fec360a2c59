// SPDX-License-Identifier: Apache-2.0
// The words that the unit adds for each channel: its bias, with the inputs that the cores multiply, scaled. Two channels at a time.
#pragma once
#include <cluster/product_signs.hpp>
#include <cluster/xpulp_rows.hpp>

namespace deeploy::npu {
/// Where a core is among the channels: what differs from one to the next.
struct channel_sources {
  u8 const* biases;
  i32 bias_on;        ///< bytes from one to the next
  u8 const* weights;  ///< of the inputs that the cores multiply: rows of words, with zeros at their ends
  i32 pitch;          ///< bytes of a row
};
/// Inputs that the cores multiply: words, and one more with zeros behind them.
struct core_inputs {
  u8 const* at;
  i32 words;
  u32 last;
};

/// @tparam biased    the layer has biases
/// @tparam has_rest  the cores multiply inputs; one word of them, or more
/// @tparam S         signs of inputs and weights
template <bool biased, bool has_rest, bool one_word, cluster::signs S>
struct channel_words {
  static i32 start(channel_sources& c) {
    if constexpr (biased)
      return cluster::rows::next<i32>(c.biases, c.bias_on);
    else
      return 0;
  }
  static i32 dot(i32 sum, u32 x, u32 w) { return cluster::dot_words<S>(sum, x, w); }

  /// What is scaled for the next channel.
  static i32 next(channel_sources& c, core_inputs const& x) {
    i32 sum = start(c);
    if constexpr (has_rest) {
      if constexpr (!one_word) {
        u8 const* at = x.at;
        for (i32 i = x.words; i > 0; --i) {
          u32 const of_x = cluster::rows::next_word(at), of_w = cluster::rows::next_word(c.weights);
          sum = dot(sum, of_x, of_w);
        }
      }
      sum = dot(sum, x.last, cluster::rows::next_word(c.weights));
    }
    return sum;
  }
  /// The words of an even number of channels with one scale: (what is scaled) * mul + add.
  static void put_pairs(u8*& to, channel_sources& c, core_inputs const& x, u32 mul, u32 add, index pairs) {
    if constexpr (!has_rest || one_word) {
      if (pairs > 0) put_short_pairs(to, c, x.last, mul, add, pairs);
    } else {
      for (; pairs > 0; --pairs) {
        i32 s0 = start(c), s1 = start(c);
        u8 const *at = x.at, *second = c.weights + c.pitch;
        add_words(s0, s1, at, c.weights, second, x.words);
        u32 const w0 = cluster::rows::next_word(c.weights), w1 = cluster::rows::next_word(second);
        c.weights = second;
        cluster::rows::put_word(to, static_cast<u32>(dot(s0, x.last, w0)) * mul + add);
        cluster::rows::put_word(to, static_cast<u32>(dot(s1, x.last, w1)) * mul + add);
      }
    }
  }

 private:
#if defined(__riscv)
#define DEEPLOY_LOOP(n, count) ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, " count ", 2 * (" n ")\n"
#define DEEPLOY_DOT(sum, x, w) ".if %[swapped]\n.insn r 0x57, 1, %[code], " sum ", " w ", " x "\n.else\n.insn r 0x57, 1, %[code], " sum ", " x ", " w "\n.endif\n"
#define DEEPLOY_SIGNS [code] "i"(cluster::dot_code<S>), [swapped] "i"(S == cluster::signs::su ? 1 : 0)
  /// Two rows of weights by words of inputs, at least one.
  DEEPLOY_ALWAYS_INLINE static void add_words(i32& s0, i32& s1, u8 const*& x, u8 const*& first, u8 const*& second, i32 words) {
    u32 a, b, c;
    asm volatile(DEEPLOY_LOOP("5", "%[words]") ".insn i 0x0b, 2, %[a], %[x], 4\n.insn i 0x0b, 2, %[b], %[first], 4\n.insn i 0x0b, 2, %[c], %[second], 4\n"
                 DEEPLOY_DOT("%[s0]", "%[a]", "%[b]") DEEPLOY_DOT("%[s1]", "%[a]", "%[c]") ".option pop\n"
                 : [s0] "+r"(s0), [s1] "+r"(s1), [x] "+r"(x), [first] "+r"(first), [second] "+r"(second), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c)
                 : [words] "r"(words), DEEPLOY_SIGNS);
  }
#define DEEPLOY_BIASES ".insn r 0x0b, 7, 0x10, %[s0], %[biases], %[on]\n.insn r 0x0b, 7, 0x10, %[s1], %[biases], %[on]\n"
#define DEEPLOY_ZEROS "li %[s0], 0\nli %[s1], 0\n"
#define DEEPLOY_DOTS ".insn i 0x0b, 2, %[w0], %[weights], 4\n.insn i 0x0b, 2, %[w1], %[weights], 4\n" DEEPLOY_DOT("%[s0]", "%[x]", "%[w0]") DEEPLOY_DOT("%[s1]", "%[x]", "%[w1]")
#define DEEPLOY_PAIRS(n, start, dots)                                                                                                          \
  asm volatile(DEEPLOY_LOOP(n, "%[pairs]") start dots "mul %[s0], %[s0], %[mul]\nmul %[s1], %[s1], %[mul]\nadd %[s0], %[s0], %[add]\n"          \
               "add %[s1], %[s1], %[add]\n.insn s 0x2b, 2, %[s0], 4(%[to])\n.insn s 0x2b, 2, %[s1], 4(%[to])\n.option pop\n"                    \
               : [to] "+r"(to), [biases] "+r"(c.biases), [weights] "+r"(c.weights), [s0] "=&r"(s0), [s1] "=&r"(s1), [w0] "=&r"(w0), [w1] "=&r"(w1) \
               : [on] "r"(c.bias_on), [x] "r"(x), [mul] "r"(mul), [add] "r"(add), [pairs] "r"(pairs), DEEPLOY_SIGNS)
  /// Of one word of inputs at most; pairs >= 1.
  DEEPLOY_ALWAYS_INLINE static void put_short_pairs(u8*& to, channel_sources& c, u32 x, u32 mul, u32 add, index pairs) {
    u32 s0, s1, w0, w1;
    if constexpr (biased && has_rest)
      DEEPLOY_PAIRS("12", DEEPLOY_BIASES, DEEPLOY_DOTS);
    else if constexpr (has_rest)
      DEEPLOY_PAIRS("12", DEEPLOY_ZEROS, DEEPLOY_DOTS);
    else
      DEEPLOY_PAIRS("8", DEEPLOY_BIASES, "");
  }
#undef DEEPLOY_PAIRS
#undef DEEPLOY_DOTS
#undef DEEPLOY_ZEROS
#undef DEEPLOY_BIASES
#undef DEEPLOY_SIGNS
#undef DEEPLOY_DOT
#undef DEEPLOY_LOOP
#else
  static void add_words(i32& s0, i32& s1, u8 const*& x, u8 const*& first, u8 const*& second, i32 words) {
    for (; words > 0; --words) {
      u32 const of_x = cluster::rows::next_word(x);
      s0 = dot(s0, of_x, cluster::rows::next_word(first));
      s1 = dot(s1, of_x, cluster::rows::next_word(second));
    }
  }
  static void put_short_pairs(u8*& to, channel_sources& c, u32 x, u32 mul, u32 add, index pairs) {
    core_inputs const one{nullptr, 0, x};
    for (index n = 2 * pairs; n > 0; --n) cluster::rows::put_word(to, static_cast<u32>(next(c, one)) * mul + add);
  }
#endif
};
}  // namespace deeploy::npu
