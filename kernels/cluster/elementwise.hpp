// SPDX-License-Identifier: Apache-2.0
// What the cluster's elementwise kernels share: one loop for all strides, and tables for operators on bytes.
#pragma once
#include <cluster/element_loops.hpp>
#include <cluster/mapping.hpp>
#include <cluster/requantised.hpp>
#include <cluster/runs.hpp>
#include <cluster/xpulp_rows.hpp>
#include <deeploy/detail/meta.hpp>

namespace deeploy::cluster {
/// A requantisation as an elementwise kernel is compiled for it.
struct element_requant {
  requant_class of = {};
  bool fits = false;  ///< no value is beyond what 32-bit arithmetic takes: no clamp before it
  constexpr bool operator==(element_requant const&) const = default;
};

/// Largest magnitude of an element.
constexpr u32 magnitude_of(element type) {
  switch (type) {
    case element::i8:
      return 128;
    case element::u8:
      return 255;
    case element::i16:
      return 32768;
    case element::u16:
      return 65535;
    default:
      return 1u << 31;
  }
}

constexpr element_requant element_requant_of(layer_descriptor const& l, int class_at, int value_at, u32 largest) {
  element_requant r{requant_class_of(l, class_at, value_at, largest), false};
  if (!r.of.present || r.of.scaled || !r.of.narrow) return r;
  i32 const mul = l.values[value_at + 1];
  u32 const size = mul < 0 ? 0u - static_cast<u32>(mul) : static_cast<u32>(mul);
  r.fits = largest <= (u64{1} << 30) / (size == 0 ? 1 : size) / 2;  // bound is the power of two below that, less one
  return r;
}

/// Requantises by the class; the value of the requantisation is in `with`.
template <element_requant R, bool owns>
DEEPLOY_ALWAYS_INLINE i32 requantise_element(requantiser<R.of, owns> const& with, prepared_scale const& scale, i32 value) {
  if constexpr (!R.of.present)
    return value;
  else if constexpr (R.of.scaled)
    return with(value, scale);
  else if constexpr (R.fits)
    return with.clipped(with.unclipped(value, with.scale));
  else
    return with(value);
}

/// What an elementwise kernel is compiled for; more than this only its operator knows.
struct element_class {
  u8 inputs = 1;
  element in[3] = {};
  element out = {};
  element_requant before[2] = {};  ///< of inputs 0 and 1
  element_requant result = {};
  bool narrow = true;  ///< the operator's own arithmetic fits 32 bits
  constexpr bool operator==(element_class const&) const = default;
};

/// Satisfied by the operators of elementwise kernels: made from the layer's values, called with the inputs of an
/// element.
///
///     static constexpr element_class of;
///     explicit operator_type(i32 const* values);
///     i32 operator()(i32 ...) const;
/// @tparam only  the layer's only_axis()
template <class Op, int only>
struct elementwise {
  static constexpr element_class of = Op::of;
  static constexpr int inputs = of.inputs;
  static constexpr bool scaled = of.result.of.scaled;
  static constexpr int walked_count = inputs + (scaled ? 3 : 1);
  static constexpr int result_operand = inputs + 2;
  using out = element_type<of.out>;

  static constexpr walked_operands walked = [] {
    walked_operands w{0, walked_count};
    for (int i = 0; i < walked_count; ++i)
      w.packed |= static_cast<u32>(i < walked_count - 1 ? i : result_operand) << (4 * i);
    return w;
  }();

  /// A requantisation alone, of the usual kind: its loop is written in instructions. With scale operands where 32 bits serve.
  static constexpr bool in_hardware_loop = [] {
    if constexpr (requires { Op::is_identity; })
      return of.result.of.narrow && of.result.of.clip != clip_range::any && sizeof(out) == 1 &&
             (of.result.of.round == rounding::half_up || of.result.of.round == rounding::down);
    else
      return false;
  }();
#if defined(__riscv)
  static constexpr bool on_target = true;
#else
  static constexpr bool on_target = false;
#endif

  /// n elements side by side, `on` bytes apart in each input.
  template <bool owns, int... i>
  DEEPLOY_ALWAYS_INLINE static void along(Op const& op, requantiser<of.result.of, owns> const& result, prepared_scale const& scale, u8 const* (&x)[inputs], i32 const* on, u8*& y,
                                          i32 y_on, index n, detail::indices<i...>) {
    auto load = [&](i32* v)
                    DEEPLOY_INLINE_LAMBDA { ((v[i] = rows::next<element_type<of.in[i]>>(x[i], on[i])), ...); };
    auto one = [&](i32 const* v) DEEPLOY_INLINE_LAMBDA -> i32 {
      return requantise_element<of.result>(result, scale, op(v[i]...));
    };
#if defined(__riscv)
    if constexpr (in_hardware_loop) {
      constexpr int kinds[] = {0x00, 0x20, 0x08, 0x28, 0x10}, kind = kinds[static_cast<int>(of.in[0])];
      constexpr bool to_u8 = of.result.of.clip == clip_range::full_u8;
      prepared_scale const& by = scaled ? scale : result.scale;
      if (y_on == 1 && n >= 4 && (!scaled || by.bound >= 0)) {
        element_loops::requantise<kind, to_u8, !of.result.fits>(x[0], on[0], y, by.mul, by.add, result.shift(), by.bound, n >> 2);
        n &= 3;
      }
      if constexpr (scaled)
        if (n >= 2 && by.bound >= 0) {
          element_loops::requantise_apart<kind, to_u8>(x[0], on[0], y, y_on, by.mul, by.add, result.shift(), by.bound, n >> 1);
          n &= 1;
        }
    }
#endif
    if constexpr (sizeof(out) == 1 && !(in_hardware_loop && on_target)) {
      auto four = [&]() DEEPLOY_INLINE_LAMBDA {
        i32 v0[inputs], v1[inputs], v2[inputs], v3[inputs];  // all loaded before the first is used
        load(v0);
        load(v1);
        load(v2);
        load(v3);
        i32 const y0 = one(v0), y1 = one(v1), y2 = one(v2), y3 = one(v3);
        rows::put_word(y, rows::pack(y0, y1, y2, y3));
      };
      if (y_on == 1) {
        if (n >= 8) {
          rows::begin_line();
          do {
            four();
            four();
            n -= 8;
          } while (n >= 8);
        }
        if (n >= 4) {
          four();
          n -= 4;
        }
      }
    }
    for (; n > 0; --n) {
      i32 v[inputs];
      load(v);
      rows::put<out>(y, one(v), y_on);
    }
  }

  static void direct(int core, int cores, kernel_arguments const& a) { run(core, cores, a, detail::first<inputs>{}); }

  template <int... i>
  DEEPLOY_ALWAYS_INLINE static void run(int core, int cores, kernel_arguments const& a, detail::indices<i...>) {
    runs r;
    merge_axes<walked, only>(a, 0, scaled ? inputs : -1, r);
    Op const op(a.values);
    requantiser<of.result.of> const result(a.values);
    constexpr int last = walked_count - 1;
    index mul_on = 0, add_on = 0;
    if constexpr (scaled) mul_on = step_of(a, r, inputs), add_on = step_of(a, r, inputs + 1);
    i32 const on[] = {static_cast<i32>(step_of(a, r, i) * sizeof(element_type<of.in[i]>))...};
    i32 const y_on = static_cast<i32>(step_of(a, r, result_operand) * sizeof(out));
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      u8 const* x[] = {reinterpret_cast<u8 const*>(data<element_type<of.in[i]>>(a, i) + at[i])...};
      u8* y = reinterpret_cast<u8*>(data<out>(a, result_operand) + at[last]);
      prepared_scale scale{0, 0, -1};  // of a run, set before its first element
      if constexpr (scaled) {
        // The scale stays the same along a run, unless the scale is all that is left to run along.
        i32 const* mul = data<i32>(a, inputs) + at[inputs];
        i32 const* add = data<i32>(a, inputs + 1) + at[inputs + 1];
        index left = n;
        n = mul_on == 0 && add_on == 0 ? n : 1;
        for (index const part = n; left > 0; left -= part, n = part) {
          scale = result.prepared(*mul, *add);
          along(op, result, scale, x, on, y, y_on, n, detail::indices<i...>{});
          mul += mul_on;
          add += add_on;
        }
      } else {
        along(op, result, scale, x, on, y, y_on, n, detail::indices<i...>{});
      }
    });
  }
};
}  // namespace deeploy::cluster
