// SPDX-License-Identifier: Apache-2.0
// The tables come from the types: a kind runs on an engine where a mapping exists.
#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <deeploy/op/kinds.hpp>
#include <fmt/format.h>
#include <generators/command/operators.hpp>
#include <generators/import/lower.hpp>
#include <host/kernels.hpp>
#include <siracusa/kernels.hpp>

namespace deeploy::command {
namespace {
namespace hana = boost::hana;

template <class... T>
constexpr auto as_tuple(detail::types<T...>) {
  return hana::tuple_t<T...>;
}
/// The boards of this build; a board adds itself here.
constexpr auto boards = hana::tuple_t<board::host, board::siracusa>;

template <class Kind, class Engine>
std::string forms() {
  using m = mapping<Kind, Engine>;
  if constexpr (m::supported) {
    std::string t;
    for (form const& f : m::forms) t += fmt::format("{}{}", t.empty() ? "" : ", ", f.name);
    return t;
  } else {
    return "-";
  }
}
}  // namespace

std::string operator_tables() {
  std::string head = "| operator |", line = "|---|";
  hana::for_each(boards, [&](auto b) {
    using B = typename decltype(b)::type;
    hana::for_each(as_tuple(typename B::engines{}), [&](auto e) {
      head += fmt::format(" {}: {} |", B::name, decltype(e)::type::name);
      line += "---|";
    });
  });
  std::string t = head + "\n" + line + "\n";
  hana::for_each(as_tuple(op::all_kinds{}), [&](auto k) {
    using Kind = typename decltype(k)::type;
    t += fmt::format("| {} |", Kind::facts.name);
    hana::for_each(boards, [&](auto b) {
      hana::for_each(as_tuple(typename decltype(b)::type::engines{}), [&](auto e) { t += fmt::format(" {} |", forms<Kind, typename decltype(e)::type>()); });
    });
    t += "\n";
  });
  t += "\nONNX operators that the importer takes:";
  std::string separator = " ";
  for (auto const& [type, entry] : import::operator_table()) {
    t += separator + type;
    separator = ", ";
  }
  return t + ".\n";
}
}  // namespace deeploy::command
