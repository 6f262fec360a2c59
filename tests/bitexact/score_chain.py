# SPDX-License-Identifier: Apache-2.0
# Attention in all its spellings: which become one layer, and that --no-fuse gives the same numbers from single layers.
import os
import re
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

# How a case differs from matmul, requantisation, softmax, matmul, requantisation; and whether it becomes one layer.
CASES = {
    "plain": ({}, True),
    "all_stages": ({"divides": "true", "mask": "requantised", "probability": True}, True),
    "integer_div": ({"divides": "integer"}, True),
    "scaled_by_constants": ({"divides": "mul_add"}, True),
    "mask_alone": ({"mask": "input"}, True),
    "mask_first": ({"mask": "first"}, True),
    "mask_subtracted": ({"mask": "subtracted"}, True),
    "mask_of_queries": ({"mask": "queries"}, True),
    "mask_constant": ({"mask": "constant"}, True),
    "probabilities_signed": ({"probability": True, "divides": "true"}, True),
    "one_head_of_keys": ({"shared": True}, True),
    "reshaped_scores": ({"reshaped": True, "mask": "input"}, True),
    "scores_unsigned": ({"signed": 0}, True),
    "scores_read_twice": ({"also_read": True}, False),
    "scores_are_output": ({"output": True}, False),
    "scale_per_head": ({"per_head": True}, False),
    "two_masks": ({"mask": "twice"}, False),
    "mask_too_wide": ({"mask": "wide"}, False),
    "exponentials_too_large": ({"softmax": {"coeffA": 1.0, "coeffB": 400.0, "coeffC": 70000.0, "log2": 200.0}}, False),
    "values_unsigned": ({"unsigned_values": True}, False),
    "no_requantisation": ({"bare": True}, False),
}


def main():
    harness.need_oracle()
    from attention_graph import Graph, attention
    g = Graph()
    for name, (form, _) in CASES.items():
        attention(g, name, **form)
    with harness.Folder() as folder:
        file, arrays = os.path.join(folder, "attention.onnx"), os.path.join(folder, "inputs.npz")
        g.write(file, arrays, 5)
        results = {}
        for options in ((), ("--no-fuse",)):
            harness.command("import", file, "--inputs", arrays, "--out", folder, *options)
            with open(os.path.join(folder, "model.hpp"), encoding="utf-8") as f:
                found = set(re.findall(r"struct (\w+) : op::score_chain<", f.read()))
            wanted = {n for n, (_, fuses) in CASES.items() if fuses} if not options else set()
            harness.check(found == wanted, "with %s fused: %s, left: %s" % (options, sorted(found - wanted), sorted(wanted - found)))
            out = os.path.join(folder, "outputs%d.npz" % len(options))
            harness.command("run", file, "--inputs", arrays, "--out", out, "--l1", 20000, *options)
            with np.load(out) as y:
                results[options] = {n: y[n] for n in y.files}
        fused, single = results[()], results[("--no-fuse",)]
        harness.check(set(fused) == set(single) and len(fused) == len(g.outputs), "outputs are missing")
        for name in single:
            harness.check(np.array_equal(fused[name], single[name]), "%s differs" % name)
            harness.check(len(np.unique(single[name])) > 3, "%s is nearly constant: %s" % (name, np.unique(single[name])))
        print("%d spellings of attention, %d became one layer" % (len(CASES), sum(fuses for _, fuses in CASES.values())))


harness.main(main)
