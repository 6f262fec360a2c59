# SPDX-License-Identifier: Apache-2.0
# Random cases of operators that move elements, of chains of them between products, and of ways to store constants.
import numpy as np

import standard_forms as forms
from cases_products import image, window
from model_builder import Unsuitable
from random_parts import activation, maybe_requant, new_input, random_integers, requant, weight

KINDS = ("i8", "u8", "i32")


def block(b, k, rank=None, largest=7):
    rank = rank or b.number(2, 4)
    return new_input(b, [b.number(1, 3)] + [b.number(1, largest) for _ in range(rank - 1)], KINDS[k % 3])


def max_pool(b, k):
    axes = 1 if k % 4 == 3 else 2
    shape = [b.pick([1, 1, 2]), b.number(1, 9)] + [b.number(4, 15) for _ in range(axes)]
    x = b.input(activation(b, shape, KINDS[k % 2]))
    if k % 5 == 0:
        b.note("negative values only, so that padding with 0 would show")
        b.values[x] = -np.abs(b.values[x].astype(np.int64) // 2).astype(np.int8) - np.int8(1)
    kernels = [b.number(1, 4) for _ in range(axes)]
    strides, dilations, pads = window(b, axes, b.shape(x)[2:], kernels, 2 if b.chance(0.3) else 1, (1, 2, 2, 3))
    attributes = {"kernel_shape": kernels}
    if any(pads) or b.chance(0.5):
        attributes["pads"] = pads
    if max(strides) > 1 or b.chance(0.5):
        attributes["strides"] = strides
    if max(dilations) > 1:
        b.opset = max(b.opset, 10)
        attributes["dilations"] = dilations
    if b.opset >= 10 and b.chance(0.4):
        attributes["ceil_mode"] = 0
    b.note(f"kernel {kernels} strides {strides} dilations {dilations} pads {pads}")
    return [maybe_requant(b, b.node("MaxPool", x, **attributes), 0.3)]


def pad(b, k):
    b.opset = 9 if k % 3 == 0 else 13 if k % 3 == 1 else b.opset
    x = block(b, k // 2, b.number(2, 4))
    rank = len(b.shape(x))
    free = b.chance(0.3)
    pads = [b.number(0, 3) if free or axis % rank >= rank - 2 else 0 for axis in range(2 * rank)]
    value = 0 if k % 2 else b.number(1, 120) * (1 if b.values[x].dtype == np.uint8 else b.pick([-1, 1]))
    b.note(f"pads {pads} value {value}")
    return [forms.pad(b, x, pads, value)]


def slice_(b, k):
    b.opset = 9 if k % 3 == 0 else max(b.opset, 10)
    x = block(b, k, b.number(2, 4), 9)
    shape = b.shape(x)
    axes = sorted(int(a) for a in b.rng.choice(len(shape), b.number(1, min(2, len(shape))), replace=False))
    starts, ends, steps = [], [], []
    for axis in axes:
        extent = shape[axis]
        low = b.number(0, extent - 1)
        high = b.number(low + 1, extent)
        step = b.pick([1, 1, 2, 3, -1, -2]) if b.opset >= 10 and k % 2 else 1
        if step > 0:
            start = low - extent if b.chance(0.3) else low
            end = b.pick([high, high, high - extent if high < extent else high, 2**63 - 1 if high == extent else high])
        else:
            start = b.pick([high - 1, high - 1 - extent, high - 1 if high < extent else 2**31])
            end = b.pick([low - 1, low - 1 - extent]) if low > 0 else b.pick([-extent - 1, -2**31])
        starts, ends, steps = starts + [start], ends + [end], steps + [step]
    named = [axis - len(shape) if b.chance(0.2) and b.opset >= 10 else axis for axis in axes]
    b.note(f"starts {starts} ends {ends} axes {named} steps {steps}")
    return [forms.slice_(b, x, starts, ends, named, steps if any(step != 1 for step in steps) else None)]


def concat(b, k):
    rank = b.number(2, 4)
    shape = [b.number(1, 3)] + [b.number(1, 5) for _ in range(rank - 1)]
    axis = b.number(-rank, rank - 1)
    parts = []
    for part in range(b.pick([1, 2, 2, 3, 4, 5, 7])):
        shape[axis] = b.number(1, 4)
        # all alike, all mixed, or signed and unsigned 8-bit parts, which need 16 bits together
        kind = {0: b.pick(KINDS), 2: b.pick(["i8", "u8"])}.get(k % 4, KINDS[k % 3])
        parts.append(new_input(b, shape, kind))
    if k % 5 == 1:
        parts.insert(b.number(0, len(parts)), parts[0])
    if k % 5 == 2 and k % 3 == 0:
        b.note("a constant part")
        parts.insert(b.number(0, len(parts)), b.constant(random_integers(b, shape, -128, 127)))
    kinds = sorted({str(b.values[part].dtype) for part in parts})
    b.note(f"axis {axis} of {rank}, {len(parts)} parts of {' '.join(kinds)}")
    return [b.node("Concat", *parts, axis=axis)]


def gather(b, k):
    x = block(b, k, b.number(2, 4))
    shape = b.shape(x)
    axis = b.number(0, len(shape) - 1)
    extent = shape[axis]
    low, high = (-extent, -1) if k % 5 == 0 else (0, extent - 1)
    indices = [b.number(low, high) for _ in range(b.number(1, extent + 1))] if k % 2 else b.number(low, high)
    b.note(f"axis {axis} indices {indices}")
    named = axis - len(shape) if b.chance(0.2) else axis
    attributes = {} if named == 0 and b.chance(0.5) else {"axis": named}
    return [b.node("Gather", x, b.index(indices), **attributes)]


def transpose(b, k):
    x = block(b, k, (2, 3, 4, 4, 5)[k % 5])
    rank = len(b.shape(x))
    perm = [int(axis) for axis in b.rng.permutation(rank)]
    b.note(f"{list(b.shape(x))} perm {perm}")
    if k % 7 == 6:
        return [b.node("Transpose", x)]
    return [b.node("Transpose", x, perm=perm)]


def regrouped(b, shape):
    """Another shape of as many elements."""
    factors = [f for extent in shape for f in (range_factors(extent) if extent > 1 else [])]
    target = [1] * b.number(1, 4)
    for factor in factors:
        target[b.number(0, len(target) - 1)] *= factor
    return target


def range_factors(number):
    factors, divisor = [], 2
    while number > 1:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    return factors


def reshape(b, k):
    x = block(b, k, b.number(1, 4), 8)
    shape = list(b.shape(x))
    style = k % 4
    if style == 0:
        target = [-1]
    elif style == 1 and len(shape) > 1:
        target = [0, -1] + ([1] if b.chance(0.5) else [])
    else:
        target = forms.loose_shape(b, shape, regrouped(b, shape))
    b.note(f"{shape} to {target}")
    return [forms.reshape(b, x, target)]


def flatten(b, k):
    x = block(b, k, b.number(2, 4))
    rank = len(b.shape(x))
    axis = k % (rank + 1)
    if b.opset >= 11 and b.chance(0.3) and axis < rank:
        axis -= rank
    b.note(f"{list(b.shape(x))} axis {axis}")
    attributes = {} if axis == 1 and b.chance(0.5) else {"axis": axis}
    return [b.node("Flatten", x, **attributes)]


def singled(b, k):
    shape = [b.number(2, 6) for _ in range(b.number(1, 3))]
    ones = []
    for _ in range(b.number(1, 2)):
        place = b.number(0, len(shape))
        shape.insert(place, 1)
    ones = [axis for axis, extent in enumerate(shape) if extent == 1]
    return new_input(b, shape, KINDS[k % 3]), ones


def squeeze(b, k):
    x, ones = singled(b, k)
    rank = len(b.shape(x))
    if k % 5 == 4:
        b.note("no axes named")
        return [b.node("Squeeze", x)]
    chosen = ones if b.chance(0.6) else ones[:1]
    named = [axis - rank if b.opset >= 11 and b.chance(0.3) else axis for axis in chosen]
    b.note(f"{list(b.shape(x))} axes {named}")
    return [forms.squeeze(b, x, named)]


def unsqueeze(b, k):
    x = block(b, k, b.number(1, 3))
    count = b.number(1, 2)
    rank = len(b.shape(x)) + count
    axes = sorted(int(axis) for axis in b.rng.choice(rank, count, replace=False))
    named = [axis - rank if b.opset >= 11 and b.chance(0.3) else axis for axis in axes]
    b.note(f"{list(b.shape(x))} axes {named}")
    return [forms.unsqueeze(b, x, named)]


def identity(b, k):
    x = block(b, k)
    if k % 3 == 0:
        x = b.node("Identity", x)
        return [requant(b, x)]
    if k % 3 == 1:
        return [b.node("Identity", requant(b, x))]
    y = b.node("Identity", b.node("Identity", x))
    return [forms.add(b, y, x) if b.chance(0.5) and b.values[x].dtype != np.int32 else b.node("Identity", y)]


def constant(b, k):
    """Everything that is constant comes out of Constant nodes, shapes and factors included."""
    b.constant_place, b.listed_constants = "node", False
    x = new_input(b, [b.number(1, 2), b.number(3, 9), b.number(3, 8)])
    y = forms.reshape(b, x, [0, -1] if k % 2 else [-1, b.shape(x)[2]])
    y = b.node("MatMul", y, weight(b, [b.shape(y)[1], b.number(6, 15)]))
    if k % 3:
        y = forms.add(b, y, b.constant(random_integers(b, [b.shape(y)[1]], -500, 500)))
    y = requant(b, y, 1 if k % 4 == 3 else None)
    return [b.node("Gather", y, b.index([0, b.shape(y)[1] - 1]), axis=1) if k % 5 == 0 else y]


def listed_constant(b, k):
    """Initializers that the file also lists as inputs of the graph."""
    b.constant_place, b.listed_constants, b.opset = "initializer", True, max(b.opset, 11)
    x = image(b, 2, b.number(1, 4), 8)
    kernels = b.number(2, 5)
    added = b.constant(random_integers(b, [kernels], -900, 900)) if k % 3 else None
    y = forms.conv(b, x, weight(b, [kernels, b.shape(x)[1], 1, 1]), added)
    y = requant(b, y, 1 if k % 2 and b.shape(y)[1] > 1 else None)
    y = b.node("Flatten", y)
    y = b.node("Gemm", y, weight(b, [b.number(2, 9), b.shape(y)[1]]), transB=1)
    return [requant(b, y)]


def movement_step(b, x):
    """One random movement of x."""
    shape = list(b.shape(x))
    rank = len(shape)
    steps = ["transpose", "reshape", "slice", "concat", "pad", "unsqueeze", "squeeze", "flatten", "gather", "identity"]
    step = b.pick(steps, [4, 4, 3, 2, 2, 1, 1, 1, 1, 1])
    if step == "transpose":
        return b.node("Transpose", x, perm=[int(axis) for axis in b.rng.permutation(rank)])
    if step == "reshape":
        return forms.reshape(b, x, forms.loose_shape(b, shape, regrouped(b, shape)))
    if step == "slice":
        axis = b.number(0, rank - 1)
        low = b.number(0, shape[axis] - 1)
        return forms.slice_(b, x, [low], [b.number(low + 1, shape[axis])], [axis])
    if step == "concat":
        return b.node("Concat", x, x, axis=b.number(0, rank - 1))
    if step == "pad":
        return forms.pad(b, x, [b.number(0, 1) for _ in range(2 * rank)])
    if step == "unsqueeze" and rank < 4:
        return forms.unsqueeze(b, x, [b.number(0, rank)])
    if step == "squeeze" and 1 in shape and rank > 2:
        return forms.squeeze(b, x, [shape.index(1)])
    if step == "flatten" and rank > 1:
        return b.node("Flatten", x, axis=b.number(1, rank - 1))
    if step == "gather" and rank > 2:
        axis = b.number(0, rank - 1)
        return b.node("Gather", x, b.index(b.number(0, shape[axis] - 1)), axis=axis)
    return b.node("Identity", x)


def movement_chain(b, k):
    """Movements in front of, between and behind products."""
    x = block(b, k % 2, b.number(2, 4), 6)
    for _ in range(b.number(0, 2)):
        x = movement_step(b, x)
    if len(b.shape(x)) < 2:
        x = forms.unsqueeze(b, x, [0])
    x = b.node("MatMul", x, weight(b, [b.shape(x)[-1], b.number(2, 8)]))
    if b.chance(0.5):
        x = movement_step(b, x)
    x = requant(b, x)
    for _ in range(b.number(1, 4)):
        x = movement_step(b, x)
    if len(b.shape(x)) >= 2 and b.chance(0.5):
        x = requant(b, b.node("MatMul", x, weight(b, [b.shape(x)[-1], b.number(2, 8)])))
    if b.values[x].size > 6000 or len(b.shape(x)) == 0:
        raise Unsuitable("too large")
    return [x]


def fan_out(b, k):
    """A tensor with several readers, results that are used further, and several outputs."""
    x = new_input(b, [1, b.number(3, 9), b.number(3, 9)])
    shared = requant(b, b.node("MatMul", x, weight(b, [b.shape(x)[2], b.number(4, 9)])))
    left = b.node("Transpose", shared, perm=[0, 2, 1])
    right = requant(b, shared, signed=True)
    product = requant(b, b.node("MatMul", left, right))
    outputs = [product, shared] if k % 2 else [product]
    if k % 3 == 0:
        outputs.append(forms.slice_(b, right, [0], [1], [1]))
    return outputs


CASES = {"MaxPool": max_pool, "Pad": pad, "Slice": slice_, "Concat": concat, "Gather": gather, "Transpose": transpose,
         "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Identity": identity,
         "Constant": constant, "ListedConstant": listed_constant, "MovementChain": movement_chain, "FanOut": fan_out}
