// SPDX-License-Identifier: Apache-2.0
// Part of <deeploy/board_host.hpp>.
#pragma once
#include <deeploy/board_host.hpp>
