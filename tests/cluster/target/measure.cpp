// SPDX-License-Identifier: Apache-2.0
// The program around a table of measured layers: one line per layer, "name cold warm estimated elements", status 0 if
// all elements agree.
#include "measure.hpp"

#include <deeploy/lowered.hpp>

#include "support.hpp"

namespace deeploy::target_test {
extern measured_layer const layers[];
extern int const layer_count;
}  // namespace deeploy::target_test

using namespace deeploy;
using namespace deeploy::target_test;

namespace {
constexpr bytes arena_bytes = 160 * 1024, expected_bytes = 64 * 1024;
L1 [[gnu::aligned(16)]] u8 arena[arena_bytes];
L1 kernel_arguments arguments;
L1 i32 values[max_values];
L1 kernel_code code;
L1 lowered_call lowered;
L1 bool is_lowered;
u8 expected[expected_bytes];
L1 volatile u32 cold, warm, failed;

/// Lays the operands out one after the other, fills them, describes the whole layer as one tile.
index prepare(measured_layer const& m) {
  layer_descriptor const& l = *m.layer;
  rows_test::random_numbers random(17);
  kernel_arguments a{};
  box const b = whole_box(l);
  bytes used = 0;
  for (int axis = 0; axis < max_axes; ++axis) a.length[axis] = axis < l.axes ? l.space[axis].length : 1;
  for (int i = 0; i < l.value_count; ++i) values[i] = l.values[i];
  a.values = values;
  a.begins = a.ends = true;
  a.scratch = arena;
  used = static_cast<bytes>((m.scratch_bytes + 15) & ~15);
  index elements = 0;
  for (int o = 0; o < l.operands; ++o) {
    operand const& with = l.with[o];
    if (with.of == nullptr) continue;
    u8* const at = arena + used;
    used += (with.of->size_bytes() + 19) & ~3;  // apart by a few banks
    for (index i = 0; i < with.of->size_bytes(); ++i) at[i] = static_cast<u8>(random.next());
    if (size_of(with.of->type) == 4)
      for (index i = 0; i < with.of->elements; ++i) {
        i32& v = reinterpret_cast<i32*>(at)[i];
        v = static_cast<i32>(static_cast<u32>(v) << (32 - m.bits)) >> (32 - m.bits);
      }
    if (m.adjust != nullptr) m.adjust(o, at);
    rows_test::describe_part(with, b, at + with.offset * size_of(with.of->type), true, o == 0, a.with[o], a);
    if (with.way == direction::out) elements = with.of->elements;
  }
  if (used > arena_bytes) failed = 1;
  arguments = a;
  return elements;
}

operand const& result_of(layer_descriptor const& l) {
  for (int o = 0;; ++o)
    if (l.with[o].of != nullptr && l.with[o].way == direction::out) return l.with[o];
}
u8* result_at(layer_descriptor const& l) {
  for (int o = 0;; ++o)
    if (l.with[o].of != nullptr && l.with[o].way == direction::out)
      return static_cast<u8*>(arguments.with[o].at) - l.with[o].offset * size_of(l.with[o].of->type);
}

/// All phases on all cores, with barriers.
[[gnu::noinline]] void run(int core, int cores) {
  for (kernel_phase phase : code.phase) {
    if (phase == nullptr) break;
    phase(core, cores, is_lowered ? lowered.block() : arguments);
    rt::barrier();
  }
}
}  // namespace

extern "C" void cluster_work(rt::u32 core) {
  if (core == 0) {
    failed = 0;
    rt::setup_barrier();
    rt::start_timer();
  } else {
    for (int i = 0; i < 60; ++i) asm volatile("nop");
  }
  // What measuring costs by itself: a kernel without work.
  if (core == 0) code = {{[](int, int, kernel_arguments const&) {}}};
  for (int round = 0; round < 2; ++round) {
    rt::barrier();
    u32 const start = rt::cycles();
    run(static_cast<int>(core), 8);
    if (core == 0) warm = rt::cycles() - start;
  }
  if (core == 0) rt::line("empty kernel", warm);
  for (int n = 0; n < layer_count; ++n) {
    measured_layer const& m = layers[n];
    layer_descriptor const& l = *m.layer;
    rt::barrier();
    index elements = 0;
    if (core == 0) {
      elements = prepare(m);
      bytes const size = result_of(l).of->size_bytes();
      if (size > expected_bytes) failed = 1;
      u8* const y = result_at(l);
      m.reference.phase[0](0, 1, arguments);
      for (bytes i = 0; i < size; ++i) expected[i] = y[i];
      prepare(m);
      is_lowered = lowered.lower(m.code, arguments);
      code = is_lowered ? lowered.code() : m.code;
    }
    rt::barrier();
    for (int round = 0; round < 2; ++round) {
      rt::barrier();
      u32 const start = rt::cycles();
      run(static_cast<int>(core), 8);
      u32 const end = rt::cycles();
      if (core == 0) (round == 0 ? cold : warm) = end - start;
    }
    if (core == 0) {
      bytes const size = result_of(l).of->size_bytes();
      u8 const* const y = result_at(l);
      index differing = 0;
      for (bytes i = 0; i < size; ++i) differing += y[i] != expected[i];
      rt::print(m.name);
      rt::line("", cold);
      rt::print("  warm ");
      rt::print_number(warm);
      rt::line(" estimate", static_cast<u32>(m.estimate));
      rt::print("  thousandths of a cycle per element ");
      rt::print_number(warm * 100 / static_cast<u32>(elements) * 10);
      rt::print(" elements ");
      rt::print_number(static_cast<u32>(elements));
      u32 points = 1;  // of the layer's space: multiply-accumulates, for products
      for (int axis = 0; axis < l.axes; ++axis) points *= static_cast<u32>(l.space[axis].length);
      rt::line(" points", points);
      if (differing != 0) {
        rt::line("  DIFFERING", static_cast<u32>(differing));
        failed = 1;
      }
    }
  }
  if (core == 0) rt::tell_fabric();
}

extern "C" int main() {
  rt::start_cluster();
  rt::wait_cluster();
  return failed ? 1 : 0;
}
