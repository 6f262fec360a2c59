// SPDX-License-Identifier: Apache-2.0
// instance<Net>: a network on Siracusa. The fabric controller starts it, may do something else, and waits for it.
#pragma once
#include <deeploy/image.hpp>
#include <deeploy/placed_tensors.hpp>
#include <deeploy/program_stream.hpp>
#include <siracusa/kernels.hpp>
#include <siracusa/machine.hpp>

namespace deeploy::siracusa {
using deeploy::image_status;

/// A planned network; its memories are the application's.
///
/// @tparam Net    model::<name>::network, with its plan included
/// @tparam Board  the board that it was planned for
/// @tparam Hooks  what to do around steps
template <Network Net, class Board = board::siracusa, class Hooks = no_hooks>
class instance {
  static_assert(Planned<Net>, "[DPL-3000] this network has no plan: include the generated plan.hpp of the model before");

 public:
  /// @param bases  where the sections of the memories begin, indexed by address::base(): state and scratch of the planned
  ///               sizes, as the generated network.hpp declares them; the constants' bases are set by load()
  explicit instance(u8* const* bases) {
    for (int i = 0; i < base_count; ++i) bases_.of[i] = bases[i];
  }
  memory_bases const& bases() const { return bases_; }

  /// Takes the weights of one memory where they lie; checks them once. The image must be aligned as the memory's buffers,
  /// counted from the end of its header.
  image_status load(u8 const* image, size_t length) {
    image_header h;
    image_status const status =
        check_image({model_hash<Net>, layouts_.of, plan_of<Net>::memories, static_cast<u32>(memory_count<Board>)}, image, length, h);
    if (status == image_status::good)
      bases_.of[h.memory * section_count + static_cast<u32>(section::constants)] = const_cast<u8*>(image) + sizeof h;
    return status;
  }

  /// A tensor's elements in memory: an input, a state or an output.
  template <class T>
  typename T::element_t* data() {
    constexpr int t = tensor_number<Net, T>();
    static_assert(t >= 0, "[DPL-6010] the network does not use this tensor");
    return reinterpret_cast<typename T::element_t*>(raw(t));
  }
  u8* raw(int t) {
    place const& p = plan_of<Net>::tensors[t];
    return bases_.of[deeploy::address(p.memory, p.where, 0).base()] + p.offset;
  }

  /// Starts one run on the cluster, which must wait for work (start_cluster()).
  void start(run_time_extents const& extents = {}) {
    extents_ = extents;
    give(&enter, this);
  }
  bool done() const { return work_done(); }
  /// Asks the run to end at its next tile. wait() tells when it has.
  void cancel() { deeploy_control.cancel = 1; }
  /// @returns false when the run was cancelled
  bool wait() {
    wait_for_cluster();
    return finished_;
  }
  bool run(run_time_extents const& extents = {}) {
    start(extents);
    return wait();
  }

 private:
  /// What all cores of the team enter.
  static void enter(u32 core, void* self) {
    auto& it = *static_cast<instance*>(self);
    if (core != 0) return serve(core, deeploy_control.work);
    using stream = program_stream<Net, Board>;
    stream_reader<Hooks> reader({stream::words(), stream::pages}, it.bases_, deeploy_control);
    it.finished_ = reader.run([&](int step) {
      if constexpr (stream::walks)
        return walk_step(program<Net, Board>::view, step, it.bases_, deeploy_control, it.extents_);
      else
        return step < 0;
    });
    dismiss(deeploy_control.work);
  }
  struct layout_table {
    u64 of[memory_count<Board>];
  };
  // Computed by the compiler: the digests are 64-bit products, slow on a 32-bit core.
  static constexpr layout_table layouts_ = [] {
    layout_table t{};
    for (int m = 0; m < memory_count<Board>; ++m) t.of[m] = layout_hash<Net, Board>(m);
    return t;
  }();

  memory_bases bases_;
  run_time_extents extents_;
  bool volatile finished_ = false;
};
}  // namespace deeploy::siracusa
