# SPDX-License-Identifier: Apache-2.0
# Small networks of what other families do not have: uneven requantisations and shapes, factors by one axis beside a bias by another.
import numpy as np

import network_blocks as blocks
import standard_forms as forms
from arithmetic import wide
from cases_movement import regrouped
from model_builder import Unsuitable
from random_parts import bias, channel_forms, new_input, random_integers, requant, weight

CHANNELS = [1, 2, 3, 5, 7, 12, 17, 20, 23, 29, 33, 36]


def factor_axis(b, x):
    axes = [axis for axis, extent in enumerate(b.shape(x)) if extent > 1 and channel_forms(b.shape(x), axis)]
    return b.pick(axes) if axes and b.chance(0.6) else None


def uneven_requant(b, x):
    """Any shift from 0 to 31, factors of both signs and 0, zero points anywhere, clips of few levels."""
    value, axis = wide(b.values[x]).astype(np.float64), factor_axis(b, x)
    others = None if axis is None else tuple(other for other in range(value.ndim) if other != axis)
    levels, signed = b.pick([256, 256, 128, 100, 16]), b.chance(0.6)
    reach = np.atleast_1d(np.minimum(np.abs(value).max(axis=others), 2.5 * value.std() + 1))
    factor = b.rng.uniform(0.4, 1.6, reach.shape) * levels / 2 / np.maximum(reach, 1)
    shift = min(b.number(0, 31), 30 - int(np.ceil(np.log2(factor.max()))))
    mul = np.clip(np.rint(factor * 2.0**shift), 1, 2**31 - 1) * b.rng.choice([-1, 1, 1, 1], factor.shape)
    if mul.size > 2 and b.chance(0.2):
        mul[b.number(0, mul.size - 1)] = 0
    add = b.rng.uniform(-0.4, 0.6 if signed else 0.9, mul.shape) * levels * 2.0**shift
    add = np.clip(np.rint(b.pick([0 * mul, add])), -2**31, 2**31 - 1)
    form = () if axis is None else b.pick(channel_forms(b.shape(x), axis))
    factors = [b.constant(array.astype(np.int64).reshape(form), b.pick(["int32", "int64"])) for array in (mul, add)]
    return b.custom("RequantShift", x, *factors, div=2**shift, n_levels=levels, signed=int(signed))


def quantised(b, x):
    return uneven_requant(b, x) if b.chance(0.5) else requant(b, x, factor_axis(b, x))


def uneven_window(b, extents):
    """Kernel, strides, dilations and pads: long strides, pads on one side and beyond the window."""
    kernel = [b.pick([1, 2, 3, 3, 4, 5, 7]) for _ in extents]
    dilations = [b.pick([1, 1, 2, 3]) if size > 1 else 1 for size in kernel]
    strides = [b.pick([1, 1, 2, 3, 5]) for _ in extents]
    reach = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, dilations)]
    beyond = b.pick([-1, -1, 2])
    before, after = ([b.pick([0, b.number(0, r + beyond)]) for r in reach] for _ in range(2))
    for axis, extent in enumerate(extents):
        before[axis] += max(reach[axis] - extent - before[axis] - after[axis], 0)
    return kernel, strides, dilations, before + after


def images(b):
    """One to three convolutions, over planes as they come from a file or pixels turned."""
    extents = [b.number(1, 19) for _ in range(b.pick([1, 2, 2]))]
    x = new_input(b, [b.pick([1, 1, 2]), b.pick(CHANNELS)] + extents, b.pick(["i8", "u8"]))
    if len(extents) == 2 and b.chance(0.3):
        x = b.node("Transpose", x, perm=b.pick([[0, 3, 1, 2], [0, 2, 3, 1]]))
    outputs = []
    for _ in range(b.number(1, 3)):
        channels = b.shape(x)[1]
        groups = b.pick([1, 1, channels, b.pick([g for g in range(1, channels + 1) if channels % g == 0])])
        kernels = groups * b.pick([1, 2, 3, 5]) if groups > 1 else b.pick(CHANNELS)
        kernel, strides, dilations, pads = uneven_window(b, b.shape(x)[2:])
        added = b.constant(random_integers(b, [kernels], -20000, 20000)) if b.chance(0.4) else None
        y = forms.conv(b, x, weight(b, [kernels, channels // groups] + kernel, b.chance(0.1)), added, strides, pads, dilations, groups)
        b.note(f"groups {groups} kernel {kernel} strides {strides} dilations {dilations} pads {pads}")
        x = quantised(b, blocks.limited(b, y, 12000))
        if b.chance(0.3):
            outputs.append(x)
    return list(dict.fromkeys(outputs + [x]))


LEADS = [([], []), ([3], []), ([2, 3], []), ([2, 3], [3]), ([2, 1], [1, 3]), ([1, 4, 2], [1, 4, 1]), ([], [3]), ([4], [4])]


def products(b):
    """A product with its batches, a bias along one axis and factors along another."""
    m, n, p = b.pick([1, 3, 8, 9, 17, 36]), b.pick([1, 3, 5, 16, 31, 64, 100]), b.pick([1, 3, 8, 10, 33, 64])
    left, right = b.pick(LEADS)
    x = new_input(b, left + [m, n], b.pick(["i8", "u8"]))
    if right or b.chance(0.3):
        w = new_input(b, right + [p, n])
        w = b.node("Transpose", w, perm=list(range(len(right))) + [len(right) + 1, len(right)])
    else:
        w = weight(b, [n, p])
    y = blocks.limited(b, b.node("MatMul", x, w))
    rank = len(b.shape(y))
    axis = b.number(0, rank - 1)
    if b.chance(0.8):
        y = forms.add(b, y, bias(b, [extent if place == axis else 1 for place, extent in enumerate(b.shape(y))], y))
    b.note(f"bias along {axis} of {list(b.shape(y))}")
    z = quantised(b, y)
    ends = b.pick(["one", "residual", "turned", "sums"])
    if ends == "residual":
        return [blocks.residual(b, z, quantised(b, y))]
    if ends == "turned":
        return [b.node("Transpose", z, perm=[int(axis) for axis in b.rng.permutation(rank)])]
    return [z, y] if ends == "sums" else [z]


def views(b):
    """Outputs that are other views of one tensor, of an input even, and what is made of them."""
    x = new_input(b, [b.number(1, 4), b.number(1, 30), b.number(1, 30)], b.pick(["i8", "u8"]))
    outputs, shape = [], list(b.shape(x))
    makers = {"reshape": lambda y: forms.reshape(b, y, regrouped(b, shape)), "identity": lambda y: b.node("Identity", y),
              "transpose": lambda y: b.node("Transpose", y, perm=[int(axis) for axis in b.rng.permutation(3)]),
              "turned": lambda y: b.node("Gather", y, b.index(list(range(shape[1] - 1, -1, -1))), axis=1),
              "twice": lambda y: b.node("Concat", y, y, axis=b.number(0, 2)), "quantised": lambda y: quantised(b, y),
              "sum": lambda y: quantised(b, b.node("Add", y, b.constant(random_integers(b, [1, shape[1], 1], -90, 90))))}
    for _ in range(b.number(2, 5)):
        same = [y for y in outputs if list(b.shape(y)) == shape]
        outputs.append(makers[b.pick(sorted(makers))](b.pick(same) if same and b.chance(0.5) else x))
    return outputs


def unusual(b, k):
    b.shared = {}
    outputs = [images, products, images, products, views][k % 5](b)
    if any(b.values[name].size == 0 or b.values[name].ndim > 6 for name in b.values):
        raise Unsuitable("no elements, or too many axes")
    return outputs


FAMILIES = {"unusual": unusual}
