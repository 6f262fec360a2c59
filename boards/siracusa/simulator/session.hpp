// SPDX-License-Identifier: Apache-2.0
// One run of one image: loading it, running it, telling how it ended.
#pragma once
#include "elf.hpp"
#include "machine.hpp"

#include <string>

namespace simulator {
/// Puts an image into the machine's memories and starts the fabric controller. @throws bad_image
void load(machine& m, firmware const& image);

/// Puts a file into HyperRAM as a boot loader would: "FILE", or "FILE@OFFSET". @throws bad_image
void fill_l3(machine& m, std::string const& file_and_offset);

/// Where a core stands: state, program counter, function, line.
std::string describe_core(machine& m, firmware const& image, core const& c);
/// The functions that called the one at the core's program counter, innermost first.
std::string backtrace(machine& m, firmware const& image, core const& c);
/// Why the run ended, with every core when it did not end by itself.
std::string describe_stop(machine& m, firmware const& image);
int exit_code(machine const& m);
}  // namespace simulator
