// SPDX-License-Identifier: Apache-2.0
// model_hash: whatever a plan depends on changes it, names and addresses do not.
#include <deeploy/hash.hpp>
#include <deeploy/memory.hpp>
#include <deeploy/model.hpp>
#include <host/board.hpp>

namespace {
using namespace deeploy;
struct choice {
  index rows = 4, padding = 1;
  u64 digest = 7;
  u8 shift = 3;
  role use = role::output;
  index offset = 0;
  bool unsigned_input = false;
};
template <choice c, int name = 0>
struct net {
  using element_t = typename detail::nth_type<c.unsigned_input, detail::types<i8, u8>>::type;
  struct x : tensor<x, element_t, shape<1, c.rows, 4, 2>, role::input> {};
  struct w : constant<w, i8, shape<2, 3, 3, 2>, image_place{32 * name, c.digest}> {};
  struct y : tensor<y, i8, shape<1, c.rows + 2 * c.padding - 2, 4, 2>, c.use> {};
  static constexpr window moved{
      .offset = c.offset, .of = {1, c.rows + 2 * c.padding - 2, 4, 2}, .stride = {0, 8, 2, 1}};
  struct conv : op::conv2d<conv, x, w, view<y, moved>,
                           op::conv2d_params{.pad = {c.padding, 1, c.padding, 1}, .result = {.shift = c.shift}}> {};
  struct network : deeploy::network<network, conv> {};
};
template <choice c, int name = 0>
constexpr u64 hash = model_hash<typename net<c, name>::network>;
constexpr u64 base = hash<choice{}>;
static_assert(base == hash<choice{}, 1>);  // other types, another place in constants.bin, the same network
static_assert(base != hash<choice{.rows = 5}> && base != hash<choice{.padding = 2}> &&
              base != hash<choice{.digest = 8}>);
static_assert(base != hash<choice{.shift = 4}> && base != hash<choice{.use = role::state}> &&
              base != hash<choice{.offset = 1}>);
static_assert(base != hash<choice{.unsigned_input = true}>);
static_assert(hash<choice{.rows = 5}> != hash<choice{.padding = 2}>);

// The board's number follows its facts.
constexpr memory_facts sized(bytes capacity) {
  memory_facts m = board::host::memories[0];
  m.capacity_bytes = capacity;
  return m;
}
constexpr memory_facts one[] = {sized(1024)};
constexpr memory_facts other[] = {sized(1028)};
template <memory_facts const (&m)[1], int core_count>
struct small {
  static constexpr char const* name = "small";
  static constexpr auto const& memories = m;
  static constexpr int cores = core_count;
  static constexpr execution_costs costs{};
  using engines = detail::types<>;
};
static_assert(Board<small<one, 8>> && Board<board::host> && !Board<net<choice{}>>);
static_assert(board_hash<small<one, 8>> != board_hash<small<other, 8>> &&
              board_hash<small<one, 8>> != board_hash<small<one, 4>>);
static_assert(board_hash<small<one, 8>> != board_hash<board::host>);
static_assert(memory_count<small<one, 8>> == 1 && memory_count<board::host> == 5);

// FNV-1a, with words where the original has octets.
constexpr u64 digest_of(char const* t) {
  detail::digest d;
  d.add(t);
  return d.value;
}
static_assert(digest_of("") == 0xcbf29ce484222325 && digest_of("a") == 0xaf63dc4c8601ec8c &&
              digest_of("foobar") == 0x85944171f73967e8);
}  // namespace
