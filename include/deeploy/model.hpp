// SPDX-License-Identifier: Apache-2.0
// Everything that a network is written with: element types, tensors, views, operators, network.
#pragma once
#include <deeploy/network.hpp>
#include <deeploy/op/add.hpp>
#include <deeploy/op/conv2d.hpp>
#include <deeploy/op/copy.hpp>
#include <deeploy/op/gather.hpp>
#include <deeploy/op/igelu.hpp>
#include <deeploy/op/ihardswish.hpp>
#include <deeploy/op/ilayer_norm.hpp>
#include <deeploy/op/inonorm.hpp>
#include <deeploy/op/integer_div.hpp>
#include <deeploy/op/irms_norm.hpp>
#include <deeploy/op/isoftmax.hpp>
#include <deeploy/op/ita_max.hpp>
#include <deeploy/op/ita_partial_max.hpp>
#include <deeploy/op/matmul.hpp>
#include <deeploy/op/max_pool.hpp>
#include <deeploy/op/mul.hpp>
#include <deeploy/op/pad.hpp>
#include <deeploy/op/reduce_mean.hpp>
#include <deeploy/op/reduce_sum.hpp>
#include <deeploy/op/requantise.hpp>
#include <deeploy/op/sub.hpp>
#include <deeploy/tensor.hpp>
#include <deeploy/version.hpp>
#include <deeploy/view.hpp>
