// SPDX-License-Identifier: Apache-2.0
// Part of <deeploy/model.hpp>.
#pragma once
#include <deeploy/model.hpp>
