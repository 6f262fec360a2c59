# SPDX-License-Identifier: Apache-2.0
# A planned network with executor and kernels on a bare RISC-V core: no library, no start-up code, no writable data.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness
import riscv

FLAGS = ["-Os", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Werror"]
# Sections that hold what a program changes, or code that would have to run before main.
WRITABLE = (".data", ".bss", ".sdata", ".sbss", ".tdata", ".tbss")
START_UP = (".init_array", ".ctors", ".preinit_array", ".fini_array", ".dtors", ".eh_frame")
EXAMPLES = os.path.join(harness.ROOT, "examples")


def networks(top):
    """Name, folder, header and type of networks that are planned here."""
    def folder(name):
        os.makedirs(os.path.join(top, name), exist_ok=True)
        return os.path.join(top, name)
    digits = folder("digits")
    harness.planned(os.path.join(EXAMPLES, "02_digits", "digits.onnx"), digits, "--l1", "64000", types=["image=u8"])
    yield "digits, convolutional", digits, "model.hpp", "model::network_x::network"
    for name, about in (("03_growing_cache", "growing_cache, attention with a state"),
                        ("01_three_layers", "three_layers, written by hand")):
        header, out = os.path.join(EXAMPLES, name, "network.hpp"), folder(name)
        kind = name.split("_", 1)[1] + "::network"
        harness.command("plan", header, "--network", kind, "--out", out, "--l1", "8000")
        yield about, out, header, kind
    if not harness.have_oracle():
        print("no random networks: python3-numpy or python3-onnx is missing")
        return
    for family in ("convolutional", "attention", "mixed"):
        harness.oracle("network_cases.py", top, "--family", family, "--count", 1, "--first", 3)
        case, out = os.path.join(top, family, "0003"), folder("random_" + family)
        harness.planned(os.path.join(case, "network.onnx"), out, "--l1", "5000")
        yield "random, " + family, out, "model.hpp", "model::network_x::network"


def main():
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    allowed = riscv.COMPILER_CALLS | riscv.helpers(harness.RISCV_FLAGS)
    count = 0
    with harness.Folder() as top:
        for name, folder, header, kind in networks(top):
            file = riscv.compile_unit(harness.firmware_unit(folder, kind, header), FLAGS,
                                      os.path.join(folder, "unit.o"))
            asked, sizes = riscv.undefined(file), riscv.sections(file)
            # Templates and constants of the headers come in sections of their own: .text.x, .rodata.x
            bad = {s: n for s, n in sizes.items() if n > 0 and s.startswith(WRITABLE + START_UP)}
            print("%-38s text %6d  read-only %6d  asks for: %s" % (name, riscv.text_bytes(file),
                                                                   sum(n for s, n in sizes.items()
                                                                       if s.startswith((".rodata", ".srodata"))),
                                                                 " ".join(sorted(asked)) or "nothing"), flush=True)
            harness.check(asked <= allowed, "%s asks for %s" % (name, ", ".join(sorted(asked - allowed))))
            harness.check(not bad, "%s has writable data or start-up code: %s" % (name, bad))
            count += 1
    harness.check(count >= 3, "only %d networks" % count)


harness.main(main)
