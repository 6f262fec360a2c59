// SPDX-License-Identifier: Apache-2.0
// The score chain at the sizes of the bar: 16 heads, one query.
#include "../chain_layer.hpp"
#include "measure.hpp"

namespace deeploy::target_test {
namespace {
using engine_t = engine::cluster<engine::instructions::xpulpv2>;
template <class L>
constexpr measured_layer of(char const* name) {
  return measured<L, engine_t, 0>(name, 16, rows_test::exponentials_of<40, 500, 17>);
}
template <index keys, index width>
using masked = rows_test::masked_chain<16, 1, keys, width>;
}  // namespace

extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    of<masked<65, 4>>("score chain, 65 keys of 4"),
    of<masked<257, 4>>("score chain, 257 keys of 4"),
    of<masked<65, 16>>("score chain, 65 keys of 16"),
    of<masked<257, 16>>("score chain, 257 keys of 16"),
    of<rows_test::masked_chain<16, 8, 64, 4>>("score chain, 8 queries, 64 keys of 4"),
    of<rows_test::plain_chain<8, 16, 16, 8, 8>>("score chain, 16 queries, 16 keys of 8, no mask"),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
