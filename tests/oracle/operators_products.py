# SPDX-License-Identifier: Apache-2.0
# Operators that multiply and accumulate: Conv, Gemm, MatMul, and the requantisation that usually follows them.
import itertools

import numpy as np

from arithmetic import (SemanticsError, binary_logarithm, exact_matmul, exact_product, smallest_type, wide, wrap_int32)


def window_geometry(node, spatial, kernel):
    """Strides, dilations, pads before and after, and output extents of a sliding window (Conv and MaxPool)."""
    axes = len(spatial)
    strides = node.integers("strides", [1] * axes)
    dilations = node.integers("dilations", [1] * axes)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    mode = node.text("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        missing = [max((-(-n // s) - 1) * s + r - n, 0) for n, s, r in zip(spatial, strides, reach)]
        less, more = [m // 2 for m in missing], [m - m // 2 for m in missing]
        before, after = (less, more) if mode == "SAME_UPPER" else (more, less)
    elif mode == "VALID":
        before = after = [0] * axes
    else:
        pads = node.integers("pads", [0] * (2 * axes))
        before, after = pads[:axes], pads[axes:]
    outputs = [(n + b + a - r) // s + 1 for n, b, a, r, s in zip(spatial, before, after, reach, strides)]
    if min(outputs) < 1:
        raise SemanticsError("a window is larger than its padded input")
    return strides, dilations, before, after, outputs


def windows(padded, kernel, strides, dilations, outputs):
    """For each kernel position, the elements of the padded input that it meets at all output positions."""
    lead = padded.ndim - len(kernel)
    for position in itertools.product(*[range(k) for k in kernel]):
        index = [slice(None)] * lead
        for p, d, s, n in zip(position, dilations, strides, outputs):
            index.append(slice(p * d, p * d + (n - 1) * s + 1, s))
        yield position, padded[tuple(index)]


def conv(node, inputs):
    """Cross-correlation; padding is the value 0."""
    x, weight = wide(inputs[0]), wide(inputs[1])
    groups = node.integer("group", 1)
    batch, channels, spatial = x.shape[0], x.shape[1], x.shape[2:]
    kernels, per_group, kernel = weight.shape[0], weight.shape[1], weight.shape[2:]
    if per_group * groups != channels or kernels % groups or len(kernel) != len(spatial):
        raise SemanticsError(f"Conv of {x.shape} with {weight.shape} and {groups} groups")
    if node.integers("kernel_shape", list(kernel)) != list(kernel):
        raise SemanticsError("kernel_shape differs from the weight")
    strides, dilations, before, after, outputs = window_geometry(node, spatial, kernel)
    padded = np.pad(x, [(0, 0), (0, 0)] + list(zip(before, after)))
    total = np.zeros((batch, groups, kernels // groups, int(np.prod(outputs))), np.int64)
    grouped_weight = weight.reshape((groups, kernels // groups, per_group) + kernel)
    for position, seen in windows(padded, kernel, strides, dilations, outputs):
        columns = seen.reshape(batch, groups, per_group, -1)
        total += exact_matmul(grouped_weight[(slice(None),) * 3 + position][np.newaxis], columns)
    result = total.reshape([batch, kernels] + list(outputs))
    if len(inputs) > 2 and inputs[2] is not None:
        result = result + wide(inputs[2]).reshape([1, -1] + [1] * len(kernel))
    return wrap_int32(result)


def gemm(node, inputs):
    """alpha * op(A) op(B) + beta * C with integer alpha and beta."""
    a, b = wide(inputs[0]), wide(inputs[1])
    a = a.T if node.integer("transA", 0) else a
    b = b.T if node.integer("transB", 0) else b
    result = node.integer("alpha", 1) * exact_matmul(a, b)
    if len(inputs) > 2 and inputs[2] is not None:
        result = result + node.integer("beta", 1) * np.broadcast_to(wide(inputs[2]), result.shape)
    return wrap_int32(result)


def matmul(node, inputs):
    return wrap_int32(exact_matmul(wide(inputs[0]), wide(inputs[1])))


def along_channels(factor, shape):
    """mul or add of a requantisation over a tensor: numpy broadcast if that keeps the shape, else along axis 1."""
    factor = wide(factor)
    if factor.size == 1:
        return factor.reshape([1] * len(shape))
    try:
        if np.broadcast_shapes(factor.shape, shape) == tuple(shape):
            return factor
    except ValueError:
        pass
    if len(shape) < 2 or factor.size != shape[1]:
        raise SemanticsError(f"{factor.shape} values do not requantise a tensor of {shape}")
    return factor.reshape([1, -1] + [1] * (len(shape) - 2))


def levels(node):
    """Number of levels of an 8-bit result, under either of its two names."""
    return node.integer("n_levels") if node.has("n_levels") else node.integer("n_levels_out", 256)


def requant_shift(node, inputs):
    """clip((x * mul + add + half) >> s); add comes before the shift, a half is rounded up."""
    x = wide(inputs[0])
    shift = binary_logarithm(node.integer("div"))
    total = exact_product(x, along_channels(inputs[1], x.shape)) + along_channels(inputs[2], x.shape)
    if shift > 0:
        total = total + (1 << (shift - 1))
    count = levels(node)
    signed = node.integer("signed") != 0
    low, high = (-(count // 2), count // 2 - 1) if signed else (0, count - 1)
    element = smallest_type(low, high, (np.int8,) if signed else (np.uint8,))
    return np.clip(total >> shift, low, high).astype(element)


OPERATORS = {"Conv": conv, "Gemm": gemm, "MatMul": matmul, "RequantShift": requant_shift}
