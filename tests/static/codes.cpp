// SPDX-License-Identifier: Apache-2.0
// The table of diagnostics: every code once, in the block of its stage, with a text that says where, what, and what to
// do.
#include <deeploy/detail/codes.hpp>

namespace {
struct entry {
  int code;
  char const* text;
};
#define FROM_COMPILER(code, relation, text) {code, text},
#define FROM_TOOL(code, text) {code, text},
constexpr entry compiler_codes[] = {DEEPLOY_COMPILER_CODES(FROM_COMPILER)};
constexpr entry tool_codes[] = {DEEPLOY_TOOL_CODES(FROM_TOOL)};

template <int n>
constexpr bool ascending(entry const (&codes)[n]) {
  for (int i = 1; i < n; ++i)
    if (codes[i - 1].code >= codes[i].code) return false;
  return true;
}
static_assert(ascending(compiler_codes) && ascending(tool_codes));

constexpr bool apart() {
  for (entry const& a : compiler_codes)
    for (entry const& b : tool_codes)
      if (a.code == b.code) return false;
  return true;
}
static_assert(apart());

template <int n>
constexpr bool all(entry const (&codes)[n], bool (*good)(entry const&)) {
  for (entry const& e : codes)
    if (!good(e)) return false;
  return true;
}
constexpr int length(entry const& e) {
  int l = 0;
  while (e.text[l] != 0) ++l;
  return l;
}
constexpr bool has(entry const& e, char wanted) {
  for (char const* t = e.text; *t != 0; ++t)
    if (*t == wanted) return true;
  return false;
}
constexpr bool short_enough(entry const& e) {
  return length(e) >= 20 && length(e) <= 120 && e.text[length(e) - 1] != '.';
}
constexpr bool says_what_to_do(entry const& e) { return has(e, ';') || has(e, ':'); }
constexpr bool says_where(entry const& e) { return has(e, ':') && has(e, ';'); }
constexpr bool for_compilers(entry const& e) { return e.code >= 1000 && e.code < 4000; }
constexpr bool for_tools(entry const& e) { return e.code >= 1000 && e.code < 7000; }
static_assert(all(compiler_codes, short_enough) && all(tool_codes, short_enough));
static_assert(all(compiler_codes, says_where) && all(tool_codes, says_what_to_do));
static_assert(all(compiler_codes, for_compilers) && all(tool_codes, for_tools));
}  // namespace
