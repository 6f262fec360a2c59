// SPDX-License-Identifier: Apache-2.0
// layer_case: a layer drawn from a seed while compiling, and its meaning element by element, written without the
// library.
#pragma once
#include <deeploy/model.hpp>
#include <host/kernels.hpp>
#include <support/layout.hpp>
#include <utility>
#include <vector>

namespace deeploy::test {
using wide = __int128;

/// What a seed decides: the operands, requantisations, and numbers that each operator reads in its own way.
struct setup {
  layout with[max_operands];
  requantisation q[3] = {no_requantisation, no_requantisation, no_requantisation};  ///< result, a, b
  bool scaled = false, biased = false;
  index p[16] = {};
};

/// Operands in memory, by logical subscripts; remembers what was read when it is asked to.
class operands {
 public:
  operands(setup const& s, std::vector<std::vector<u8>> const& bytes, index const* actual)
      : s_(s), bytes_(bytes), actual_(actual) {}
  setup const& by() const { return s_; }
  /// Length of a logical axis in this run.
  index length(int o, int axis) const { return actual_of(s_.with[o].of[axis]); }
  index actual_of(extent e) const { return e.slot != 0 && actual_[e.slot] < e.value ? actual_[e.slot] : e.value; }
  /// The element at `at`, n subscripts of which the last belong to the operand; axes of length 1 broadcast.
  wide get(int o, index const* at, int n) const {
    layout const& l = s_.with[o];
    index sub[max_rank] = {};
    for (int a = 0; a < l.rank; ++a) sub[a] = l.of[a].value == 1 ? 0 : at[n - l.rank + a];
    index const where = l.at(sub);
    if (seen != nullptr) seen[o].push_back(where);
    return value(l.type, bytes_[static_cast<std::size_t>(o)].data() + where * size_of(l.type));
  }
  wide get(int o, std::initializer_list<index> at) const { return get(o, at.begin(), static_cast<int>(at.size())); }
  static wide value(element type, u8 const* p) {
    u32 x = 0;
    for (int b = size_of(type); b-- > 0;) x = x << 8 | p[b];
    switch (type) {
      case element::i8:
        return x < 128 ? static_cast<i64>(x) : static_cast<i64>(x) - 256;
      case element::i16:
        return x < 32768 ? static_cast<i64>(x) : static_cast<i64>(x) - 65536;
      case element::i32:
        return x < 0x80000000u ? static_cast<i64>(x) : static_cast<i64>(x) - 0x100000000;
      default:
        return x;
    }
  }
  std::vector<index>* seen = nullptr;  ///< per operand

 private:
  setup const& s_;
  std::vector<std::vector<u8>> const& bytes_;
  index const* actual_;
};

/// A drawn layer without its type.
struct layer_case {
  char const* name;
  int seed;
  setup const* s;
  layer_descriptor const* d;
  mapping_facts m;
  kernel_code code[2];
  int result;
  wide (*plain)(operands const&, index const* at);
};

template <class Case, int o>
struct storage : tensor<storage<Case, o>, element_type<Case::s.with[o].type>, shape<Case::s.with[o].total>,
                        o == Case::result ? role::output : role::input> {};
template <class Case, int o>
using part = view<storage<Case, o>, Case::s.with[o].as_window()>;

struct no_option {};
template <bool has, class Option>
struct option_if {
  using type = no_option;
};
template <class Option>
struct option_if<true, Option> {
  using type = Option;
};
/// scale<..> of a case whose mul and add are operands o and o + 1, if it has them.
template <class Case, int o>
using scale_of = typename option_if<Case::s.scaled, scale<part<Case, o>, part<Case, o + 1>>>::type;

template <class Case>
layer_case erased(char const* name, int seed) {
  using layer = typename Case::layer;
  using mapped = mapping<typename layer::kind, engine::host_cluster>;
  constexpr mapping_facts m = facts_of<layer, engine::host_cluster>();
  layer_case c{name, seed, &Case::s, &layer::descriptor, m, {}, Case::result, &Case::plain};
  c.code[0] = mapped::template code<layer::descriptor, 0>;
  if constexpr (m.form_count == 2) c.code[1] = mapped::template code<layer::descriptor, 1>;
  return c;
}

/// Cases of a template for the seeds first .. first + n - 1.
template <template <int> class Case, int first, int... i>
void append(std::vector<layer_case>& all, char const* name, std::integer_sequence<int, i...>) {
  (all.push_back(erased<Case<first + i>>(name, first + i)), ...);
}
template <template <int> class Case, int n>
std::vector<layer_case> cases(char const* name) {
  std::vector<layer_case> all;
  append<Case, 1>(all, name, std::make_integer_sequence<int, n>{});
  return all;
}
/// Seeds per operator.
inline constexpr int seeds = 24;
}  // namespace deeploy::test
