# SPDX-License-Identifier: Apache-2.0
# Graphs that are wrong as graphs: shapes, names, order, operators that nobody knows.
import numpy as np
from onnx import TensorProto, helper

import models
from models import content, conv, info, one, requant, tensor
from table import Case, imported, written


def graph(**parts):
    return lambda folder: imported(written(folder, "net.onnx", content(**parts)))


def single(*words, types=("x=i8",), **parts):
    return lambda folder: imported(written(folder, "net.onnx", one(*words, **parts)), types=types)


def node(operator, inputs, outputs, name, **attributes):
    return helper.make_node(operator, inputs, outputs, name=name, **attributes)


def unknown_operators():
    nodes = [node("Softmax", ["x"], ["a"], "soft", axis=1), node("Quux", ["a"], ["b"], "odd", level=3, mode="fast", domain="my.domain"),
             node("Conw", ["b"], ["c"], "misspelt", kernel_shape=[3, 3]), node("AveragePool", ["c"], ["y"], "pool", kernel_shape=[2, 2])]
    return graph(nodes=nodes, initializers=[])


def dynamic():
    shape = ["batch", 4, None, 6]
    return graph(inputs=[info("x", shape)])


def without_shape():
    x = helper.make_tensor_value_info("x", models.FLOAT, None)
    return graph(inputs=[x])


def several_at_once():
    # A dynamic dimension, an unknown operator, weights cut off, and a type for an input that is not there.
    broken = models.tensor("w", models.weights())
    broken.raw_data = broken.raw_data[:40]
    nodes = [conv(), requant(output="q"), node("Erf", ["q"], ["y"], "erf")]
    model = content(nodes=nodes, inputs=[info("x", ["n", 4, 6, 6])], initializers=models.constants(w=broken))
    return lambda folder: imported(written(folder, "net.onnx", model), types=("other=u8",))


def several_nodes():
    nodes = [conv(), requant(output="q", div=100.0), requant(source="x", output="p", name="second", signed=None),
             node("Add", ["x", "w"], ["r"], "sum"), node("Transpose", ["x"], ["t"], "turn", perm=[0, 1, 1, 3])]
    return graph(nodes=nodes, outputs=[info(n, None) for n in "qprt"])


UNSORTED = dict(nodes=[requant(), conv()])
CYCLE = dict(nodes=[node("Add", ["x", "b"], ["a"], "first"), node("Identity", ["a"], ["b"], "second"), requant(source="a")])
TWICE = dict(nodes=[conv(), requant(), requant(name="again")])

CASES = [
    Case("a sound network", graph(), 0, []),
    Case("unsorted nodes are fine", graph(**UNSORTED), 0, []),
    Case("unknown operators, all at once", unknown_operators(), 2, [4201] * 4,
         ["node soft has the operator Softmax (axis=1)", "iSoftmax or ITAMax", "node odd has the operator my.domain::Quux (level=3, mode=fast)", "none that is like it",
          "node misspelt has the operator Conw (kernel_shape=[3, 3])", "closest supported: Conv", "node pool", "ReduceMean over the spatial axes"]),
    Case("dynamic dimensions, all named", dynamic(), 2, [4111, 4111], ["input x", "dimension 0 is dynamic (batch)", "dimension 2 is dynamic (no value)", "fix it"]),
    Case("negative dimension", graph(inputs=[info("x", [1, -4, 6, 6])]), 2, [4111], ["dimension 1", "-4"]),
    Case("input without a shape", without_shape(), 2, [4110], ["input x has no shape", "declare"]),
    Case("declared shape contradicts", graph(outputs=[info("y", [1, 5, 6, 7])]), 2, [4112], ["quantise", "[1, 5, 6, 6] by inference", "[1, 5, 6, 7] by declaration", "correct the file"]),
    Case("value_info contradicts", graph(value_info=[info("c", [1, 9, 6, 6])]), 2, [4112], ["conv1", "[1, 5, 6, 6]", "[1, 9, 6, 6]"]),
    Case("huge input", graph(inputs=[info("x", [2**40, 4, 6, 6])]), 2, [4272], ["input x", str(2**40), str(2**29 - 1)]),
    Case("extents whose product wraps", graph(inputs=[info("x", [2**62, 4, 6, 6])]), 2, [4272], ["input x"]),
    Case("too many axes", single("Relu", shape=[1] * 17), 2, [4272], ["16 axes"]),
    Case("cycle", graph(**CYCLE), 2, [4106], ["first, second", "break the cycle"]),
    Case("a value written twice", graph(**TWICE), 2, [4104], ["value y", "quantise and again"]),
    Case("an input written by a node", graph(nodes=[conv(), requant(output="x"), requant(source="c")]), 2, [4104], ["value x is an input", "quantise"]),
    Case("an initializer twice", graph(initializers=models.constants() + [tensor("mul", 3)]), 2, [4104], ["initializer mul"]),
    Case("an input twice", graph(inputs=[info("x", [1, 4, 6, 6])] * 2), 2, [4104], ["input x is declared twice"]),
    Case("a value that nothing writes", graph(nodes=[conv(source="other"), requant()]), 2, [4105], ["conv1", "reads other", "complete the graph"]),
    Case("an output that nothing writes", graph(outputs=[info("z", [1])]), 2, [4105], ["output z"]),
    Case("several things at once", several_at_once(), 2, [4108, 4111, 4201, 4205], ["10 values", "180", "dimension 0", "node erf", "other=u8", "it has x"]),
    Case("several nodes at once", several_nodes(), 2, [4221, 4222, 4230, 4262], ["div is 100", "second", "sum", "[1, 4, 6, 6] and [5, 4, 3, 3]", "perm [0, 1, 1, 3]"]),
    Case("missing input of a node", single("MatMul"), 2, [4226], ["node1 (MatMul)", "input 1 is missing", "1 are given"]),
    Case("input left out", single("Gather", inputs=("", "x")), 2, [4226], ["node1", "input 0"]),
    Case("attribute of another kind", single("Transpose", perm="0 1 2 3"), 2, [4227], ["attribute perm is '0 1 2 3'", "a number is expected"]),
    Case("attribute that is no integer", single("Concat", inputs=("x", "x"), axis=0.5), 2, [4227], ["attribute axis is 0.5"]),
    Case("word instead of number", single("Conv", inputs=("x", "w"), initializers=[tensor("w", models.weights())], auto_pad=3), 2, [4227], ["auto_pad", "word"]),
    Case("second output that is not made", single("Dropout", outputs=("y", "mask"), result=None), 0, []),
    Case("sparse initializers", lambda f: imported(written(f, "net.onnx", sparse())), 2, [4109], ["sparse"]),
    Case("half precision weights", graph(initializers=models.constants(w=tensor("w", models.weights(), np.float16))), 2, [4109], ["tensor w", "FLOAT16"]),
    Case("unknown element type", graph(initializers=models.constants(w=TensorProto(name="w", data_type=99, dims=[1], raw_data=b"1"))), 2, [4109], ["number 99"]),
    Case("floating-point network", single("Relu", types=("x=f32",)), 2, [4113], ["input x is f32", "quantise"]),
]


def sparse():
    model = models.network()
    model.graph.sparse_initializer.add()
    return model.SerializeToString()
