// SPDX-License-Identifier: Apache-2.0
// All operator kinds, as a list of types: what tables of operators and engines are made from.
#pragma once
#include <deeploy/model.hpp>

namespace deeploy::op {
using all_kinds = detail::types<add_kind, conv2d_kind, copy_kind, gather_kind, igelu_kind, ihardswish_kind, ilayer_norm_kind, inonorm_kind,
                                integer_div_kind, irms_norm_kind, isoftmax_kind, ita_max_kind, ita_partial_max_kind, matmul_kind, max_pool_kind,
                                mul_kind, pad_kind, reduce_mean_kind, reduce_sum_kind, requantise_kind, score_chain_kind, sub_kind>;
}  // namespace deeploy::op
