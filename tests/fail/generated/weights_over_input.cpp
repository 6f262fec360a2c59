// SPDX-License-Identifier: Apache-2.0
// The convolution's weights are fetched to where its input lies.
// expect: DPL-3023 three_layers::edges 1440 >= 1728
// edit: {{1, {0x[0-9a-f]+}}, {1, {0x[0-9a-f]+}} => {{1, {0x480}}, {1, {0x480}}
#include <network.hpp>
#include <deeploy/proof.hpp>
#include <host/kernels.hpp>
#include <plan.hpp>

static_assert(deeploy::proved<three_layers::network, deeploy::board::host>());
