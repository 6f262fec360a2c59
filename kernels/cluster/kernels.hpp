// SPDX-License-Identifier: Apache-2.0
// All kernels of the cluster.
#pragma once
#include <cluster/inlining.hpp>
DEEPLOY_KERNELS_BEGIN
#include <cluster/add.hpp>
#include <cluster/conv2d.hpp>
#include <cluster/copy.hpp>
#include <cluster/gather.hpp>
#include <cluster/igelu.hpp>
#include <cluster/ihardswish.hpp>
#include <cluster/ilayer_norm.hpp>
#include <cluster/inonorm.hpp>
#include <cluster/integer_div.hpp>
#include <cluster/irms_norm.hpp>
#include <cluster/isoftmax.hpp>
#include <cluster/ita_max.hpp>
#include <cluster/ita_partial_max.hpp>
#include <cluster/matmul.hpp>
#include <cluster/max_pool.hpp>
#include <cluster/mul.hpp>
#include <cluster/pad.hpp>
#include <cluster/reduce_mean.hpp>
#include <cluster/reduce_sum.hpp>
#include <cluster/requantise.hpp>
#include <cluster/score_chain.hpp>
#include <cluster/sub.hpp>
DEEPLOY_KERNELS_END
