# SPDX-License-Identifier: Apache-2.0
# Does the cost model rank plans as the simulator does? The planner's choice for a layer against plans drawn among all legal ones.
"""rank.py [--match WORD] [--board siracusa] [--draws 10] [--first N] [--count N] [--json FILE] [--only-shown]"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import harness

TOLERANCE = 0.10
# 50 layers with a choice: engines, forms, tiles, orders, buffers. The sizes of L1 leave room for some of the layer, or for all of it.
CLUSTER, BOTH = "cluster", "npu,cluster"
CHOSEN = [(CLUSTER, l1, name) for l1, names in {
    12000: ["conv3x3 32 to 32, 12x12 i8", "conv3x3 12 to 20, 9x9", "conv3x3 48 to 8, 6x6", "conv3x3 3 to 16, 32x32", "conv5x5 8 to 16, 14x14", "conv1x1 16 to 48, 24x24",
            "depthwise 64, 25x5", "depthwise 16, 48x48", "depthwise 24, 24x24 by 2", "linear 1, 256 to 256", "linear 1, 1024 to 256", "linear 16, 64 to 256", "linear 65, 64 to 64",
            "matmul 4 x 32, 16 by 32", "matmul 1 x 64, 64 by 64", "gemm 16, 128 to 64", "add 32768 with requants", "add 32768", "mul 32768 with requants", "gelu 32768",
            "requantise 32768 i32", "softmax 512x64", "rms 256x64", "layer norm 256x64", "ita max 256x64", "max pool 2x2 16, 32x32", "mean over 25x5", "transpose 128x256", "concat whole"],
    64000: ["conv3x3 64 to 64, 16x16", "conv3x3 16 to 32, 32x32 by 2", "conv1x1 128 to 128, 16x16", "linear 1, 256 to 1024", "hardswish 32768"]}.items() for name in names]
CHOSEN += [(BOTH, l1, name) for l1, names in {
    12000: ["conv3x3 16 to 16, 32x32", "conv3x3 3 to 16, 32x32", "conv3x3 32 to 32, 16x16 per channel", "conv1x1 64 to 64, 12x12", "conv1x1 16 to 48, 24x24", "depthwise 64, 16x16",
            "depthwise 16, 48x48", "linear 16, 64 to 256", "linear 65, 64 to 64", "conv5x5 1 to 32, 40x10"],
    64000: ["conv3x3 64 to 64, 16x16", "conv1x1 128 to 128, 16x16", "linear 1, 256 to 256", "conv3x3 32 to 64, 16x16 by 2", "depthwise 64, 16x16 by 2", "conv3x3 32 to 32, 8x8 wide"]}.items() for name in names]


def simulated(case, board, engines, l1, draw):
    """Cycles, estimated and simulated, and the plan in words; None: no such plan fits."""
    file = lambda n: os.path.join(case, n)
    kept = file("kept")
    done = harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", board, "--engines", engines,
                           "--l1", l1, "--draw", draw, "--json", file("report.json"), "--keep", kept, "--cache", harness.CACHE, "--quiet", expect=None)
    harness.check(done.returncode in (0, 3), "%s, draw %d: status %d\n%s" % (case, draw, done.returncode, done.stderr[-2000:]))
    if done.returncode == 3:
        return None
    r = harness.read(file("report.json"))
    words = []
    for step in harness.read(os.path.join(kept, "plan.json"))["steps"]:
        cut = ["%s %d of %d" % (axis, *lengths) for axis, lengths in step["tile"].items() if lengths[0] < lengths[1]]
        copies = "".join(str(len(b["at"])) for b in step["buffers"].values())
        words.append(" ".join([step["engine"], step["form"], *cut, "buffers " + copies, "order " + ",".join(step["order"])]))
    return {"cycles": r["cycles"], "estimated": sum(s["estimated_cycles"] for s in r["steps"]), "plan": "; ".join(words)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--match", default="", help="only names with this in them")
    parser.add_argument("--board", default="siracusa")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=len(CHOSEN))
    parser.add_argument("--json", help="also writes all figures here")
    parser.add_argument("--only-shown", action="store_true", help="no error where another plan is faster")
    a = parser.parse_args()
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    import layers
    makers = {name: make for cases, _ in layers.GROUPS.values() for name, make in cases.items()}
    rows, behind = [], []
    with harness.Folder() as folder:
        for engines, l1, name in CHOSEN[a.first:a.first + a.count]:
            if a.match not in name:
                continue
            case = os.path.join(folder, "case%d" % len(rows))
            layers.write(name, makers[name], case)
            choice = simulated(case, a.board, engines, l1, 0)
            harness.check(choice is not None, "%s has no plan at %d bytes" % (name, l1))
            others = []
            for draw in range(1, 3 * a.draws + 1):  # some fit the layer and not its memories
                drawn = simulated(case, a.board, engines, l1, draw)
                if drawn is not None and drawn["plan"] not in [o["plan"] for o in others]:
                    others.append(drawn)
                if len(others) == a.draws:
                    break
            fastest = min(others, key=lambda o: o["cycles"], default=choice)
            share = choice["cycles"] / fastest["cycles"]
            print("%-11s %6d %-38s %9d, fastest of %2d drawn %9d, %5.2f" % (engines, l1, name, choice["cycles"], len(others), fastest["cycles"], share), flush=True)
            if share > 1 + TOLERANCE:
                behind.append("%s at %d, %s: %d cycles (%d estimated) by %s; %d cycles (%d estimated) by %s" % (
                    name, l1, engines, choice["cycles"], choice["estimated"], choice["plan"], fastest["cycles"], fastest["estimated"], fastest["plan"]))
                print("    " + behind[-1], flush=True)
            rows.append({"name": name, "l1": l1, "engines": engines, "choice": choice, "drawn": others})
            if a.json:
                harness.write(a.json, json.dumps(rows, indent=0))
    harness.check(rows, "nothing was measured")
    print("%d layers, %d drawn plans; the choice is at most %.2f times the fastest" % (
        len(rows), sum(len(r["drawn"]) for r in rows), max(r["choice"]["cycles"] / min([o["cycles"] for o in r["drawn"]] + [r["choice"]["cycles"]]) for r in rows)))
    harness.check(a.only_shown or not behind, "%d of %d choices are more than %d %% behind a drawn plan" % (len(behind), len(rows), 100 * TOLERANCE))


harness.main(main)
