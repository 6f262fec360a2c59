// SPDX-License-Identifier: Apache-2.0
// Starts the cluster and ends: the fabric controller looks at the stacks of cores that have just begun.
#include <siracusa/runtime/cluster.hpp>

int main() {
  deeploy::siracusa::start_cluster();
  return 0;
}
