// SPDX-License-Identifier: Apache-2.0
// Depthwise convolutions of bytes, channels innermost.
#pragma once
#include <cluster/conv2d_common.hpp>

namespace deeploy::cluster {
template <kernel_class C, conv_class V>
struct conv_depthwise : conv_common<C, V> {
  using common = conv_common<C, V>;
  static void compute(int core, int cores, kernel_arguments const& a) { common::compute_in_general(core, cores, a); }
};
}  // namespace deeploy::cluster
