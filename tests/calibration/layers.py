# SPDX-License-Identifier: Apache-2.0
# Networks of one layer each, of the operators and sizes that networks have: what the cost functions are fitted to.
import os
import pathlib
import sys
import zlib

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import standard_forms as forms
from arithmetic import wide
from model_builder import Builder
from random_parts import activation, new_input, random_integers, requant_with

NARROW, WIDE = 5, 15  # bits of a factor: products of the requantisation fit 32 bits, or need more


def requant(b, x, axis=None, bits=NARROW, signed=True):
    """A requantisation that spreads x over its result, with factors of about so many bits."""
    value = wide(b.values[x]).astype(np.float64)
    factor = (127 if signed else 255) / max(3 * value.std(), np.abs(value).max() / 2, 1)
    shift = int(np.clip(round(bits - np.log2(factor)), 1, 28))
    count = 1 if axis is None else b.shape(x)[axis]
    mul = np.maximum(np.rint(factor * 2.0**shift * b.rng.uniform(0.8, 1.2, count)), 1)
    return requant_with(b, x, mul, np.full(count, 2.0**(shift - 1)), shift, signed, 256, axis, None)


def weights(b, shape):
    return b.constant(random_integers(b, shape, -100, 100))


def image(b, channels, height, width, kind="i8"):
    """An input with its channels innermost, as tensors lie between layers; those of cameras and microphones come by channel."""
    if channels <= 3:
        return new_input(b, [1, channels, height, width], kind)
    return b.node("Transpose", new_input(b, [1, height, width, channels], kind), perm=[0, 3, 1, 2])


def innermost(b, y):
    """The result with its channels innermost."""
    return [b.node("Transpose", y, perm=[0, 2, 3, 1])]


def conv(size, inputs, outputs, kernel, stride=1, groups=1, axis=None, bits=NARROW, width=None, kind="u8", kernel_width=None):
    def make(b):
        window = [kernel, kernel_width or kernel]
        x = image(b, inputs, size, width or size, kind)
        y = forms.conv(b, x, weights(b, [outputs, inputs // groups] + window), None, [stride] * 2, [w // 2 for w in window] * 2, None, groups)
        return innermost(b, requant(b, y, axis, bits, kind == "i8"))
    return make


def conv_by_channel(size, inputs, outputs, kernel, pad=True):
    """Its input lies channel by channel."""
    def make(b):
        x = new_input(b, [1, inputs, size, size], "u8")
        y = forms.conv(b, x, weights(b, [outputs, inputs, kernel, kernel]), None, [1, 1], [kernel // 2 if pad else 0] * 4, None, 1)
        return innermost(b, requant(b, y, None, NARROW, False))
    return make


def conv_planes(height, width, inputs, outputs, kernel, strides=(1, 1), pad=None, groups=1, axis=1, result=True, dilation=1):
    """Both tensors lie channel by channel, as those of a network of one layer do."""
    def make(b):
        x = new_input(b, [1, inputs, height, width], "u8")
        before = kernel // 2 if pad is None else pad
        y = forms.conv(b, x, weights(b, [outputs, inputs // groups, kernel, kernel]), None, list(strides), [before] * 4, [dilation] * 2, groups)
        return [requant(b, y, axis, NARROW, False) if result else y]
    return make


def depthwise_planes(height, width, channels, kernel, strides=(1, 1), **options):
    return conv_planes(height, width, channels, channels, kernel, strides, groups=channels, **options)


def depthwise(size, channels, stride=1, **options):
    return conv(size, channels, channels, 3, stride, channels, **options)


def linear(rows, inputs, outputs, axis=None, bits=NARROW):
    """Weights as the file has them: [inputs][outputs]."""
    def make(b):
        x = new_input(b, [1, rows, inputs], "i8")
        return [requant(b, b.node("MatMul", x, weights(b, [inputs, outputs])), axis, bits)]
    return make


def gemm(rows, inputs, outputs, bits=NARROW):
    """Weights [outputs][inputs], and a bias."""
    def make(b):
        x = new_input(b, [rows, inputs], "i8")
        bias = b.constant(random_integers(b, [outputs], -2000, 2000))
        return [requant(b, b.node("Gemm", x, weights(b, [outputs, inputs]), bias, transB=1), None, bits)]
    return make


def matmul(batch, rows, inputs, outputs):
    """Both operands activations."""
    def make(b):
        left, right = new_input(b, [1, batch, rows, inputs], "i8"), new_input(b, [1, batch, inputs, outputs], "i8")
        return [requant(b, b.node("MatMul", left, right))]
    return make


def binary(operator, shape, before=True, after=True, bits=NARROW):
    """Addition of two tensors, their requantisations before it and its own behind it."""
    def make(b):
        x, y = (new_input(b, shape, "i8", 120) for _ in range(2))
        if before:
            x, y = requant(b, x), requant(b, y)
        z = b.node(operator, x, y)
        return [requant(b, z, None, bits) if after else z]
    return make


def requantise(shape, kind="i32", axis=None, bits=NARROW):
    return lambda b: [requant(b, new_input(b, shape, kind, 2**15 if kind == "i32" else None), axis, bits)]


def unary(operator, shape, **attributes):
    return lambda b: [b.custom(operator, new_input(b, shape, "i8"), **attributes)]


def activated(operator, shape, **attributes):
    return lambda b: [requant(b, b.custom(operator, new_input(b, shape, "i8"), **attributes))]


def softmax(shape):
    return unary("iSoftmax", shape, coeffA=1, coeffB=25, coeffC=300, log2=13, n_levels=256)


def norm(operator, shape):
    def make(b):
        divisor, n = 2**14, shape[-1]
        constants = [b.constant(random_integers(b, [n], 20, 90) * divisor)]
        if operator == "iLayerNorm":
            constants.append(b.constant(random_integers(b, [n], -20, 20) * divisor))
        return [b.custom(operator, new_input(b, shape, "i8"), *constants, D=divisor, n_levels=256)]
    return make


def max_pool(size, channels, kernel=2, stride=2):
    return lambda b: innermost(b, b.node("MaxPool", image(b, channels, size, size), kernel_shape=[kernel] * 2, strides=[stride] * 2))


def mean(size, channels, width=None):
    return lambda b: [forms.reduce(b, "ReduceMean", image(b, channels, size, width or size), [2, 3], True)]


def reduce(operator, shape, axes):
    return lambda b: [forms.reduce(b, operator, new_input(b, shape, "i8"), axes, True)]


def transpose(shape, order):
    return lambda b: [b.node("Transpose", new_input(b, shape, "i8"), perm=order)]


def concat(shapes, axis):
    return lambda b: [b.node("Concat", *(new_input(b, s, "i8") for s in shapes), axis=axis)]


def pad(size, channels):
    return lambda b: innermost(b, forms.pad(b, image(b, channels, size, size), [0, 0, 1, 1, 0, 0, 1, 1]))


def gather(shape, axis, indices):
    return lambda b: [b.node("Gather", new_input(b, shape, "i8"), b.index(indices), axis=axis)]


def slice_(shape, axis, begin, end, step=1):
    return lambda b: [forms.slice_(b, new_input(b, shape, "i8"), [begin], [end], [axis], [step])]


def integer_div(shape):
    return lambda b: [requant(b, b.custom("TrueIntegerDiv", requant(b, new_input(b, shape, "i8")), Delta=1024, eta=1000, eps=1, y=4))]


HARDSWISH = dict(three=48, six=96, one_over_six=11)
PRODUCTS = {
    "conv3x3 64 to 64, 16x16": conv(16, 64, 64, 3), "conv3x3 32 to 32, 12x12 i8": conv(12, 32, 32, 3, kind="i8"), "conv3x3 16 to 16, 32x32": conv(32, 16, 16, 3),
    "conv3x3 16 to 32, 32x32 by 2": conv(32, 16, 32, 3, 2), "conv3x3 12 to 20, 9x9": conv(9, 12, 20, 3), "conv3x3 48 to 8, 6x6": conv(6, 48, 8, 3),
    "conv3x3 3 to 16, 32x32": conv(32, 3, 16, 3), "conv3x3 3 to 8, 48x48 by 2": conv(48, 3, 8, 3, 2), "conv3x3 1 to 16, 24x24": conv(24, 1, 16, 3), "conv5x5 1 to 32, 40x10": conv(40, 1, 32, 5, width=10),
    "conv9x3 1 to 48, 40x12 by 2": conv(40, 1, 48, 9, 2, width=12, kernel_width=3), "conv3x3 32 to 64, 16x16 by 2": conv(16, 32, 64, 3, 2), "conv3x3 3 to 32, 20x20": conv(20, 3, 32, 3),
    "conv5x5 8 to 16, 14x14": conv(14, 8, 16, 5), "conv3x3 32 to 32, 16x16 per channel": conv(16, 32, 32, 3, axis=1), "conv3x3 32 to 32, 8x8 wide": conv(8, 32, 32, 3, bits=WIDE),
    "conv1x1 64 to 64, 12x12": conv(12, 64, 64, 1), "conv1x1 128 to 128, 16x16": conv(16, 128, 128, 1), "conv1x1 16 to 48, 24x24": conv(24, 16, 48, 1), "conv1x1 256 to 64, 4x4": conv(4, 256, 64, 1),
    "conv1x1 64 to 64, 25x5 per channel": conv(25, 64, 64, 1, axis=1, width=5), "conv1x1 32 to 64, 16x16 by 2": conv(16, 32, 64, 1, 2), "conv1x1 24 to 64, 10x10 wide": conv(10, 24, 64, 1, bits=WIDE),
    "conv3x3 grouped 32 to 32, 10x10": conv(10, 32, 32, 3, groups=4),
    "depthwise 64, 16x16": depthwise(16, 64), "depthwise 64, 25x5": depthwise(25, 64, width=5), "depthwise 16, 48x48": depthwise(48, 16), "depthwise 128, 6x6": depthwise(6, 128), "depthwise 24, 24x24 by 2": depthwise(24, 24, 2),
    "depthwise 64, 16x16 by 2": depthwise(16, 64, 2), "depthwise 64, 25x5 per channel": depthwise(25, 64, width=5, axis=1), "depthwise 32, 16x16 wide": depthwise(16, 32, bits=WIDE),
    "depthwise 128, 3x3": depthwise(3, 128), "depthwise 5x5 16, 12x12": conv(12, 16, 16, 5, 1, 16),
    "linear 1, 64 to 64": linear(1, 64, 64), "linear 1, 64 to 256": linear(1, 64, 256), "linear 1, 256 to 64": linear(1, 256, 64), "linear 1, 256 to 256": linear(1, 256, 256), "linear 1, 1024 to 256": linear(1, 1024, 256),
    "linear 1, 256 to 1024": linear(1, 256, 1024), "linear 1, 640 to 128": linear(1, 640, 128), "linear 1, 128 to 12": linear(1, 128, 12), "linear 1, 1000 to 10": linear(1, 1000, 10), "linear 1, 756 to 256": linear(1, 756, 256), "linear 1, 64 to 64 wide": linear(1, 64, 64, bits=WIDE),
    "gemm 1, 64 to 12": gemm(1, 64, 12), "gemm 1, 640 to 128": gemm(1, 640, 128), "gemm 1, 256 to 256": gemm(1, 256, 256), "gemm 1, 256 to 256 wide": gemm(1, 256, 256, WIDE), "gemm 16, 128 to 64": gemm(16, 128, 64),
    "linear 8, 64 to 64": linear(8, 64, 64), "linear 16, 64 to 256": linear(16, 64, 256), "linear 65, 64 to 64": linear(65, 64, 64), "linear 128, 32 to 128": linear(128, 32, 128), "linear 64, 64 to 64 per column": linear(64, 64, 64, axis=2),
    "matmul 16 x 1, 4 by 65": matmul(16, 1, 4, 65), "matmul 16 x 1, 65 by 4": matmul(16, 1, 65, 4), "matmul 4 x 32, 16 by 32": matmul(4, 32, 16, 32), "matmul 4 x 32, 32 by 16": matmul(4, 32, 32, 16),
    "matmul 1 x 64, 64 by 64": matmul(1, 64, 64, 64), "matmul 16 x 1, 4 by 4": matmul(16, 1, 4, 4), "matmul 8 x 40, 2 by 40": matmul(8, 40, 2, 40), "matmul 8 x 4, 4 by 4": matmul(8, 4, 4, 4),
    "linear 32, 48 to 64 per row": linear(32, 48, 64, axis=1),
    "conv1x1 256 to 32, 6x6 by channel": conv_by_channel(6, 256, 32, 1), "conv1x1 64 to 16, 12x12 by channel": conv_by_channel(12, 64, 16, 1), "conv3x3 24 to 8, 10x10 by channel": conv_by_channel(10, 24, 8, 3),
    "conv8x8 2 to 4, 24x24 by channel": conv_by_channel(24, 2, 4, 8, False),
}
PLANES = {
    "planes depthwise 2, 64x32, 8x8 i32": depthwise_planes(64, 32, 2, 8, (2, 4), pad=1, result=False),
    "planes depthwise 2, 10x10": depthwise_planes(10, 10, 2, 3),
    "planes depthwise 16, 24x24": depthwise_planes(24, 24, 16, 3),
    "planes depthwise 32, 14x14 by 2": depthwise_planes(14, 14, 32, 3, (2, 2), axis=None),
    "planes depthwise 8, 25x5, 5x5": depthwise_planes(25, 5, 8, 5),
    "planes depthwise 6, 30x30, 7x7 by 3 i32": depthwise_planes(30, 30, 6, 7, (3, 3), result=False),
    "planes depthwise 4, 20x20 dilated": depthwise_planes(20, 20, 4, 3, dilation=2, pad=2),
    "planes conv3x3 1 to 2, 28x28": conv_planes(28, 28, 1, 2, 3),
    "planes conv8x8 2 to 4, 64x32": conv_planes(64, 32, 2, 4, 8, pad=1),
    "planes conv3x3 36 to 4, 10x10": conv_planes(10, 10, 36, 4, 3),
    "planes conv3x3 3 to 16, 32x32": conv_planes(32, 32, 3, 16, 3),
    "planes conv3x3 3 to 16, 33x31 by 2": conv_planes(33, 31, 3, 16, 3, (2, 2)),
    "planes conv3x3 32 to 32, 16x16": conv_planes(16, 16, 32, 32, 3),
    "planes conv3x3 16 to 24, 12x12 in 2 groups": conv_planes(12, 12, 16, 24, 3, groups=2),
    "planes conv3x3 12 to 20, 11x11 i32": conv_planes(11, 11, 12, 20, 3, result=False),
    "planes conv1x1 64 to 64, 8x8": conv_planes(8, 8, 64, 64, 1),
    "planes conv1x1 1024 to 32, 6x6": conv_planes(6, 6, 1024, 32, 1),
    "planes conv1x1 30 to 18, 13x13 by 2": conv_planes(13, 13, 30, 18, 1, (2, 2)),
    "planes conv5x5 6 to 16, 14x14": conv_planes(14, 14, 6, 16, 5, pad=0),
}
ELEMENTS = {f"{operator.lower()} {n}{' with requants' if all_three else ''}": binary(operator, [1, n], all_three, True)
            for operator in ("Add", "Sub", "Mul") for n in (64, 1024, 32768) for all_three in (False, True) if operator != "Sub" or n == 1024}
ELEMENTS |= {"add 256 with requants": binary("Add", [1, 256]), "add 4096 with requants": binary("Add", [1, 4096]), "add 1024 only": binary("Add", [1, 1024], False, False), "add 16384 only": binary("Add", [1, 16384], False, False),
             "mul 256 wide": binary("Mul", [1, 256], False, True, WIDE), "mul 8192 wide": binary("Mul", [1, 8192], False, True, WIDE)}
ELEMENTS |= {f"requantise {n} {kind}": requantise([1, n], kind) for kind in ("i32", "i8") for n in (64, 256, 1024, 4096, 32768)}
ELEMENTS |= {"requantise 32x400 by channel": requantise([1, 32, 400], "i32", 1), "requantise 256 wide": requantise([1, 256], "i32", None, WIDE), "requantise 8192 wide": requantise([1, 8192], "i32", None, WIDE), "requantise 64x64 by channel": requantise([1, 64, 8, 8], "i32", 1),
             "integer div 4096": integer_div([1, 16, 4, 64])}
ELEMENTS |= {f"gelu {n}": activated("iGELU", [1, n], b=-60, one=3700) for n in (256, 4096, 32768)}
ELEMENTS |= {f"hardswish {n}": activated("iHardswish", [1, n], **HARDSWISH) for n in (64, 256, 1024, 4096, 32768)}
ROWS = {f"softmax {r}x{n}": softmax([1, r, n]) for r, n in ((16, 65), (16, 17), (64, 64), (512, 64), (1, 64), (128, 128))}
ROWS |= {f"ita max {r}x{n}": unary("ITAMax", [1, r, n], n_levels=256) for r, n in ((16, 64), (256, 64))}
ROWS |= {"ita partial max 64x64": unary("ITAPartialMax", [1, 64, 64], n_levels=256, group_width=16)}
ROWS |= {f"{short} {r}x{n}": norm(operator, [1, r, n]) for short, operator in (("rms", "iRMSNorm"), ("layer norm", "iLayerNorm")) for r, n in ((1, 64), (16, 64), (256, 64), (8, 256))}
MOVEMENT = {
    "max pool 8x8 3, 32x32": max_pool(32, 3, 8, 1), "max pool of all 64, 8x8": max_pool(8, 64, 8, 8), "transpose 16x64": transpose([1, 16, 64], [0, 2, 1]), "transpose heads of 2": transpose([1, 8, 66, 2], [0, 2, 1, 3]),
    "max pool 2x2 16, 32x32": max_pool(32, 16), "max pool 2x2 64, 8x8": max_pool(8, 64), "max pool 3x3 16, 24x24": max_pool(24, 16, 3, 2),
    "mean over 8x8": mean(8, 64), "mean of rows": reduce("ReduceMean", [1, 64, 128], [2]), "sum of rows": reduce("ReduceSum", [1, 64, 128], [2]), "mean over 25x5": mean(25, 64, 5),
    "transpose 64x64": transpose([1, 64, 64], [0, 2, 1]), "transpose 128x256": transpose([1, 128, 256], [0, 2, 1]), "transpose heads": transpose([1, 64, 16, 4], [0, 2, 1, 3]), "transpose 1x16x4": transpose([1, 1, 16, 4], [0, 2, 1, 3]),
    "concat rows": concat([[1, 16, 64, 4], [1, 16, 1, 4]], 2), "concat columns": concat([[1, 64, 32], [1, 64, 48]], 2), "concat whole": concat([[64, 64], [64, 64]], 0),
    "pad 30x30": pad(30, 32), "pad 7x7": pad(7, 64), "pad 16x16 of 3": pad(16, 3),
    "gather rows": gather([64, 64], 0, [3, 1, 60, 7, 9, 2, 33, 11]), "gather columns": gather([64, 64], 1, [3, 1, 60, 7]), "slice rows": slice_([64, 64], 0, 8, 40), "slice columns": slice_([64, 64], 1, 8, 40),
}
NPU = {name: PRODUCTS[name] for name in (
    "conv3x3 64 to 64, 16x16", "conv3x3 16 to 16, 32x32", "conv3x3 16 to 32, 32x32 by 2", "conv3x3 48 to 8, 6x6", "conv3x3 3 to 16, 32x32", "conv3x3 32 to 32, 16x16 per channel", "conv3x3 32 to 32, 8x8 wide",
    "conv1x1 64 to 64, 12x12", "conv1x1 128 to 128, 16x16", "conv1x1 16 to 48, 24x24", "conv1x1 64 to 64, 25x5 per channel", "conv1x1 256 to 64, 4x4", "depthwise 64, 16x16", "depthwise 64, 25x5 per channel",
    "depthwise 64, 16x16 by 2", "depthwise 16, 48x48", "linear 1, 64 to 64", "linear 1, 64 to 256", "linear 1, 256 to 64", "linear 1, 256 to 256", "linear 1, 1024 to 256", "linear 1, 1000 to 10", "linear 1, 756 to 256", "linear 16, 64 to 256", "gemm 1, 256 to 256",
    "gemm 1, 640 to 128", "linear 65, 64 to 64", "conv5x5 1 to 32, 40x10",
    "conv9x3 1 to 48, 40x12 by 2", "conv3x3 32 to 64, 16x16 by 2", "conv3x3 3 to 32, 20x20", "conv1x1 24 to 64, 10x10 wide")}
GROUPS = {"products": (PRODUCTS, "cluster"), "planes": (PLANES, "cluster"), "elements": (ELEMENTS, "cluster"), "rows": (ROWS, "cluster"), "movement": (MOVEMENT, "cluster"), "npu": (NPU, "npu,cluster")}


def write(name, make, folder):
    """Stores a case; the same each time."""
    builder = Builder([1, zlib.crc32(name.encode())], opset=13)
    builder.shuffled = builder.listed_constants = False
    builder.write(pathlib.Path(folder), name, make(builder))
