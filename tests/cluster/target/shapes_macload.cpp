// SPDX-License-Identifier: Apache-2.0
// The products of shapes.cpp with mac&load.
#define DEEPLOY_MAC_LOAD
#include "shapes.cpp"
