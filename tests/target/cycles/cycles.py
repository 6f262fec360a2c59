# SPDX-License-Identifier: Apache-2.0
# Cycles of whole networks and of single layers on the NPU against committed limits; simulated cycles are exact. Where the
# conformance networks are not there, their lines are left out.
"""cycles.py [--write] [--match WORD]

Lines of limits.txt: cycles, name, engines, bytes of L1. --write measures all and renews the file."""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../../support", "../../calibration"):
    sys.path.insert(0, os.path.join(HERE, *folder.split("/")))
import harness  # noqa: E402

LIMITS = os.path.join(HERE, "limits.txt")
TOLERANCE = 0.02  # of more cycles; of fewer the limit should be renewed
CONFORMANCE = {"KeywordSpotting": "Models/MLPerf/KeywordSpotting", "ImageClassification": "Models/MLPerf/ImageClassification", "miniMobileNet": "Models/miniMobileNet",
               "microLlama64": "Models/microLlama/INT8/microLlama64", "token64": "Models/microLlama_4M/INT8/token64"}


def tiny_layers(count, n=16):
    """So many layers of n elements, one after the other, of eight kinds: what a layer costs that computes next to nothing."""
    import layers
    from random_parts import new_input, random_integers

    def make(b):
        x = before = new_input(b, [1, n], "i8")
        kinds = [lambda: layers.requant(b, b.node("MatMul", x, layers.weights(b, [n, n]))), lambda: layers.requant(b, b.node("Add", x, before)),
                 lambda: b.custom("iRMSNorm", x, b.constant(random_integers(b, [n], 20, 90) * 2**14), D=2**14, n_levels=256),
                 lambda: layers.requant(b, b.node("Mul", x, before)), lambda: layers.requant(b, b.custom("iHardswish", x, **layers.HARDSWISH)), lambda: layers.requant(b, b.custom("iGELU", x, b=-60, one=3700)),
                 lambda: layers.requant(b, b.node("Sub", x, before)), lambda: b.node("Concat", b.node("Slice", x, b.index([n // 2]), b.index([n]), b.index([1])),
                                                                                     b.node("Slice", before, b.index([0]), b.index([n // 2]), b.index([1])), axis=1)]
        for i in range(count):
            x, before = kinds[i % len(kinds)](), x
        return [x]
    return make


def generated():
    import layers
    return {"100 tiny layers": tiny_layers(100), "conv3x3 112 to 128, 24x24": layers.conv(24, 112, 128, 3), "conv1x1 256 to 256, 24x24": layers.conv(24, 256, 256, 1),
            "depthwise 84, 24x24": layers.depthwise(24, 84), "depthwise 64, 24x24 by 2": layers.depthwise(24, 64, 2), "linear 1, 256 to 1024": layers.linear(1, 256, 1024), "linear 1, 756 to 256": layers.linear(1, 756, 256), "linear 1, 256 to 256": layers.linear(1, 256, 256), "linear 1, 1024 to 256": layers.gemm(1, 1024, 256), "linear 1, 1000 to 10": layers.linear(1, 1000, 10),
            "add 262144": layers.binary("Add", [1, 262144], False, True)}


def measured(name, engines, l1, made, folder):
    if name in CONFORMANCE:
        root = harness.conformance()
        if root is None:
            return None
        case = os.path.join(root, *CONFORMANCE[name].split("/"))
    else:
        import layers
        case = os.path.join(folder, "case")
        layers.write(name, made[name], case)
    file = lambda n: os.path.join(case, n)
    report = os.path.join(folder, "report.json")
    harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", "siracusa", "--engines", engines, "--l1", l1,
                    "--l2", 1200000, "--json", report, "--cache", harness.CACHE, "--quiet")
    return harness.read(report)["cycles"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--match", default="")
    a = parser.parse_args()
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    with open(LIMITS, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("; ") for line in f if line.strip() and not line.startswith("#")]
    made, wrong, count, text = generated(), [], 0, "# cycles; network or layer; engines; bytes of L1. Renewed by cycles.py --write\n"
    with harness.Folder() as folder:
        for limit, name, engines, l1 in lines:
            cycles = measured(name, engines, int(l1), made, folder) if a.match in name else None
            if cycles is None and a.match in name:
                print("%9s: %s, the conformance networks are not here" % ("left out", name), flush=True)
            if cycles is not None:
                count += 1
                print("%9d cycles, limit %9s: %s on %s, %s bytes of L1" % (cycles, limit, name, engines, l1), flush=True)
                if not (1 - TOLERANCE) * int(limit) <= cycles <= (1 + TOLERANCE) * int(limit):
                    wrong.append("%s on %s at %s: %d cycles, %s before" % (name, engines, l1, cycles, limit))
            text += "%s; %s; %s; %s\n" % (limit if cycles is None else cycles, name, engines, l1)
    harness.check(count, "nothing was measured")
    if a.write:
        harness.write(LIMITS, text)
        return
    harness.check(not wrong, "more than %d %% away from the limits; where that is meant, cycles.py --write\n%s" % (100 * TOLERANCE, "\n".join(wrong)))


harness.main(main)
