# SPDX-License-Identifier: Apache-2.0
# Operators that look at a whole row: softmaxes (uint8), norms and integer means (int8), sums (int32), MaxPool.
import numpy as np

from arithmetic import (SemanticsError, binary_logarithm, exact_product, floor_square_root, truncated_quotient, wide,
                        wrap_int8, wrap_int16, wrap_int32, wrap_uint32)
from operators_products import levels, window_geometry, windows


def i_softmax(node, inputs):
    """Shifted second-order polynomial of the distance to the row's maximum; sums and products modulo 2**32."""
    x = wide(inputs[0])
    period = node.integer("log2")
    distance = x - x.max(axis=-1, keepdims=True)
    z = np.clip(-truncated_quotient(distance, period), 0, 31)
    p = distance + z * period
    polynomial = node.integer("coeffA") * (p + node.integer("coeffB")) ** 2 + node.integer("coeffC")
    e = wrap_uint32(polynomial) >> z
    total = wrap_uint32(e.sum(axis=-1, keepdims=True))
    if np.any(total == 0):
        raise SemanticsError("iSoftmax divides by zero")
    return ((wrap_uint32(e * (levels(node) - 1)) // total) & 0xFF).astype(np.uint8)


def right_shift(array, amount):
    """Shift of non-negative numbers; every bit is gone after 62 places, and a negative amount has no meaning."""
    if np.any(amount < 0):
        raise SemanticsError("shift by a negative amount")
    return array >> np.minimum(amount, 62)


def ita_max(node, inputs):
    x = wide(inputs[0])
    shift = (x.max(axis=-1, keepdims=True) - x + 16) >> 5
    total = right_shift(256, shift).sum(axis=-1, keepdims=True)
    return right_shift((levels(node) - 1) * 256 // total, shift).astype(np.uint8)


def ita_partial_max(node, inputs):
    """As ITAMax in one pass over groups: a new maximum shrinks the sum. Elements after the last group do not count."""
    x = wide(inputs[0])
    width = node.integer("group_width")
    maximum = np.full(x.shape[:-1] + (1,), -128, np.int64)
    total = np.zeros_like(maximum)
    for start in range(0, x.shape[-1] - width + 1, width):
        group = x[..., start:start + width]
        new_maximum = np.maximum(maximum, group.max(axis=-1, keepdims=True))
        total = right_shift(total, np.where(new_maximum > maximum, (new_maximum - maximum + 16) >> 5, 0))
        maximum = new_maximum
        total = total + right_shift(256, (maximum - group + 16) >> 5).sum(axis=-1, keepdims=True)
    if np.any(total == 0):
        raise SemanticsError("ITAPartialMax has no whole group")
    return right_shift((levels(node) // 2 - 1) * 256 // total, (maximum - x + 16) >> 5).astype(np.uint8)


def i_layer_norm(node, inputs):
    """The result wraps to int8, it is not clipped."""
    x, weight, bias = (wide(array) for array in inputs)
    extent = x.shape[-1]
    mean = truncated_quotient(x.sum(axis=-1, keepdims=True), extent)
    deviation = wide(wrap_int16(x - mean))
    variance = truncated_quotient((deviation ** 2).sum(axis=-1, keepdims=True), extent) + 1
    scaled = truncated_quotient(exact_product(deviation, weight), floor_square_root(variance))
    return wrap_int8((scaled + bias) >> binary_logarithm(node.integer("D")))


def i_rms_norm(node, inputs):
    """The result is clipped to int8."""
    x, weight = wide(inputs[0]), wide(inputs[1])
    if node.integer("axis", -1) not in (-1, x.ndim - 1) or node.integer("stash_type", 1) != 1:
        raise SemanticsError("iRMSNorm works on the last axis, with stash_type 1")
    mean_square = truncated_quotient(exact_product(x, x).sum(axis=-1, keepdims=True), x.shape[-1])
    scaled = truncated_quotient(exact_product(x, weight), floor_square_root(mean_square + 1))
    return np.clip(scaled >> binary_logarithm(node.integer("D")), -128, 127).astype(np.int8)


def i_no_norm(node, inputs):
    """int8(((x * w + b) * mul) >> s) without rounding or clip."""
    x, weight, bias = (wide(array) for array in inputs)
    result = exact_product(wrap_int32(exact_product(x, weight) + bias), np.array(node.integer("mul")))
    if np.shape(result) != x.shape:
        raise SemanticsError("iNoNorm keeps the shape of its input")
    return wrap_int8(wrap_int32(result) >> binary_logarithm(node.integer("D")))


def reduced_axes(node, inputs):
    """Axes of a reduction, from the attribute or the second input; all when none are named."""
    rank = inputs[0].ndim
    if len(inputs) > 1 and inputs[1] is not None:
        axes = [int(axis) for axis in inputs[1].reshape(-1)]
    else:
        axes = node.integers("axes", [])
    if not axes:
        return () if node.integer("noop_with_empty_axes", 0) else tuple(range(rank))
    return tuple(axis % rank for axis in axes)


def reduce_sum(node, inputs):
    axes = reduced_axes(node, inputs)
    return wrap_int32(wide(inputs[0]).sum(axis=axes, keepdims=bool(node.integer("keepdims", 1))))


def integer_mean(node, inputs):
    """Half up for keepdims=0 with a power of two of elements, otherwise half away from zero; int8 without clip."""
    axes, keep = reduced_axes(node, inputs), bool(node.integer("keepdims", 1))
    total = wide(inputs[0]).sum(axis=axes, keepdims=keep)
    count = int(np.prod([inputs[0].shape[axis] for axis in axes], dtype=np.int64))
    if count == 0:
        raise SemanticsError("mean of nothing")
    if not keep and count & (count - 1) == 0:
        return wrap_int8((total + count // 2) >> binary_logarithm(count))
    return wrap_int8(truncated_quotient(total + np.where(total < 0, -1, 1) * (count >> 1), count))


def max_pool(node, inputs):
    """Padding never wins. Floor mode only; the element type stays."""
    x = inputs[0]
    kernel = node.integers("kernel_shape")
    if node.integer("ceil_mode", 0) != 0:
        raise SemanticsError("MaxPool with ceil_mode")
    strides, dilations, before, after, outputs = window_geometry(node, x.shape[2:], kernel)
    nothing = -2**40
    padded = np.pad(wide(x), [(0, 0), (0, 0)] + list(zip(before, after)), constant_values=nothing)
    result = np.full(x.shape[:2] + tuple(outputs), nothing, np.int64)
    for _, seen in windows(padded, kernel, strides, dilations, outputs):
        result = np.maximum(result, seen)
    if np.any(result == nothing):
        raise SemanticsError("a MaxPool window lies in the padding")
    return result.astype(x.dtype)


OPERATORS = {"iSoftmax": i_softmax, "ITAMax": ita_max, "ITAPartialMax": ita_partial_max, "iLayerNorm": i_layer_norm,
             "iRMSNorm": i_rms_norm, "iNoNorm": i_no_norm, "ReduceSum": reduce_sum, "ReduceMean": integer_mean,
             "IntegerMean": integer_mean, "MaxPool": max_pool}
