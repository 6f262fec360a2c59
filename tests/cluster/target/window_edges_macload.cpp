// SPDX-License-Identifier: Apache-2.0
// The windows of window_edges.cpp with mac&load.
#define DEEPLOY_MAC_LOAD
#include "window_edges.cpp"
