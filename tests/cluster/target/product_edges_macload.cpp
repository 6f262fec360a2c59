// SPDX-License-Identifier: Apache-2.0
// The products of product_edges.cpp with mac&load.
#define DEEPLOY_MAC_LOAD
#include "product_edges.cpp"
