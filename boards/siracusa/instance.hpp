// SPDX-License-Identifier: Apache-2.0
// instance<Net>: a network on Siracusa. The fabric controller starts it, may do something else, and waits for it.
#pragma once
#include <deeploy/placed_tensors.hpp>
#include <siracusa/images.hpp>
#include <siracusa/kernels.hpp>
#include <siracusa/machine.hpp>

namespace deeploy::siracusa {
using deeploy::image_status;

/// A planned network as the executor sees it.
struct planned_program {
  stream_view stream;
  /// Runs a step whose tiles are made ready at run time; null: there is none.
  bool (*walk)(int step, memory_bases const&, control_block&, run_time_extents const&);
  deeploy::detail::text const* layers;  ///< of each step, in debug builds; else null
};
/// The stream of a planned network and, through it, its kernels. Defined in kernel_tables.hpp.
template <Network Net, class Board>
planned_program planned();

/// A planned network; its memories are the application's.
///
/// @tparam Net    model::<name>::network, with its plan included
/// @tparam Board  the board that it was planned for
/// @tparam Hooks  what to do around steps
template <Network Net, class Board = board::siracusa, class Hooks = no_hooks>
class instance {
  static_assert(Planned<Net>, "[DPL-3000] this network has no plan: include the generated plan.hpp of the model before");
  static_assert(plan_of<Net>::header.board == board_hash<Board>, "[DPL-3004] this plan is of another board: say the plan's board after the network");

 public:
  /// @param bases  where the sections of the memories begin, indexed by address::base(): state and scratch of the planned
  ///               sizes, as the generated network.hpp declares them; the constants' bases are set by attach() and load()
  explicit instance(u8* const* bases) {
    for (int i = 0; i < base_count; ++i) bases_.of[i] = bases[i];
    origins_.set(bases_);
  }
  memory_bases const& bases() const { return bases_; }

  /// Takes the weights of one memory where they lie; checks them once. The image must be aligned as the memory's buffers,
  /// counted from the end of its header. Fast when the cluster waits for work (start_cluster()).
  image_status attach(u8 const* image, size_t length) { return based(attach_image(expected(), bases_, image, length)); }
  /// The same of all memories: `images` is of the generated network.hpp.
  image_status attach(stored_images images) { return based(attach_images(expected(), bases_, images)); }
  /// Cold start: brings the images from L3, where weights_l3.bin begins at `l3`, to the places that `images` names, and takes
  /// them there. For programs with weights_room.cpp instead of weights.cpp.
  image_status load(stored_images images, u32 l3 = 0) { return based(load_images(expected(), bases_, images, l3)); }
  /// After a sleep: brings what the sleep lost (board.hpp says which memories retain).
  image_status resume(stored_images images, u32 l3 = 0) { return based(resume_images(expected(), bases_, images, l3)); }

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

  /// Starts one run on the cluster, which must wait for work (start_cluster()). Inputs and outputs belong to the run until
  /// wait() has returned; inputs are given again for each run, as their memory is used for others when they have been read.
  void start(run_time_extents const& extents = {}) {
    prepare(extents);
    give(&team, this);
  }
  bool done() const { return work_done(); }
  /// Asks the run to end at its next tile; interrupt handlers may. wait() tells when it has, and `deeploy report` how long
  /// that takes at most. Outputs and states are half written then: give the states their values again.
  void cancel() { deeploy_control.cancel = 1; }
  /// @returns false when the run was cancelled
  bool wait() {
    wait_for_cluster();
    return finished();
  }
  bool run(run_time_extents const& extents = {}) {
    start(extents);
    return wait();
  }

  // -- for a run-time of one's own: prepare(), then all cores of the team enter() ----------------------------------------
  /// What comes before a run, on any core.
  void prepare(run_time_extents const& extents = {}) {
    extents_ = extents;
    finished_ = false;
    deeploy_control.cancel = 0;
  }
  /// One run. All cores of the team call it, numbered from 0; it returns on all when the run has ended. Barrier 0 must have
  /// them as its members (set_up_barrier()), and the DMA must be idle; masks of events are as before afterwards.
  /// @example examples/06_foreign_runtime/main.cpp
  static void enter(u32 core, instance& it);
  /// Did the last run come to its end?
  bool finished() const { return finished_; }

 private:
  static void team(u32 core, void* self);  ///< enter() as the cluster is given it
  static expected_images expected() { return {model_hash<Net>, layouts_.of, plan_of<Net>::memories, static_cast<u32>(memory_count<Board>)}; }
  struct layout_table {
    u64 of[memory_count<Board>];
  };
  // Computed by the compiler: the digests are 64-bit products, slow on a 32-bit core.
  static constexpr layout_table layouts_ = [] {
    layout_table t{};
    for (int m = 0; m < memory_count<Board>; ++m) t.of[m] = layout_hash<Net, Board>(m);
    return t;
  }();

  image_status based(image_status s) {
    origins_.set(bases_);
    return s;
  }

  memory_bases bases_;
  stream_origins origins_;  ///< of bases_
  run_time_extents extents_;
  bool volatile finished_ = false;
};
}  // namespace deeploy::siracusa

#ifndef DEEPLOY_KERNELS_APART  // deeploy_add_model() compiles them in a file of their own, with the board's flags
#include <siracusa/executor.hpp>
#include <siracusa/kernel_tables.hpp>
#endif
