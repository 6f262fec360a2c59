// SPDX-License-Identifier: Apache-2.0
// The few pieces of a standard library that firmware headers need: type names, hashing, index packs.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy::detail {
/// A piece of text that lives in the program.
struct text {
  char const* begin = nullptr;
  int length = 0;
};

/// The name of a type as the compiler prints it, without "struct": model::kws::conv1.
template <class T>
constexpr text type_name() {
  char const* const all = __PRETTY_FUNCTION__;  // "... [with T = x]" (g++), "... [T = x]" (clang)
  int start = 0;
  while (!(all[start] == 'T' && all[start + 1] == ' ' && all[start + 2] == '=')) ++start;
  start += 4;
  int end = start;
  while (all[end] != ']' && all[end] != ';') ++end;
  return {all + start, end - start};
}

/// FNV-1a over words; the digest of models, boards and plans.
struct digest {
  u64 value = 14695981039346656037ULL;
  constexpr void add(u64 word) { value = (value ^ word) * 1099511628211ULL; }
  constexpr void add(text t) {
    for (int i = 0; i < t.length; ++i) add(static_cast<u64>(static_cast<unsigned char>(t.begin[i])));
  }
  constexpr void add(char const* t) {
    for (; *t != 0; ++t) add(static_cast<u64>(static_cast<unsigned char>(*t)));
  }
};

/// A number that differs between types with different names; only for finding a type again, never written to a file.
template <class T>
inline constexpr u64 type_key = [] {
  digest d;
  d.add(type_name<T>());
  return d.value;
}();

template <int... I>
struct indices {};
#if defined(__clang__)
template <class T, T... I>
struct indices_of_type;
template <int... I>
struct indices_of_type<int, I...> {
  using type = indices<I...>;
};
template <int n>
using first = typename __make_integer_seq<indices_of_type, int, n>::type;
#else
template <int n>
using first = indices<__integer_pack(n)...>;
#endif

template <class... T>
struct types {};
template <int n, class T>
struct numbered {};
template <class Numbers, class... T>
struct numbered_all;
template <int... n, class... T>
struct numbered_all<indices<n...>, T...> : numbered<n, T>... {};
template <int n, class T>
T nth_of(numbered<n, T> const&);
template <int n, class List>
struct nth_type;
template <int n, class... T>
struct nth_type<n, types<T...>> {
  using type = decltype(nth_of<n>(*static_cast<numbered_all<first<sizeof...(T)>, T...>*>(nullptr)));
};
/// The n-th type of a list.
template <int n, class List>
using nth = typename nth_type<n, List>::type;

template <class... T>
constexpr int length_of(types<T...>) {
  return sizeof...(T);
}
/// One of two types.
template <bool first, class A, class B>
struct select_type {
  using type = A;
};
template <class A, class B>
struct select_type<false, A, B> {
  using type = B;
};
template <bool first, class A, class B>
using select = typename select_type<first, A, B>::type;
}  // namespace deeploy::detail
