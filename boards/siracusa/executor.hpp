// SPDX-License-Identifier: Apache-2.0
// What the cluster's cores do during a run. Included where it is to be compiled: once with the model, or with hooks of
// one's own.
#pragma once
#include <siracusa/instance.hpp>

namespace deeploy::siracusa {
template <Network Net, class Board, class Hooks>
void instance<Net, Board, Hooks>::enter(u32 core, instance& it) {
  own_events const ours;
  if (core != 0) return serve(core, deeploy_control.work);
  planned_program const p = planned<Net, Board>();
  deeploy_control.layers = p.layers;
  stream_reader<Hooks> reader(p.stream, it.origins_);
  it.finished_ = reader.run([walk = p.walk, &it](int step) { return walk(step, it.bases_, deeploy_control, it.extents_); });
  dismiss(deeploy_control.work);
}
template <Network Net, class Board, class Hooks>
void instance<Net, Board, Hooks>::team(u32 core, void* self) {
  enter(core, *static_cast<instance*>(self));
}
}  // namespace deeploy::siracusa
