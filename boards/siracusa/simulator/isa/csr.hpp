// SPDX-License-Identifier: Apache-2.0
// Control and status registers, the performance counters among them.
#pragma once
#include "../core.hpp"

namespace simulator::csr {
inline constexpr std::uint32_t fflags = 0x001, frm = 0x002, fcsr = 0x003, mstatus = 0x300, misa = 0x301, mie = 0x304,
                               mtvec = 0x305, mscratch = 0x340, mepc = 0x341, mcause = 0x342, mtval = 0x343,
                               mip = 0x344, pccr = 0x780, loops_old = 0x7B0, loops_new = 0x7C0, mcycle = 0xB00,
                               minstret = 0xB02, mcycleh = 0xB80, minstreth = 0xB82, cycle = 0xC00, instret = 0xC02,
                               cycleh = 0xC80, instreth = 0xC82, pcer = 0xCC0, pcmr = 0xCC1, mvendorid = 0xF11,
                               marchid = 0xF12, mimpid = 0xF13, mhartid = 0xF14;
inline constexpr std::uint32_t mstatus_enable = 8, mstatus_previous = 0x80;

/// False when there is no such register (or it cannot be written): the instruction is illegal.
bool read(core&, std::uint32_t number, std::uint32_t& value);
bool write(core&, std::uint32_t number, std::uint32_t value);
}  // namespace simulator::csr
