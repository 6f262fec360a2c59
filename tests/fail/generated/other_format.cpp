// SPDX-License-Identifier: Apache-2.0
// A plan from a later version, whose layout nobody here knows.
// expect: DPL-3001 three_layers::network 2 == 1
// edit: \.format = 1 => .format = 2
#include <network.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>
#include <plan.hpp>

static_assert(deeploy::proved<three_layers::network, deeploy::board::host>());
