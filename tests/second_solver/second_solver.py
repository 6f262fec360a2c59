# SPDX-License-Identifier: Apache-2.0
# The integer programs of plans, solved by another solver: the same objective, and no gap.
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

SECONDS = 300  # cbc may take, a guard against a hang


def networks(top):
    """Name, file, words of planning. Reduced grids keep the programs of random networks small; MLPerf's are solved whole."""
    folder = harness.conformance()
    if folder:
        for name in ("KeywordSpotting", "KeywordSpotting_calibrated", "ImageClassification",
                     "ImageClassification_calibrated"):
            yield name, os.path.join(folder, "Models", "MLPerf", name, "network.onnx"), ["--l1", "64000"]
    else:
        print("the conformance networks are not there: random ones instead")
    if harness.have_oracle():
        for family in ("convolutional", "sequence", "attention"):
            harness.oracle("network_cases.py", top, "--family", family, "--count", 1, "--first", 2)
            yield "random, " + family, os.path.join(top, family, "0002", "network.onnx"), ["--l1", "6000",
                                                                                           "--reduced-grids"]


def solve(lp, folder):
    """Objective that cbc proves optimal."""
    solution = os.path.join(folder, "solution.txt")
    done = subprocess.run(["cbc", lp, "ratio", "0", "allow", "0", "sec", str(SECONDS), "solve", "solution", solution],
                          capture_output=True, text=True, check=False,
                          timeout=SECONDS + 60)
    harness.check(os.path.exists(solution), "cbc wrote no solution\n" + done.stdout[-1500:])
    with open(solution, encoding="utf-8") as f:
        head = f.readline()
    found = re.match(r"Optimal - objective value\s+(\S+)", head)
    harness.check(found, "cbc did not finish: " + head)
    return float(found[1])


def main():
    harness.need_program("cbc", "coinor-cbc")
    count = 0
    with harness.Folder() as top:
        for name, network, options in networks(top):
            folder = os.path.join(top, "plan_%d" % count)
            lp = os.path.join(folder, "program.lp")
            os.makedirs(folder)
            plan = harness.planned(network, folder, *options, "--lp", lp)["plan"]
            other = solve(lp, folder)
            print("%-32s plan %d, bound %d, gap %.4f; cbc %.0f" % (name, plan["objective"], plan["bound"], plan["gap"],
                                                                   other), flush=True)
            harness.check(round(other) == plan["objective"],
                          "%s: the plan costs %d, cbc finds %.3f" % (name, plan["objective"], other))
            harness.check(plan["gap"] == 0, "%s: gap %g" % (name, plan["gap"]))
            count += 1
    if count == 0:
        harness.skip("neither conformance networks nor python3-onnx are there")


harness.main(main)
