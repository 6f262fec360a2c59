# SPDX-License-Identifier: Apache-2.0
# Steps whose tiles the cluster makes ready itself: an addition with so little L1 that it has more tiles than the compiler walks over.
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("support", "calibration")]
import harness

ELEMENTS = 262144


def walks(elf):
    """Is the code in the program that makes tiles ready at run time?"""
    symbols = subprocess.run([harness.RISCV + "nm", "-C", elf], capture_output=True, text=True, check=True).stdout
    return re.search(r" deeploy::siracusa::walk_step\(", symbols) is not None


def run(case, l1, kept):
    file = lambda name: os.path.join(case, name)
    harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", "siracusa", "--engines", "cluster",
                    "--l1", l1, "--json", file("report.json"), "--keep", kept, "--quiet")
    elf = os.path.join(kept, "runner.elf")
    checked = subprocess.run([harness.SIMULATOR, "--check", elf], capture_output=True, text=True, check=False)
    harness.check(checked.returncode == 0, "%d bytes: --check ends with %d\n%s" % (l1, checked.returncode, checked.stderr[-3000:]))
    print("%d elements, %d bytes of L1: equal, %d cycles, %s" % (ELEMENTS, l1, harness.read(file("report.json"))["cycles"], "walked" if walks(elf) else "from the stream"))
    return walks(elf)


def main():
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    import layers
    with harness.Folder() as folder:
        case = os.path.join(folder, "case")
        layers.write("add", layers.binary("Add", [1, ELEMENTS]), case)
        for l1 in (2000, 3000):
            harness.check(run(case, l1, os.path.join(folder, str(l1))), "%d bytes: the tiles are not made ready at run time" % l1)
        # Or the look at the symbols would say nothing.
        harness.check(not run(case, 64000, os.path.join(folder, "few")), "few tiles, and they are made ready at run time all the same")


harness.main(main)
