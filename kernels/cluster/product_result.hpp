// SPDX-License-Identifier: Apache-2.0
// Results of products that the inner loops cannot store: bias, requantisation and type of every kind.
#pragma once
#include <cluster/requantised.hpp>

namespace deeploy::cluster {
/// Operands that results are made with; convolutions and matrix products have them at the same places.
namespace product_operand {
inline constexpr int bias = 2, mul = 3, add = 4, y = 5;
}

/// Offsets of one result's bias, scales and place.
struct result_place {
  index at[6] = {};
  [[gnu::always_inline]] constexpr void move(kernel_arguments const& a, int axis, index by) {
    for (int o = product_operand::bias; o <= product_operand::y; ++o) at[o] += a.with[o].stride[axis] * by;
  }
};
[[gnu::always_inline]] constexpr result_place first_result(kernel_arguments const& a) {
  result_place p;
  for (int o = product_operand::bias; o <= product_operand::y; ++o) p.at[o] = a.with[o].origin;
  return p;
}

template <kernel_class C, int o>
auto* elements(kernel_arguments const& a) {
  return static_cast<element_type<C.type[o]>*>(a.with[o].at);
}

/// Stores the accumulator `sum` as the result at p; `beta` is the bias' factor.
template <kernel_class C, requant_class R>
void store_result(kernel_arguments const& a, result_place const& p, i32 sum, i32 beta) {
  using namespace product_operand;
  u32 total = static_cast<u32>(sum);
  if constexpr (C.present[bias])
    total += static_cast<u32>(beta) * static_cast<u32>(static_cast<i32>(elements<C, bias>(a)[p.at[bias]]));
  i32 value = static_cast<i32>(total);
  if constexpr (R.present) {
    requantiser<R> const q(a.values);
    if constexpr (R.scaled)
      value = q.exact(value, elements<C, mul>(a)[p.at[mul]], elements<C, add>(a)[p.at[add]]);
    else
      value = q(value);
  }
  elements<C, y>(a)[p.at[y]] = static_cast<element_type<C.type[y]>>(value);
}

/// Requantises `count` accumulators with one scale, after adding `start`.
template <requant_class R>
[[gnu::noinline]] void requantise_column(i32 const* values, prepared_scale const& scale, i32 start, i32 const* sums,
                                         index apart, index count, u8* y, bytes y_step) {
  requantiser<R> const q(values);
  for (prepared_scale const s = scale; count > 0; --count, sums += apart, y += y_step)
    *y = static_cast<u8>(q(static_cast<i32>(static_cast<u32>(*sums) + static_cast<u32>(start)), s));
}

/// Adds what earlier tiles of the reduction left to `sum`. False when more tiles come: then the sum is kept in `kept`.
template <kernel_class C>
bool is_complete(kernel_arguments const& a, i32& kept, i32& sum) {
  if constexpr (C.accumulates) {
    if (!a.begins) sum = static_cast<i32>(static_cast<u32>(sum) + static_cast<u32>(kept));
    if (!a.ends) kept = sum;
    return a.ends;
  }
  return true;
}
}  // namespace deeploy::cluster
