// SPDX-License-Identifier: Apache-2.0
// A plan that carries another board's number.
// expect: DPL-3004 deeploy::board::host 1 == -?[0-9]+
// edit: \.board = 0x[0-9a-f]+ => .board = 0x1
#include <network.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>
#include <plan.hpp>

static_assert(deeploy::proved<three_layers::network, deeploy::board::host>());
