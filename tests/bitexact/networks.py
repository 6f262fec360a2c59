# SPDX-License-Identifier: Apache-2.0
# Random whole networks of the oracle at several sizes of L1: outputs and tensors between layers must be equal.
"""networks.py --family F [--count N] [--first K] [--seed N]; count and seed also by DEEPLOY_COUNT and DEEPLOY_SEED"""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "sweep")]
import cases
import harness
import runs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", required=True)
    parser.add_argument("--l1", default="64000,5000")
    parser.add_argument("--count", type=int, default=3, help="how many, unless DEEPLOY_COUNT says")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("DEEPLOY_SEED", 1)))
    parser.add_argument("--board", help="a board that has a simulator, which checks (default: the host)")
    parser.add_argument("--compiler", help="of the board's programs, in place of its recipe's")
    a = parser.parse_args()
    a.count = int(os.environ.get("DEEPLOY_COUNT", a.count))
    harness.need_oracle()
    if a.compiler:
        os.environ["DEEPLOY_TARGET_CXX"] = harness.need_program(a.compiler, a.compiler.replace("++", ""))
    sizes = [int(s) for s in a.l1.split(",")]
    with harness.Folder() as folder:
        if a.board:
            os.environ["DEEPLOY_SIMULATOR"] = harness.checking_simulator(folder)
        harness.oracle("network_cases.py", folder, "--family", a.family, "--count", a.count, "--first", a.first,
                       "--seed", a.seed)
        sweep = runs.Sweep(harness.DEEPLOY, os.path.join(harness.CACHE, "networks"), 1024000, fresh=True, board=["--board", a.board] if a.board else [])
        wrong = []
        for case in cases.find_cases(folder):
            results = sweep.run_case(case, sizes)
            print("%-22s %s, %d tensors between layers" % (case.name,
                                                           "  ".join("%d %s" % (l1, r["status"]) for l1,
                                                                     r in results.items()),
                                                       max(r.get("compared", 0) for r in results.values())), flush=True)
            wrong += ["%s at %d bytes is %s: %s" % (case.name, l1, r["status"], r.get("message", "")) for l1,
                      r in results.items() if r["status"] != "equal"]
        harness.check(not wrong, "seed %d: " % a.seed + "\n".join(wrong))


harness.main(main)
