// SPDX-License-Identifier: Apache-2.0
// A plan that carries another network's number.
// expect: DPL-3003 three_layers::network 1 == -?[0-9]+
// edit: \.model = 0x[0-9a-f]+ => .model = 0x1
#include <network.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>
#include <plan.hpp>

static_assert(deeploy::proved<three_layers::network, deeploy::board::host>());
