// SPDX-License-Identifier: Apache-2.0
// All kernels of the cluster.
#pragma once
// Where the program around them is built for size (-Os), kernels are still built for speed: their cycles are what plans count on.
#if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("O2")
#endif
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
#if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#pragma GCC pop_options
#endif
