# SPDX-License-Identifier: Apache-2.0
# The planned peak of each memory against the largest sum of live bytes, counted anew from the plan's steps and tiles.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "sweep")]
import cases
import harness
import live_bytes

MOST_WASTE = 0.02
SIZES = (262144, 64000, 5000)


def networks(top):
    """Name, network and its inputs."""
    yield "digits", os.path.join(harness.ROOT, "examples", "02_digits", "digits.onnx"), None
    folder = harness.conformance()
    if folder:
        small = [] if "--all" in sys.argv else ["MLPerf", "microLlama64", "microLlama8_", "Int/ICCT", "miniMobileNet",
                                                "EEGFormer", "CNN_Linear1"]
        for case in cases.find_cases(folder, small):
            yield case.name, case.network, case.inputs[0]
    else:
        print("the conformance networks are not there: their part was skipped")
    if harness.have_oracle():
        count = 8 if "--all" in sys.argv else 2
        harness.oracle("network_cases.py", top, "--count", count, "--first", 20)
        for case in cases.find_cases(top):
            yield "random, " + case.name, case.network, case.inputs[0]


def main():
    worst, plans, checked = 0.0, 0, 0
    with harness.Folder() as top:
        for k, (name, network, inputs) in enumerate(networks(top)):
            folder = os.path.join(top, "model_%d" % k)
            harness.command("import", network, "--out", folder,
                            *(["--inputs", inputs] if inputs else ["--type", "image=u8"]))
            line = []
            for l1 in SIZES:
                harness.command("plan", folder, "--l1", l1, "--l2", 1024000)
                plan = harness.read(os.path.join(folder, "plan.json"))
                count = live_bytes.Count(plan)
                harness.check(not count.problems, "%s at %d: %s" % (name, l1, "; ".join(count.problems[:4])))
                plans, checked = plans + 1, checked + count.results_checked
                for memory, facts in plan["memory"].items():
                    used, live = facts["used"], count.peak[memory]
                    # Fewer bytes than live at once would be a plan that overlaps.
                    harness.check(used >= live, "%s at %d: %s uses %d bytes, %d live at once" % (name, l1, memory, used, live))
                    waste = used / live - 1 if live else 0.0
                    worst = max(worst, waste)
                    harness.check(waste <= MOST_WASTE,
                                  "%s at %d: %s uses %d bytes, %d live: %.1f %% more" % (name, l1, memory, used, live,
                                                                                         100 * waste))
                    if memory in ("l1", "l2"):
                        line.append("%s %d/%d" % (memory, used, live))
            print("%-50s %s" % (name, "  ".join(line)), flush=True)
    print("%d plans, %d result tiles counted anew; most above the live bytes: %.3f %%" % (plans, checked, 100 * worst))
    harness.check(checked > plans, "hardly any tile was counted anew")


harness.main(main)
