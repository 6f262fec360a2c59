// SPDX-License-Identifier: Apache-2.0
// Every wrapped instruction against its plain twin, on random and on extreme operands. Prints one line per instruction
// that differs; the status is their number.
#include <cluster/xpulp.hpp>
#include "../tile_parts.hpp"
#include "support.hpp"

using namespace deeploy;
namespace native = deeploy::cluster::xpulp;
namespace plain = deeploy::cluster::xpulp::plain;

namespace {
rt::u32 volatile differing;

struct operands {
  u32 a, b, d;
};

template <class Native, class Plain>
void compare(char const* name, Native of_native, Plain of_plain) {
  rows_test::random_numbers random(23);
  constexpr u32 extreme[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x80808080, 0x7F7F7F7F};
  for (int round = 0; round < 2000; ++round) {
    auto next = [&] { return random.below(4) == 0 ? extreme[random.below(7)] : random.next() ^ random.next() << 16; };
    operands const x{next(), next(), next()};
    if (static_cast<u32>(of_native(x)) == static_cast<u32>(of_plain(x))) continue;
    rt::print(name);
    rt::print(" differs\n");
    differing = differing + 1;
    return;
  }
}
}  // namespace

// What both sides are called with; clips take bounds that are not negative, shifts any.
#define BINARY(name, T)                                               \
  compare(                                                            \
      #name, [](operands x) { return native::name(T(x.a), T(x.b)); }, \
      [](operands x) { return plain::name(T(x.a), T(x.b)); });
#define UNARY(name, T) \
  compare(             \
      #name, [](operands x) { return native::name(T(x.a)); }, [](operands x) { return plain::name(T(x.a)); });
#define UPDATE(name, D, T)                                              \
  compare(#name, [](operands x) { return native::name(D(x.d), T(x.a), T(x.b)); }, \
          [](operands x) { return plain::name(D(x.d), T(x.a), T(x.b)); });
#define BOUNDED(name)                                                        \
  compare(#name, [](operands x) { return native::name(i32(x.a), i32(x.b >> 1)); }, \
          [](operands x) { return plain::name(i32(x.a), i32(x.b >> 1)); });
#define LANE(k)                                                           \
  compare(                                                                \
      "extractb", [](operands x) { return native::extractb<k>(x.a); },    \
      [](operands x) { return plain::extractb<k>(x.a); });                \
  compare(                                                                \
      "extractub", [](operands x) { return native::extractub<k>(x.a); },  \
      [](operands x) { return plain::extractub<k>(x.a); });               \
  compare(                                                                \
      "insertb", [](operands x) { return native::insertb<k>(x.d, x.a); }, \
      [](operands x) { return plain::insertb<k>(x.d, x.a); });

extern "C" void cluster_work(rt::u32 core) {
  if (core != 0) return;
  BINARY(min, i32) BINARY(max, i32) BINARY(minu, u32) BINARY(maxu, u32) BINARY(slet, i32) UNARY(abs, i32)
  BOUNDED(clipr) BOUNDED(clipur) UNARY(clip8, i32) UNARY(clipu8, i32)
  UPDATE(mac, i32, i32) UPDATE(addnr, i32, i32) UNARY(ff1, u32) UNARY(fl1, u32)
  UPDATE(sdotsp, i32, u32) UPDATE(sdotup, i32, u32) UPDATE(sdotusp, i32, u32)
  UPDATE(shuffle2b, u32, u32) BINARY(packh, u32) UPDATE(packlob, u32, u32) UPDATE(packhib, u32, u32)
  BINARY(addh, u32) BINARY(subh, u32) BINARY(maxh, u32) BINARY(minh, u32) BINARY(maxb, u32) BINARY(maxub, u32)
  LANE(0) LANE(1) LANE(2) LANE(3)
  rt::print("instructions 0\n  warm 0 estimate 0\n");
  rt::tell_fabric();
}

int main() {
  rt::start_cluster();
  rt::wait_cluster();
  return static_cast<int>(differing);
}
