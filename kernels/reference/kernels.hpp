// SPDX-License-Identifier: Apache-2.0
// All reference kernels.
#pragma once
#include <reference/add.hpp>
#include <reference/conv2d.hpp>
#include <reference/copy.hpp>
#include <reference/gather.hpp>
#include <reference/igelu.hpp>
#include <reference/ihardswish.hpp>
#include <reference/ilayer_norm.hpp>
#include <reference/inonorm.hpp>
#include <reference/integer_div.hpp>
#include <reference/irms_norm.hpp>
#include <reference/isoftmax.hpp>
#include <reference/ita_max.hpp>
#include <reference/ita_partial_max.hpp>
#include <reference/matmul.hpp>
#include <reference/max_pool.hpp>
#include <reference/mul.hpp>
#include <reference/pad.hpp>
#include <reference/reduce_mean.hpp>
#include <reference/reduce_sum.hpp>
#include <reference/requantise.hpp>
#include <reference/score_chain.hpp>
#include <reference/sub.hpp>
