// SPDX-License-Identifier: Apache-2.0
// The products of products.cpp with mac&load.
#define DEEPLOY_MAC_LOAD
#include "products.cpp"
