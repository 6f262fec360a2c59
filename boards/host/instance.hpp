// SPDX-License-Identifier: Apache-2.0
// instance<Net>: a network on the host, with memories of its own. What an application on a PC uses.
#pragma once
#include <deeploy/image.hpp>
#include <deeploy/placed_tensors.hpp>
#include <host/machine.hpp>
#include <host/kernels.hpp>
#include <string>

namespace deeploy::host {
using deeploy::image_status;

/// Takes the weights of one memory into its section for constants, if they belong to this model and plan.
inline image_status take_image(arenas& memory, expected_images const& expected, void const* image, std::size_t length) {
  image_header h;
  u8 const* const bytes = static_cast<u8 const*>(image);
  image_status const status = check_image(expected, bytes, length, h);
  if (status == image_status::good)
    std::memcpy(memory.base(h.memory * section_count + static_cast<u32>(section::constants)), bytes + sizeof h, h.length);
  return status;
}

/// A planned network with its memories.
///
/// @tparam Net      model::<name>::network, with its plan included
/// @tparam Machine  machine, or checking_machine for tests
/// @example         examples/01_three_layers/main.cpp
template <Network Net, class Machine = machine>
class instance {
  static_assert(Planned<Net>, "[DPL-3000] this network has no plan: include the generated plan.hpp of the model before");

 public:
  /// @param poison  what memory holds before anything is written to it
  explicit instance(unsigned char poison = 0)
      : memory_(plan_of<Net>::memories, memory_count<board::host>, poison), machine_(memory_, board::host::cores) {}

  /// Takes the weights of one memory: the content of weights_<memory>.bin.
  image_status attach(void const* image, std::size_t length) {
    u64 layouts[memory_count<board::host>];
    for (int m = 0; m < memory_count<board::host>; ++m) layouts[m] = layout_hash<Net, board::host>(m);
    return take_image(memory_, {model_hash<Net>, layouts, plan_of<Net>::memories, static_cast<u32>(memory_count<board::host>)}, image, length);
  }

  /// The same of all memories.
  image_status attach(stored_images images) {
    for (stored_image const& i : images)
      if (image_status const s = attach(i.at, i.length); s != image_status::good) return s;
    return image_status::good;
  }

  /// A tensor's elements in memory: an input, a state or an output. Its layout is the tensor's own.
  template <class T>
  typename T::element_t* data() {
    constexpr int t = tensor_number<Net, T>();
    static_assert(t >= 0, "[DPL-6010] the network does not use this tensor");
    return reinterpret_cast<typename T::element_t*>(raw(t));
  }
  u8* raw(int t) {
    place const& p = plan_of<Net>::tensors[t];
    return memory_.base(address(p.memory, p.where, 0).base()) + p.offset;
  }

  /// Runs the network once.
  void run(run_time_extents const& extents = {}) { execute(program<Net, board::host>::view, machine_, extents); }
  Machine& on() { return machine_; }

 private:
  arenas memory_;
  Machine machine_;
};
}  // namespace deeploy::host
