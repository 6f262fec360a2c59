// SPDX-License-Identifier: Apache-2.0
// The engine has two forms of a product.
// expect: DPL-3012 two_layers::linear 2 < 2
#ifdef WRONG
#define FORM 2
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
