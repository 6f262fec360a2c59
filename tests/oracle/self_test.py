# SPDX-License-Identifier: Apache-2.0
# Checks the interpreter against numbers worked out by hand from the formulas, and the generators for determinism.
import contextlib
import io
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import case_writer
import network_cases
import operator_cases
from arithmetic import SemanticsError
from graph_reader import Graph
from interpreter import check_case, run_graph
from model_builder import generate

failures, checks = [], 0
I8, U8, I16, I32 = np.int8, np.uint8, np.int16, np.int32


def expect(title, got, wanted):
    global checks
    checks += 1
    if got.dtype != wanted.dtype or got.shape != wanted.shape or not np.array_equal(got, wanted):
        failures.append(f"{title}: {got.dtype} {got.tolist()}, expected {wanted.dtype} {wanted.tolist()}")


def model_of(nodes, inputs, constants, output, opset=13, listed=()):
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in list(inputs) + list(listed)]
    stored = [numpy_helper.from_array(np.array(a, np.float32) if not isinstance(a, np.ndarray) else a, n)
              for n, a in constants.items()]
    result = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "g", info, [result], stored)
    return Graph(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]))


def one(operator, inputs, wanted, element, **attributes):
    """One node: arrays with an element type are inputs of the graph, lists are float32 constants."""
    activations, constants, names = {}, {}, []
    for place, array in enumerate(inputs):
        names.append(f"i{place}")
        given = isinstance(array, np.ndarray) and array.dtype.kind in "iu" and array.dtype != np.int64
        (activations if given else constants)[names[-1]] = array
    node = helper.make_node(operator, names, ["y"], **attributes)
    values = run_graph(model_of([node], activations, constants, "y"), activations)
    expect(f"{operator} {attributes}", values["y"], np.array(wanted, element))


def index(*elements):
    return np.array(elements, np.int64)


def tensor(number, element=np.float32):
    return numpy_helper.from_array(np.array(number, element))


def products():
    # 9+2=11 -9+2=-7 2+2=4 -2+2=0 -6+2=-4, each >> 2; 3*127+2=383
    one("RequantShift", [np.array([3, -3], I32), 3, 0], [2, -2], I8, div=4, n_levels=256, signed=1)
    one("RequantShift", [np.array([2, -2, -6], I8), [1], [[0]]], [1, 0, -1], I8, div=tensor(4),
        n_levels_out=tensor([256]), signed=tensor([1]))
    one("RequantShift", [np.array([-5, 127, 200], I32), 3, 0], [0, 95, 150], U8, div=4.0, n_levels=256.0, signed=0)
    one("RequantShift", [np.array([300, -300], I32), 1, 5], [127, -128], I8, div=1, n_levels=256, signed=1)
    one("RequantShift", [np.array([9, -9], I8), 1, 0], [7, -8], I8, div=1, n_levels=16, signed=1)
    one("RequantShift", [np.array([2**20], I32), 2**20, 0], [64], I8, div=2**34, n_levels=256, signed=1)
    rows = np.array([[[1, 2, 3], [1, 2, 3]]], I8)  # [C,1,1] on N,C,L does not broadcast: values run along axis 1
    one("RequantShift", [rows, [[[1]], [[10]]], [0]], [[[1, 2, 3], [10, 20, 30]]], I8, div=1, n_levels=256, signed=1)
    one("RequantShift", [np.array([[1, 2], [3, 4]], I8), [1, 10], 0], [[1, 20], [3, 40]], I8, div=1, signed=1)
    one("RequantShift", [np.array([[1, 2], [3, 4]], I8), [[1], [-1]], 0], [[1, 2], [-3, -4]], I8, div=1, signed=1)

    line = np.array([[[1, 2, 3]]], I8)
    one("Conv", [line, [[[1, 0, -1]]], [10]], [[[8, 8, 12]]], I32, pads=[1, 1])
    one("Conv", [np.array([[[1, 2, 3, 4, 5]]], U8), [[[1, 1]]]], [[[2, 6]]], I32, dilations=[2], strides=[2],
        pads=[1, 0])
    one("Conv", [np.array([[[[1, 2]], [[3, 4]]]], I8), [[[[1]]], [[[2]]], [[[3]]], [[[4]]]]],
        [[[[1, 2]], [[2, 4]], [[9, 12]], [[12, 16]]]], I32, group=2)
    one("Conv", [np.array([[[[1, 2], [3, 4]]]], I8), [[[[1, 10], [100, 1000]]]]], [[[[4321]]]], I32)
    one("Gemm", [np.array([[1, 2]], I8), [[3], [4]], [5]], [[37]], I32, alpha=2.0, beta=3.0)
    one("Gemm", [np.array([[1], [2]], I8), [[3, 4]]], [[11]], I32, transA=1, transB=1)
    one("MatMul", [np.array([[[1, 2]], [[3, 4]]], I8), np.array([[1], [-1]], I8)], [[[-1]], [[-1]]], I32)


def elements():
    one("Add", [np.array([2**31 - 1, 5], I32), [1]], [-2**31, 6], I32)
    one("Sub", [[1, 2], np.array([3, 255], U8)], [-2, -253], I32)
    one("Mul", [np.array([[2], [3]], I8), np.array([-4, 5], I8)], [[-8, 10], [-12, 15]], I32)
    # x=3: L=20-1, (20+19)>>1=19; x=-1: L=-(20-9), 9>>1=4; x=5: q=4, L=20
    one("iGELU", [np.array([3, -3, -1, 5, 0], I8)], [57, 0, -4, 100, 0], I32, b=-4, one=20)
    one("iHardswish", [np.array([2, -4, -1, 5], I8)], [20, 0, -4, 60], I32, three=3, six=6, one_over_six=2)
    # 16384*200000 / 400001 = 8191.98
    one("TrueIntegerDiv", [np.array([-3, 1], I8)], [-24573, 8191], I32, Delta=16384, eta=200000, eps=1, y=2)
    # 140/7, -140/7, 20/3 with the half of 7 and of 3; then 20/8 = 2.5 away from zero
    one("IntegerDiv", [np.array([7, -7, 1], I8), np.array([3, 3, 1], I8)], [20, -20, 7], I32, Delta=10, eta=2, eps=1)
    one("IntegerDiv", [np.array([[1, -1]], I8), np.array([[4]], I8)], [[3, -3]], I32, Delta=10, eta=2, eps=0)


def rows():
    # e = 18, 11, 11>>1; sum 34; trunc gives the middle element z = 0
    one("iSoftmax", [np.array([0, -1, -4], I8)], [135, 82, 37], U8, coeffA=1, coeffB=4, coeffC=2, log2=3, n_levels=256)
    # S = 256+128+128+32 = 544, 65280/544 = 120
    one("ITAMax", [np.array([0, -16, -32, -100], I8)], [120, 60, 60, 15], U8, n_levels=256)
    # P = 384, then 384>>1 + 512 = 704; 127*256/704 = 46
    one("ITAPartialMax", [np.array([0, -32, 32, 32], I8)], [23, 11, 46, 46], U8, group_width=2, n_levels=256)
    # mean 3, d = -2 -1 0 3, variance 3+1, std 2; (-10+1)>>2 (-5+1)>>2 1>>2 16>>2
    one("iLayerNorm", [np.array([1, 2, 3, 6], I8), [10] * 4, [1] * 4], [-3, -1, 0, 4], I8, D=tensor([4]), n_levels=256)
    one("iLayerNorm", [np.array([1, 2, 3, 6], I8), [200] * 4, [0] * 4], [56, -100, 0, 44], I8, D=1, n_levels=256)
    one("iLayerNorm", [np.array([-1, -2, -2, -2], I8), [8] * 4, [0] * 4], [0, -4, -4, -4], I8, D=2, n_levels=256)
    # 50/4 + 1 = 13, root 3; 10, trunc(-13.3) = -13, 0, 166
    one("iRMSNorm", [np.array([3, -4, 0, 5], I8), [10, 10, 10, 100]], [5, -7, 0, 83], I8, D=2, n_levels=256)
    one("iRMSNorm", [np.array([3, -4, 0, 5], I8), [10, 10, 10, 100]], [10, -13, 0, 127], I8, D=1, n_levels=256)
    one("iNoNorm", [np.array([10, -10], I8), [3, 3], [1, 2]], [19, -18], I8, D=8, mul=5, n_levels=256)
    one("iNoNorm", [np.array([100], I8), [100], [0]], [-30], I8, D=8, mul=1, n_levels=256)
    # -6/4: half up without the axis, half away from zero with it
    lists = np.array([[1, 2, 3, 5], [-1, -1, -2, -2]], I8)
    one("IntegerMean", [lists], [3, -1], I8, axes=[1], keepdims=0)
    one("ReduceMean", [lists], [[3], [-2]], I8, axes=[-1], keepdims=1)
    one("ReduceMean", [np.array([[1, 1, 2], [-2, -2, -1]], I8)], [1, -2], I8, axes=[1], keepdims=0)
    one("ReduceMean", [np.array([[200, 200]], U8), index(1)], [-56], I8, keepdims=0)
    one("ReduceMean", [np.array([[7]], I8)], [7], I8, axes=[1], keepdims=0)
    one("ReduceSum", [lists], [[5]], I32)
    one("ReduceSum", [lists, index(0)], [0, 1, 1, 3], I32, keepdims=0)
    one("MaxPool", [np.array([[[-5, -3, -9]]], I8)], [[[-5, -3, -3, -9]]], I8, kernel_shape=[2], pads=[1, 1])
    one("MaxPool", [np.array([[[1, 9, 200, 3, 4]]], U8)], [[[200, 200]]], U8, kernel_shape=[2], dilations=[2],
        strides=[2])


def movements():
    x = np.array([[1, 2, 3], [4, 5, 6]], I8)
    one("Pad", [x], [[9, 1, 2, 3], [9, 4, 5, 6]], I8, pads=[0, 1, 0, 0], value=9.0)
    one("Pad", [np.array([1], U8), index(1, 2), 255], [255, 1, 255, 255], U8)
    one("Slice", [x, index(-1, 2**62), index(-100, 0), index(0, 1), index(-1, -2)], [[6], [3]], I8)
    one("Slice", [x], [[2, 3], [5, 6]], I8, starts=[-2], ends=[2**31], axes=[1])
    one("Concat", [np.array([1], I8), np.array([200], U8)], [1, 200], I16, axis=0)
    one("Concat", [np.array([[1]], U8), np.array([[2**20]], I32), np.array([[3]], I8)], [[1, 2**20, 3]], I32, axis=-1)
    one("Gather", [x, np.array(-1, np.int64)], [3, 6], I8, axis=1)
    one("Gather", [x, index(1, 0, 1)], [[4, 5, 6], [1, 2, 3], [4, 5, 6]], I8)
    one("Transpose", [x], [[1, 4], [2, 5], [3, 6]], I8)
    one("Transpose", [np.array([[[1, 2]]], U8)], [[[1], [2]]], U8, perm=[1, 2, 0])
    one("Reshape", [x, index(0, -1, 1)], [[[1], [2], [3]], [[4], [5], [6]]], I8)
    one("Reshape", [x, index(-1)], [1, 2, 3, 4, 5, 6], I8)
    one("Flatten", [np.array([[[1, 2]], [[3, 4]]], I32)], [[1, 2], [3, 4]], I32)
    one("Flatten", [x], [[1, 2, 3, 4, 5, 6]], I8, axis=0)
    one("Squeeze", [np.array([[[1], [2]]], I8), index(-1)], [[1, 2]], I8)
    one("Squeeze", [np.array([[[1], [2]]], I8)], [[1], [2]], I8, axes=0)
    one("Unsqueeze", [np.array([1, 2], U8)], [[[1], [2]]], U8, axes=[0, 2])
    one("Identity", [x], x, I8)
    one("Concat", [np.zeros((1, 0, 2), I8), np.array([[[1, 2]]], I8)], [[[1, 2]]], I8, axis=-2)


def graphs():
    """Unsorted nodes, Constant nodes, initializers that are listed as inputs, and what has to be refused."""
    nodes = [helper.make_node("Identity", ["t"], ["y"]),
             helper.make_node("Add", ["c", "s"], ["t"]),
             helper.make_node("Mul", ["x", "w"], ["s"]),
             helper.make_node("Constant", [], ["c"], value=tensor([100.0]))]
    graph = model_of(nodes, ["x"], {"w": [2, -1]}, "y", listed=["w"])
    expect("unsorted graph", run_graph(graph, {"x": np.array([3, 4], I8)})["y"], np.array([106, 96], I32))
    global checks
    for title, operator, attributes, constants in (("div 6", "RequantShift", {"div": 6, "signed": 1}, {"a": 1, "b": 0}),
                                                   ("an unknown operator", "Softplus", {}, {}),
                                                   ("a fraction", "Add", {}, {"a": 0.5})):
        checks += 1
        try:
            node = helper.make_node(operator, ["x"] + list(constants), ["y"], **attributes)
            run_graph(model_of([node], ["x"], constants, "y"), {"x": np.array([1], I8)})
            failures.append(f"{title} was accepted")
        except SemanticsError:
            pass


def check_quietly(folder):
    with contextlib.redirect_stdout(io.StringIO()):
        return check_case(folder)


def generators():
    """The same seed gives the same bytes; a case passes its own check; one changed element is found."""
    global checks
    with tempfile.TemporaryDirectory() as place:
        cases = [("Conv2D/003", operator_cases.CASES["Conv2D"], 3), ("cache/0000", network_cases.FAMILIES["cache"], 0),
                 ("mixed/0001", network_cases.FAMILIES["mixed"], 1)]
        for identifier, make, number in cases:
            folders = [pathlib.Path(place) / run / identifier for run in ("first", "second")]
            for folder in folders:
                generate(folder, identifier, make, 5, number)
            checks += 2
            files = sorted(path.name for path in folders[0].iterdir())
            if any((folders[0] / name).read_bytes() != (folders[1] / name).read_bytes() for name in files):
                failures.append(f"{identifier} is not deterministic")
            if check_quietly(folders[0]):
                failures.append(f"{identifier} does not pass its own check")
        with np.load(folders[0] / "outputs.npz") as archive:
            arrays = {name: archive[name].copy() for name in archive.files}
        next(iter(arrays.values())).reshape(-1)[0] ^= 1
        case_writer.write_arrays(folders[0] / "outputs.npz", arrays)
        checks += 1
        if check_quietly(folders[0]) != 1:
            failures.append("a changed output was not counted as one different element")


def main():
    for part in (products, elements, rows, movements, graphs, generators):
        part()
    for failure in failures:
        print(failure)
    print(f"{checks} checks, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
