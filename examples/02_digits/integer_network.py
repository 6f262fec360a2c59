# SPDX-License-Identifier: Apache-2.0
# Runs an integer ONNX file of the RequantShift dialect with exact 64-bit arithmetic; knows only the digits' operators.
import numpy as np
import onnx
from onnx import numpy_helper


def attributes(node):
    """Attributes as plain values: the dialect writes some numbers as tensors of one element."""
    values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {k: numpy_helper.to_array(v).item() if isinstance(v, onnx.TensorProto) else v for k, v in values.items()}


def conv(options, x, weight):
    """Cross-correlation of N x C x H x W with K x C/group x R x S; what lies outside the image counts as 0."""
    groups, (row_stride, column_stride) = options["group"], options["strides"]
    top, left, bottom, right = options["pads"]
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    k, c, r, s = weight.shape
    rows = (padded.shape[2] - r) // row_stride + 1
    columns = (padded.shape[3] - s) // column_stride + 1
    y = np.zeros((len(x), groups, k // groups, rows, columns), np.int64)
    for i in range(r):
        for j in range(s):
            part = padded[:, :, i:i + row_stride * rows:row_stride, j:j + column_stride * columns:column_stride]
            part = part[:, :, :rows, :columns].reshape(len(x), groups, c, rows, columns)
            y += np.einsum("ngchw,gkc->ngkhw", part, weight[:, :, i, j].reshape(groups, k // groups, c))
    return y.reshape(len(x), k, rows, columns)


def requant_shift(options, x, multiplier, addend):
    """y = clip((x * mul + add + div / 2) >> log2(div)); mul and add are scalars or one value per channel."""
    division, levels = int(options["div"]), int(options["n_levels_out"])
    shift = division.bit_length() - 1
    assert division == 1 << shift and shift > 0
    low = -(levels // 2) if options["signed"] else 0
    return np.clip((x * multiplier + addend + (1 << (shift - 1))) >> shift, low, low + levels - 1)


def max_pool(options, x):
    """Windows side by side, without padding: all that this network needs."""
    r, s = options["kernel_shape"]
    assert options["strides"] == [r, s] and not any(options["pads"])
    n, c, h, w = x.shape
    return x.reshape(n, c, h // r, r, w // s, s).max((3, 5))


def gemm(options, x, weight, bias):
    assert options["transB"] == 1 and options["alpha"] == options["beta"] == 1
    return x @ weight.T + bias


operators = {
    "Conv": conv,
    "RequantShift": requant_shift,
    "MaxPool": max_pool,
    "Add": lambda options, a, b: a + b,
    "Flatten": lambda options, x: x.reshape(len(x), -1),
    "Gemm": gemm,
}


def run(path, images):
    """Every tensor of the network at `path` by its name, for images N x C x H x W of integers."""
    graph = onnx.load(path).graph
    tensors = {}
    for initializer in graph.initializer:
        stored = numpy_helper.to_array(initializer)
        tensors[initializer.name] = stored.astype(np.int64)
        assert np.array_equal(tensors[initializer.name], stored), f"{initializer.name} holds a fraction"
    tensors[graph.input[0].name] = images.astype(np.int64)
    for node in graph.node:
        y = operators[node.op_type](attributes(node), *(tensors[name] for name in node.input))
        # Firmware keeps sums in 32 bits; a network that needs more would be a fault of the quantisation.
        assert np.abs(y).max() < 2**31, f"{node.name} overflows"
        tensors[node.output[0]] = y
    return tensors
