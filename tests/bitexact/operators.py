# SPDX-License-Identifier: Apache-2.0
# Cases of every operator from the oracle, many in one network: every output element must be what the interpreter says.
"""operators.py --opset N [--count CASES_PER_OPERATOR] [--seed N]"""
import argparse
import collections
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import harness

SIZES = (64000, 8000)  # bytes of L1: half of the cases of an operator set at each


def generated(count, seed, folder):
    """Folders of the cases by operator."""
    harness.oracle("operator_cases.py", folder, "--count", count, "--seed", seed)
    cases = {}
    for operator in sorted(os.listdir(folder)):
        cases[operator] = [os.path.join(folder, operator, n)
                           for n in sorted(os.listdir(os.path.join(folder, operator)))]
        harness.check(len(cases[operator]) >= count,
                      "%s has %d cases, not %d" % (operator, len(cases[operator]), count))
    return cases


def run_group(folders, l1, folder):
    """Names of the cases that differ."""
    import merge
    merge.merge(folders, folder)
    file = lambda name: os.path.join(folder, name)
    done = harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect",
                           file("outputs.npz"), "--l1", l1,
                           "--json", file("report.json"), "--cache", harness.CACHE, "--quiet", expect=None)
    harness.check(done.returncode in (0, 1), "%d cases at %d bytes: exit %d\n%s" % (len(folders), l1, done.returncode, done.stderr[-3000:]))
    report = harness.read(file("report.json"))
    seen = {o["name"].split("/")[0] for o in report["outputs"]}
    harness.check(len(seen) == len(folders), "%d of %d cases have outputs" % (len(seen), len(folders)))
    return sorted({folders[int(o["name"].split("/")[0])] for o in report["outputs"] if o["different"]})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opset", type=int, help="only cases of this operator set")
    parser.add_argument("--count", type=int, default=int(os.environ.get("DEEPLOY_COUNT", 20)))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("DEEPLOY_SEED", 1)))
    a = parser.parse_args()
    harness.need_oracle()
    import onnx
    import merge
    with harness.Folder() as folder:
        cases = generated(a.count, a.seed, os.path.join(folder, "cases"))
        groups, tried = collections.defaultdict(list), collections.Counter()
        for operator, folders in cases.items():
            for k, case in enumerate(folders):
                opset = merge.opset_of(onnx.load(os.path.join(case, "network.onnx")))
                if a.opset in (None, opset):
                    groups[opset, SIZES[k % len(SIZES)]].append(case)
                    tried[operator] += 1
        wrong = []
        for (opset, l1), folders in sorted(groups.items()):
            out = os.path.join(folder, "merged")
            differing = run_group(folders, l1, out)
            shutil.rmtree(out)
            print("operator set %d at %d bytes of L1: %d cases, %d differ" % (opset, l1, len(folders), len(differing)),
                  flush=True)
            wrong += [os.path.relpath(d, os.path.join(folder, "cases")) + " at %d bytes" % l1 for d in differing]
        harness.check(tried, "no case has operator set %s" % a.opset)
        print("cases per operator: " + ", ".join("%s %d" % o for o in sorted(tried.items())))
        harness.check(not wrong, "different: " + ", ".join(wrong) + " (seed %d)" % a.seed)


harness.main(main)
