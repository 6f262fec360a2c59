# SPDX-License-Identifier: Apache-2.0
# Estimated against simulated cycles of networks of one layer each: the cost functions' constants come from here.
"""calibration.py [--group NAME] [--l1 262144,64000] [--board siracusa] [--match WORD] [--json FILE] [--only-shown]"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import harness

LARGE, TOLERANCE = 2000, 0.25  # layers of more cycles than this are estimated within the tolerance


def measure(name, make, engines, sizes, board, folder):
    import layers
    case = os.path.join(folder, "case")
    layers.write(name, make, case)
    file = lambda n: os.path.join(case, n)
    for l1 in sizes:
        harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", board, "--engines", engines,
                        "--l1", l1, "--json", file("report.json"), "--cache", harness.CACHE, "--quiet")
        r = harness.read(file("report.json"))
        yield {"name": name, "l1": l1, "engines": engines, "steps": r["steps"], "kinds": [s["kind"] for s in r["layers"]],
               "estimated": sum(s["estimated_cycles"] for s in r["steps"]), "cycles": r["cycles"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", action="append", help="products, planes, elements, rows, movement, npu; all of them")
    parser.add_argument("--l1", default="262144,64000")
    parser.add_argument("--board", default="siracusa")
    parser.add_argument("--match", default="", help="only names with this in them")
    parser.add_argument("--json", help="also writes all figures here")
    parser.add_argument("--only-shown", action="store_true", help="no error where an estimate is far away")
    a = parser.parse_args()
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    import layers
    rows, far = [], []
    with harness.Folder() as folder:
        for group in a.group or layers.GROUPS:
            cases, engines = layers.GROUPS[group]
            for name, make in cases.items():
                if a.match not in name:
                    continue
                for row in measure(name, make, engines, a.l1.split(","), a.board, folder):
                    share = row["estimated"] / row["cycles"]
                    how = " + ".join("%s/%s" % (s["engine"], s["form"]) for s in row["steps"])
                    print("%-10s %-42s %7s %9d %9d %6.2f  %s" % (group, name, row["l1"], row["estimated"], row["cycles"], share, how), flush=True)
                    rows.append(dict(row, group=group))
                    if row["cycles"] > LARGE and abs(share - 1) > TOLERANCE:
                        far.append("%s at %s: %d estimated, %d simulated" % (name, row["l1"], row["estimated"], row["cycles"]))
                    if a.json:
                        import json
                        harness.write(a.json, json.dumps(rows, indent=0))
    harness.check(rows, "nothing was measured")
    harness.check(a.only_shown or not far, "%d of %d estimates are more than %d %% away:\n%s" % (len(far), len(rows), 100 * TOLERANCE, "\n".join(far)))


harness.main(main)
