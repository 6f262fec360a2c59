# SPDX-License-Identifier: Apache-2.0
# Graphs with attention: what its spellings consist of, for tests of the layer that they become.
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HEADS, TOKENS, KEYS, WIDTH = 3, 5, 9, 8


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

    def write(self, file, arrays, seed):
        """The model, and random arrays for its inputs."""
        inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in self.inputs.items()]
        graph = helper.make_graph(self.nodes, "g", inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
        with open(file, "wb") as f:
            f.write(model.SerializeToString())
        random = np.random.default_rng(seed)
        values = {}
        for name, shape in self.inputs.items():
            low, high, kind = (0, 255, np.uint8) if name == "u" else (-128, 127, np.int8)
            values[name] = random.integers(low, high, shape, endpoint=True).astype(kind)
        np.savez(arrays, **values)


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


def two_chains(folder):
    """net.onnx and inputs.npz: attention `small` fits any L1 but the smallest, keys and values of `large` take all of 256 KiB."""
    keys, width = 1024, 128
    g = Graph()
    attention(g, "small", divides="true", mask="input")
    g.inputs.update({"query": [1, 1, 1, width], "keys": [1, 1, width, keys], "values": [1, 1, keys, width]})
    x = g.requant(g.node("MatMul", "query", "keys"), 3, 300, 12)
    x = g.node("iSoftmax", x, n_levels=256, coeffA=1.0, coeffB=40.0, coeffC=500.0, log2=17.0)
    x = g.requant(g.node("MatMul", x, "values", name="large"), 140, 30, 9)
    g.output(x, [1, 1, 1, width])
    for unused in ("k1", "u", "masks"):
        del g.inputs[unused]
    g.write(os.path.join(folder, "net.onnx"), os.path.join(folder, "inputs.npz"), 7)
