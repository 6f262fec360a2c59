# SPDX-License-Identifier: Apache-2.0
# Building blocks of whole random networks. Blocks end in 8-bit tensors, their requantisations calibrated on the way.
import numpy as np

import standard_forms as forms
from cases_products import window
from model_builder import Unsuitable
from random_parts import bias, channel_forms, random_integers, requant, weight


def shared_weight(b, shape):
    """A weight; now and then the one that an earlier layer of the same shape has."""
    key = ("weight", tuple(shape))
    if b.shared is None:
        return weight(b, shape)
    if key not in b.shared or b.chance(0.8):
        b.shared[key] = weight(b, shape)
    return b.shared[key]


def channel_axis(b, x, axis, probability=0.35):
    """Axis of per-channel factors, or None for one factor."""
    shape = b.shape(x)
    axis = axis % len(shape)
    return axis if b.chance(probability) and shape[axis] > 1 and channel_forms(shape, axis) else None


def quantised(b, x, axis=None, **options):
    return requant(b, x, None if axis is None else channel_axis(b, x, axis), **options)


def conv(b, x, kernels, kernel, strides=None, pads=None, dilations=None, group=1, **options):
    """Convolution, bias or batch-norm-like factors, requantisation."""
    channels = b.shape(x)[1]
    w = shared_weight(b, [kernels, channels // group] + list(kernel))
    added = b.constant(random_integers(b, [kernels], -2000, 2000)) if b.chance(0.4) else None
    y = forms.conv(b, x, w, added, strides, pads, dilations, group)
    if not added and b.chance(0.2):
        y = forms.add(b, y, bias(b, [kernels] + [1] * len(kernel), y))
    return quantised(b, y, 1, **options)


def same_pads(kernel):
    """Pads that keep the extents at stride 1; the odd one behind for even kernels, so they are asymmetric then."""
    before = [(k - 1) // 2 for k in kernel]
    return before + [k - 1 - p for k, p in zip(kernel, before)]


def free_conv(b, x, kernels, group=1):
    """Convolution with random window parameters."""
    extents = b.shape(x)[2:]
    kernel = [b.pick([1, 2, 3, 3, 4, 5]) for _ in extents]
    strides, dilations, pads = window(b, len(extents), extents, kernel, 2, (1, 1, 2))
    return conv(b, x, kernels, kernel, strides, pads, dilations, group)


def depthwise_separable(b, x, kernels):
    channels, axes = b.shape(x)[1], len(b.shape(x)) - 2
    multiplier = b.pick([1, 1, 1, 2]) if channels <= 8 else 1
    kernel = [b.pick([3, 3, 5, 2]) for _ in range(axes)]
    strides = [b.pick([1, 1, 2])] * axes
    y = conv(b, x, channels * multiplier, kernel, strides, same_pads(kernel), group=channels)
    return conv(b, y, kernels, [1] * axes)


def max_pool(b, x):
    extents = b.shape(x)[2:]
    kernel = [min(b.pick([2, 2, 3]), extent) for extent in extents]
    attributes = {"kernel_shape": kernel, "strides": [min(k, 2) for k in kernel]}
    if b.chance(0.4):
        attributes["pads"] = [(k - 1) // 2 for k in kernel] + [b.number(0, k - 1) for k in kernel]
    return b.node("MaxPool", x, **attributes)


def residual(b, x, y):
    """RQ, RQ, Add, RQ; one of the first two is sometimes absent."""
    absent = b.pick(["none", "left", "right"], [4, 1, 1])
    left = x if absent == "left" else requant(b, x, signed=True)
    right = y if absent == "right" else requant(b, y, signed=True)
    return requant(b, forms.add(b, left, right))


def residual_convs(b, x):
    """Two convolutions beside the identity, or beside a convolution of one point where the shape changes."""
    channels, axes = b.shape(x)[1], len(b.shape(x)) - 2
    stride = b.pick([1, 1, 2])
    kernels = channels if stride == 1 and b.chance(0.6) else b.pick([4, 6, 8])
    y = conv(b, x, kernels, [3] * axes, [stride] * axes, [1] * (2 * axes))
    y = conv(b, y, kernels, [3] * axes, None, [1] * (2 * axes))
    if kernels == channels and stride == 1:
        return residual(b, x, y)
    return residual(b, conv(b, x, kernels, [1] * axes, [stride] * axes), y)


def linear_sum(b, x, columns, with_bias=None):
    """Product with a constant and a bias, as int32. Gemm needs two axes, MatMul takes any number."""
    shape = b.shape(x)
    with_bias = b.chance(0.6) if with_bias is None else with_bias
    if len(shape) == 2 and b.chance(0.6) and (with_bias or b.opset >= 11):  # before, C was not optional
        transposed = b.chance(0.7)
        w = shared_weight(b, [columns, shape[1]] if transposed else [shape[1], columns])
        inputs = [x, w] + ([b.constant(random_integers(b, [columns], -2000, 2000))] if with_bias else [])
        return b.node("Gemm", *inputs, transB=int(transposed))
    y = b.node("MatMul", x, shared_weight(b, [shape[-1], columns]))
    return forms.add(b, y, bias(b, [columns], y)) if with_bias else y


def linear(b, x, columns, with_bias=None, **options):
    return quantised(b, linear_sum(b, x, columns, with_bias), -1, **options)


def gelu(b, x):
    offset = b.number(30, 60)
    return requant(b, b.custom("iGELU", x, b=-offset, one=offset * offset + b.number(0, 200)))


def hardswish(b, x):
    three = b.number(60, 220)
    return requant(b, b.custom("iHardswish", x, three=three, six=2 * three, one_over_six=b.number(20, 45)), signed=True)


def activated(b, x):
    return b.pick([gelu, hardswish])(b, x)


def norm(b, x):
    """One of the norms over the last axis, its weight such that results use the range of int8."""
    extent = b.shape(x)[-1]
    kind = b.pick(["iLayerNorm", "iRMSNorm", "iNoNorm"], [4, 4, 1])
    divisor = 2 ** b.number(12, 15)
    if kind == "iNoNorm":
        w = b.constant(random_integers(b, [extent], 60, 127))
        added = b.constant(random_integers(b, [extent], -1000, 1000))
        return b.custom(kind, x, w, added, D=divisor, mul=divisor // 150, n_levels=256)
    w = b.constant(random_integers(b, [extent], 30, 48) * divisor)
    inputs = [w] if kind == "iRMSNorm" else [w, b.constant(random_integers(b, [extent], -8, 8) * divisor)]
    return b.custom(kind, x, *inputs, D=divisor, n_levels=256)


def softmax(b, x):
    """One of the softmaxes over the last axis; unsigned."""
    extent = b.shape(x)[-1]
    kind = b.pick(["iSoftmax", "ITAMax", "ITAPartialMax"])
    widths = [width for width in (2, 4, 8, 16) if extent % width == 0]
    if kind == "ITAPartialMax" and widths:
        return b.custom(kind, x, n_levels=256, group_width=b.pick(widths))
    if kind == "ITAMax":
        return b.custom(kind, x, n_levels=256)
    period = b.number(8, 50)
    offset = period + b.number(period // 3, period // 2)
    return b.custom("iSoftmax", x, coeffA=1, coeffB=offset, coeffC=b.number(0, offset * offset), log2=period,
                    n_levels=256)


def feed_forward(b, x):
    """Two layers with an activation between them; or gated: one branch activated, multiplied with the other."""
    width = b.shape(x)[-1]
    hidden = width * b.number(1, 3)
    if b.chance(0.4):
        gate = activated(b, linear(b, x, hidden, signed=True))
        y = requant(b, b.node("Mul", gate, linear(b, x, hidden, signed=True)), signed=True)
    else:
        y = activated(b, linear(b, x, hidden, signed=True))
    return linear(b, y, width, signed=True)


def signed_tensor(b, x):
    """x itself, or a requantisation of it where it is unsigned."""
    return x if b.values[x].dtype == np.int8 else requant(b, x, signed=True)


def limited(b, x, elements=20000):
    if b.values[x].size > elements:
        raise Unsuitable("a tensor is too large")
    return x
