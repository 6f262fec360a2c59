# SPDX-License-Identifier: Apache-2.0
# Attention in all its spellings: which become one layer, and that --no-fuse gives the same numbers from single layers.
import os
import re
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

HEADS, TOKENS, KEYS, WIDTH = 3, 5, 9, 8
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


class Graph:
    def __init__(self):
        self.nodes, self.constants, self.outputs = [], [], []
        self.inputs = {"q": [1, HEADS, TOKENS, WIDTH], "k": [1, HEADS, WIDTH, KEYS], "v": [1, HEADS, KEYS, WIDTH], "k1": [1, 1, WIDTH, KEYS],
                       "u": [1, HEADS, KEYS, WIDTH], "mask": [1, 1, 1, KEYS], "masks": [TOKENS, KEYS]}

    def constant(self, values):
        name = "c%d" % len(self.constants)
        self.constants.append(numpy_helper.from_array(np.array(values, np.float32), name))
        return name

    def node(self, kind, *inputs, name=None, **attributes):
        name = name or "n%d" % len(self.nodes)
        self.nodes.append(helper.make_node(kind, list(inputs), [name + "_y"], name=name, **attributes))
        return name + "_y"

    def requant(self, x, mul, add=0, shift=8, signed=1):
        return self.node("RequantShift", x, self.constant(mul), self.constant(add), div=float(2**shift), n_levels=256, signed=signed)

    def output(self, x, shape):
        self.outputs.append(helper.make_tensor_value_info(x, TensorProto.FLOAT, shape))


def masked(g, x, how):
    if how == "requantised":
        return g.requant(g.node("Add", g.requant(x, 90, 5, 7), g.requant("mask", 100, 0, 3)), 200, 9)
    if how == "first":
        return g.requant(g.node("Add", "mask", x), 128)
    if how == "subtracted":
        return g.requant(g.node("Sub", x, "mask"), 128)
    if how == "queries":
        return g.requant(g.node("Add", x, "masks"), 128)
    if how == "constant":
        return g.requant(g.node("Add", x, g.constant(-20 * (np.arange(TOKENS * KEYS).reshape(1, 1, TOKENS, KEYS) % 4))), 128)
    if how == "twice":
        return g.requant(g.node("Add", masked(g, x, "input"), "masks"), 128)
    if how == "wide":
        return g.requant(g.node("Add", x, g.constant(-1000 * (np.arange(KEYS) % 2))), 128)
    return g.requant(g.node("Add", x, "mask"), 128)


def divided(g, x, how):
    if how == "true":
        x = g.node("TrueIntegerDiv", x, Delta=16384, eta=200000, eps=1, y=100)
        return g.requant(x, 1, 0, 7)
    if how == "integer":
        return g.requant(g.node("IntegerDiv", x, g.constant(7), Delta=40, eta=3, eps=1), 21, 8, 7)
    return g.requant(g.node("Add", g.node("Mul", x, g.constant(-5)), g.constant(11)), 60, 0)


def attention(g, name, divides=None, mask=None, probability=False, shared=False, reshaped=False, signed=1, also_read=False, output=False,
              per_head=False, softmax=None, unsigned_values=False, bare=False):
    x = g.node("MatMul", "q", "k1" if shared else "k")
    scores = [1, HEADS, TOKENS, KEYS]
    if not bare:
        x = g.requant(x, np.array([9, 11, 13]).reshape(1, HEADS, 1, 1) if per_head else 11, 300, 12, signed)
    if also_read:
        g.output(g.node("ReduceSum", x, axes=[3], keepdims=1), [1, HEADS, TOKENS, 1])
    if output:
        g.output(x, scores)
    if reshaped:
        x = g.node("Reshape", x, g.constant([HEADS, TOKENS, KEYS]))
    if divides:
        x = divided(g, x, divides)
    if mask:
        x = masked(g, x, mask)
    x = g.node("iSoftmax", x, n_levels=256, **(softmax or {"coeffA": 1.0, "coeffB": 40.0, "coeffC": 500.0, "log2": 17.0}))
    if probability:
        x = g.requant(x, 255, -60, 8)
    if reshaped:
        x = g.node("Reshape", x, g.constant(scores))
    x = g.node("MatMul", x, "u" if unsigned_values else "v", name=name)
    g.output(g.requant(x, 25 if unsigned_values else 140, 30, 13), [1, HEADS, TOKENS, WIDTH])


def main():
    harness.need_oracle()
    g = Graph()
    for name, (form, _) in CASES.items():
        attention(g, name, **form)
    random = np.random.default_rng(5)
    inputs = {}
    for name, shape in g.inputs.items():
        low, high, kind = (0, 255, np.uint8) if name == "u" else (-128, 127, np.int8)
        inputs[name] = random.integers(low, high, shape, endpoint=True).astype(kind)
    graph = helper.make_graph(g.nodes, "g", [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in g.inputs.items()], g.outputs, g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    with harness.Folder() as folder:
        file, arrays = os.path.join(folder, "attention.onnx"), os.path.join(folder, "inputs.npz")
        with open(file, "wb") as f:
            f.write(model.SerializeToString())
        np.savez(arrays, **inputs)
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
        # With less L1 than the tables of the one layer take.
        told = harness.command("run", file, "--inputs", arrays, "--out", out, "--l1", 2000, expect=3).stderr
        harness.check("DPL-5001" in told and "--no-fuse" in told, "2,000 bytes of L1: %s" % told)
        harness.command("run", file, "--inputs", arrays, "--out", out, "--l1", 2000, "--no-fuse")
        with np.load(out) as y:
            harness.check(all(np.array_equal(y[n], single[n]) for n in single), "2,000 bytes of L1: another result")
        print("%d spellings of attention, %d became one layer" % (len(CASES), sum(fuses for _, fuses in CASES.values())))


harness.main(main)
