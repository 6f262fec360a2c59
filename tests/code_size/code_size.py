# SPDX-License-Identifier: Apache-2.0
# Code of a transformer of 8 blocks against one of 1 block: equal layers share kernels, so it must hardly grow.
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
import harness
import riscv
import transformer

MOST_GROWTH = 1.5
TARGETS = (("rv32imc -Os", harness.RISCV, ["-Os"]), ("host -O2", "", ["-O2"]))


def main():
    measured = {}
    with harness.Folder() as top:
        for l1 in (64000, 20000):
            for blocks in (1, 8):
                folder = os.path.join(top, "%d_%d" % (l1, blocks))
                transformer.write(folder, blocks)
                harness.command("plan", os.path.join(folder, "model.hpp"), "--network", "transformer::network",
                                "--constants", os.path.join(folder, "constants.bin"),
                                "--out", folder, "--l1", l1)
                source = harness.firmware_unit(folder, "transformer::network")
                for name, prefix, flags in TARGETS:
                    if prefix and shutil.which(prefix + "g++") is None:
                        continue
                    out = os.path.join(folder, "unit.o")
                    if prefix:
                        riscv.compile_unit(source, flags, out)
                    else:
                        harness.compiled([harness.CXX, "-std=c++20", *flags, *harness.INCLUDES, "-c", source, "-o",
                                          out])
                    measured[name, l1, blocks] = riscv.text_bytes(out, prefix)
    for name, _, _ in TARGETS:
        for l1 in (64000, 20000):
            if (name, l1, 8) not in measured:
                print("%s: not measured, the compiler is missing" % name)
                continue
            one, eight = measured[name, l1, 1], measured[name, l1, 8]
            print("%-12s L1 %6d: text of 1 block %6d, of 8 blocks %6d bytes: %.2f times" % (name, l1, one, eight,
                                                                                            eight / one))
            harness.check(one > 2000, "the text of one block is not there")
            harness.check(eight <= MOST_GROWTH * one,
                          "%s at %d: %.2f times, %.1f allowed" % (name, l1, eight / one, MOST_GROWTH))


harness.main(main)
