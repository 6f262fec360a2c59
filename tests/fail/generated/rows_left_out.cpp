// SPDX-License-Identifier: Apache-2.0
// The convolution's last row is never computed.
// expect: DPL-3010 three_layers::edges 38016 == 41472
// edit: \.to = {1, 12, 12, 1, 8, 4, 3, 3} => .to = {1, 11, 12, 1, 8, 4, 3, 3}
#include <network.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>
#include <plan.hpp>

static_assert(deeploy::proved<three_layers::network, deeploy::board::host>());
