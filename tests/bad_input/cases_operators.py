# SPDX-License-Identifier: Apache-2.0
# Nodes whose attributes or constants are impossible.
import numpy as np
from onnx import helper

import models
from cases_graphs import graph, single
from models import conv, info, requant, tensor
from table import Case


def scaled(**attributes):
    return graph(nodes=[conv(), requant(**attributes)])


def windows(**attributes):
    return graph(nodes=[conv(**attributes), requant()], outputs=[info("y", None)])


def constant(name, values, kind=np.float32):
    return graph(initializers=models.constants(**{name: tensor(name, values, kind)}))


def spoiled(value):
    w = models.weights()
    w[2, 1, 0, 2] = value
    return constant("w", w)


def shaped(operator, values, **attributes):
    return single(operator, inputs=("x", "k"), initializers=[tensor("k", values, np.int64)], **attributes)


def wide_sum():
    # 4 * 9 * 127 * 128 stays far below 2^31; 70,000 inputs of the same size do not.
    w = np.full((3, 150000), 127)
    return graph(nodes=[helper.make_node("MatMul", ["x", "w"], ["c"], name="product"), requant()], inputs=[info("x", [1, 150000])],
                 outputs=[info("y", [1, 3])], initializers=models.constants(w=w.T.astype(np.float32)))


CASES = [
    *[Case(f"divisor {d}", scaled(div=d), 2, [4221], ["quantise (RequantShift)", f"div is {d:.0f}" if d == d and d > 1 else "div is", "power of two"])
      for d in (100.0, 0.0, -256.0, 0.5, 2.0**33, float("inf"), float("nan"))],
    Case("divisor missing", scaled(div=None), 2, [4221], ["quantise"]),
    Case("n_levels odd", scaled(n_levels=255), 2, [4222], ["n_levels is 255"]),
    Case("n_levels huge", scaled(n_levels=-2**63), 2, [4222], ["n_levels"]),
    Case("signed missing", scaled(signed=None), 2, [4222], ["signed is missing"]),
    Case("mul does not fit", constant("mul", 2.0**40), 2, [4223], ["1099511627776", "2147483647"]),
    Case("mul does not spread", constant("mul", [1, 2, 3]), 2, [4224], ["mul [3]", "[1, 5, 6, 6]"]),
    Case("mul is no constant", graph(nodes=[conv(), requant(mul="x")]), 2, [4202], ["quantise", "must be a constant"]),
    Case("requantisation without add", graph(nodes=[conv(), helper.make_node("RequantShift", ["c", "mul"], ["y"], name="q", div=2, signed=1)]), 2, [4220], ["q (RequantShift)", "2 inputs"]),
    *[Case(f"weight {v}", spoiled(v), 2, [4203], ["conv1 (Conv)", "constant w", "the first is " + (f"{v:.17g}" if v > 1e9 else str(v)), "quantise"]) for v in (float("nan"), 0.5, float("inf"), 2.0**70)],
    Case("weight beyond 32 bits", spoiled(2.0**40), 2, [4206, 4301], ["constant w", "1099511627776", "i32"]),
    Case("accumulator that may overflow", wide_sum(), 0, [4301], ["layer product (MatMul)", "2438400000", "2147483647", "wraps"]),
    Case("kernel and weights disagree", windows(kernel_shape=[5, 3]), 2, [4214], ["conv1", "kernel_shape says 5", "the weights 3"]),
    Case("stride 0", windows(strides=[0, 1]), 2, [4214], ["stride 0"]),
    Case("huge stride", windows(strides=[2**62, 1]), 2, [4214], [str(2**62)]),
    Case("huge padding", windows(pads=[2**62] * 4), 2, [4214], [str(2**62)]),
    Case("negative padding", windows(pads=[-1, 0, 0, 0]), 2, [4214], ["negative padding -1"]),
    Case("window larger than its input", windows(dilations=[4, 4]), 2, [4214], ["a window of 9", "axis of 6"]),
    Case("padding for three axes", windows(pads=[1] * 6), 2, [4214], ["pads has 6", "4 expected"]),
    Case("unknown auto_pad", windows(auto_pad="MIDDLE"), 2, [4214], ["MIDDLE"]),
    Case("groups that do not divide", windows(group=3), 2, [4211], ["4 input channels", "3 groups"]),
    Case("huge groups", windows(group=2**62), 2, [4211], ["conv1"]),
    Case("weights of three dimensions", constant("w", models.weights((5, 4, 3))), 2, [4210], ["3 of the weights"]),
    Case("matrices that do not multiply", single("MatMul", inputs=("x", "w"), initializers=[tensor("w", np.ones((7, 2)))]), 2, [4212], ["[1, 4, 6, 6] times [7, 2]"]),
    Case("alpha no integer", single("Gemm", inputs=("x", "w"), shape=(2, 3), initializers=[tensor("w", np.ones((3, 2)))], alpha=0.3), 2, [4213], ["alpha 0.3"]),
    Case("MaxPool with ceil_mode", single("MaxPool", kernel_shape=[2, 2], ceil_mode=1), 2, [4215], ["node1", "ceil_mode"]),
    Case("division by zero", single("TrueIntegerDiv", Delta=1, eta=0, eps=0, y=3), 2, [4225], ["eta 0"]),
    Case("quotient beyond 64 bits", single("TrueIntegerDiv", Delta=2**62, eta=2**62, eps=-2**62, y=2**62), 2, [4225], ["node1"]),
    Case("shapes that do not broadcast", single("Mul", inputs=("x", "k"), initializers=[tensor("k", np.ones(5))]), 2, [4230], ["[1, 4, 6, 6] and [5]"]),
    Case("result that is too large", single("Add", inputs=("x", "k"), shape=(100000, 1), initializers=[tensor("k", np.ones(100000))]), 2, [4272], ["10000000000", "100000, 100000"]),
    Case("attribute beyond 32 bits", single("iGELU", b=-2**40, one=3), 2, [4231], ["attribute b", str(-2**40)]),
    Case("D no power of two", single("iRMSNorm", inputs=("x", "k"), initializers=[tensor("k", np.ones(6))], D=100), 2, [4240], ["D is 100"]),
    Case("softmax over a middle axis", single("ITAMax", axis=1), 2, [4241], ["axis 1 of 4"]),
    Case("softmax without log2", single("iSoftmax", coeffA=1, coeffB=1, coeffC=1), 2, [4242], ["log2 is 0"]),
    Case("softmax of 0 levels", single("ITAMax", n_levels=0), 2, [4242], ["n_levels is 0"]),
    Case("reduction of a missing axis", single("ReduceSum", axes=[7], keepdims=1), 2, [4250], ["axis 7 of 4"]),
    Case("impossible reshape", shaped("Reshape", [5, 5]), 2, [4260], ["144 elements", "[5, 5]", "25"]),
    Case("reshape that wraps", shaped("Reshape", [2**62, 4, 16, -1]), 2, [4260], ["144 elements"]),
    Case("squeeze of a long axis", single("Squeeze", axes=[1]), 2, [4261], ["axis 1 has length 4"]),
    Case("squeeze of axis 2^62", single("Squeeze", axes=[2**62]), 2, [4261], [str(2**62)]),
    Case("slice without ends", shaped("Slice", [0]), 2, [4263], ["1 starts, 0 ends"]),
    Case("slice with step 0", single("Slice", starts=[0], ends=[3], axes=[9]), 2, [4263], ["axis 9 of 4"]),
    Case("expand to a negative shape", shaped("Expand", [-5, 1, 1, 1]), 2, [4264], ["node1"]),
    Case("concat of unequal shapes", single("Concat", inputs=("x", "k"), initializers=[tensor("k", np.ones((1, 4, 5, 6)))], axis=1), 2, [4265], ["[1, 4, 5, 6]"]),
    Case("pad by reflection", single("Pad", pads=[0] * 8, mode="reflect"), 2, [4266], ["reflect"]),
    Case("pad by 2^62", single("Pad", pads=[2**62] * 8), 2, [4266], [str(2**62)]),
    Case("gather beyond the end", single("Gather", inputs=("x", "k"), initializers=[tensor("k", [9], np.int64)], axis=2), 2, [4267], ["index 9 of an axis of 6"]),
    Case("constants whose product wraps", single("Mul", inputs=("k", "k"), initializers=[tensor("k", [2**62], np.int64)]), 2, [4206], [str(2**62)]),
]
