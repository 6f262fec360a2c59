# SPDX-License-Identifier: Apache-2.0
# Random cases of convolutions, matrix products and requantisations.
import standard_forms as forms
from random_parts import (bias, channel_forms, factors_axis, new_input, random_integers, requant, requant_with, weight)

# rank, axis of the factors, their shape as a function of its extent; None: one factor
REQUANT_FORMS = [(4, 1, lambda c: (c, 1, 1)), (3, 1, lambda c: (c, 1, 1)), (3, 1, lambda c: (c, 1)),
                 (2, 1, lambda c: (c,)), (2, 0, lambda c: (c, 1)), (4, 1, lambda c: (1, c, 1, 1)),
                 (2, 1, lambda c: (1, c)), (3, 2, lambda c: (c,)), (4, 1, lambda c: (c,)), (4, None, lambda c: ()),
                 (3, None, lambda c: (1,)), (2, None, lambda c: (1, 1)), (1, None, lambda c: ())]


VARIANTS = ["plain", "identity", "small shift", "negative mul", "products beyond 32 bits", "div 1", "fewer levels",
            "plain", "small shift", "products beyond 32 bits"]


def requant_shift(b, k):
    rank, axis, form_of = REQUANT_FORMS[k % len(REQUANT_FORMS)]
    shape = [b.number(1, 3), b.number(2, 9), b.number(2, 11), b.number(3, 7)][:rank] if rank > 1 else [b.number(8, 40)]
    variant = VARIANTS[k % len(VARIANTS)]
    if variant != "plain":
        b.note(variant)
    kind = {"identity": b.pick(["i8", "u8"]), "div 1": b.pick(["i8", "u8"]), "products beyond 32 bits": "i32",
            "fewer levels": "i32"}.get(variant) or b.pick(["i32", "i8", "u8"], [2, 1, 1])
    reach = 300 if variant == "small shift" else b.pick([2**12, 2**15, 2**20, 2**26])
    x = new_input(b, shape, kind, reach if kind == "i32" else None)
    if variant == "identity":
        shift = b.pick([0, 8, 16])
        return [requant_with(b, x, 2**shift, 0, shift, kind == "i8")]
    form = form_of(shape[axis] if axis is not None else 1)
    if axis is not None and form not in channel_forms(shape, axis):
        form = None
    if variant == "div 1":
        count = 1 if axis is None else shape[axis]
        mul, add = b.rng.integers(1, 3, count), b.rng.integers(-60, 60, count)
        return [requant_with(b, x, mul, add, 0, b.chance(0.5), 256, axis, form)]
    options = {"small shift": {"shifts": (1, 2, 3), "zero_add": True, "signed": True},
               "negative mul": {"negative": True},
               # a few results are clipped, and their products are what 32 bits cannot hold
               "products beyond 32 bits": {"shifts": (23, 24), "zero_add": True, "gain": 2.0},
               "fewer levels": {"levels": b.pick([16, 64, 128]), "gain": 1.5}}
    return [requant(b, x, axis, form, **options.get(variant, {}))]


def window(b, axes, extents, kernels, largest_dilation=2, strides=(1, 1, 1, 2, 3)):
    """Random strides, dilations and pads such that every output exists."""
    dilations = [b.number(1, largest_dilation) if kernel > 1 else 1 for kernel in kernels]
    reach = [(kernel - 1) * d + 1 for kernel, d in zip(kernels, dilations)]
    style = b.pick(["none", "same", "equal", "asymmetric"])
    if style == "none":
        before = after = [0] * axes
    elif style == "same":
        before = [(r - 1) // 2 for r in reach]
        after = [r - 1 - p for r, p in zip(reach, before)]
    elif style == "equal":
        before = after = [b.number(0, min(r - 1, 3)) for r in reach]
    else:
        before = [b.number(0, min(r - 1, 3)) for r in reach]
        after = [b.number(0, min(r - 1, 3)) for r in reach]
    for axis in range(axes):
        if extents[axis] + before[axis] + after[axis] < reach[axis]:
            dilations[axis] = 1
            before, after = list(before), list(after)
            missing = kernels[axis] - extents[axis]
            before[axis], after[axis] = max(missing, 0), 0
    return [b.pick(strides) for _ in range(axes)], dilations, list(before) + list(after)


def conv_block(b, x, axes, groups, multiplier, kernel_count=None):
    """Conv, with bias or not, with a requantisation behind it or not."""
    channels, extents = b.shape(x)[1], b.shape(x)[2:]
    kernels = [b.pick([1, 2, 3, 3, 5]) for _ in range(axes)]
    strides, dilations, pads = window(b, axes, extents, kernels)
    outputs = groups * multiplier if kernel_count is None else kernel_count
    unsigned = b.chance(0.08)
    w = weight(b, [outputs, channels // groups] + kernels, unsigned)
    with_bias = b.chance(0.5)
    added = b.constant(random_integers(b, [outputs], -3000, 3000)) if with_bias else None
    y = forms.conv(b, x, w, added, strides, pads, dilations, groups)
    b.note(f"strides {strides} dilations {dilations} pads {pads}" + (", unsigned weights" if unsigned else ""))
    if b.chance(0.25):
        return y
    if b.chance(0.12):
        b.note("large products, clipped often")
        return requant(b, y, factors_axis(b, y, 1), shifts=(21, 22, 23, 24), zero_add=True, gain=2.0)
    return requant(b, y, factors_axis(b, y, 1), negative=b.chance(0.15))


def image(b, axes, channels, largest=14):
    extents = [b.pick([1, 2, 5, 7, 8, 11, largest]) if b.chance(0.3) else b.number(3, largest) for _ in range(axes)]
    return new_input(b, [b.pick([1, 1, 1, 2, 3]), channels] + extents)


def conv_1d(b, k):
    x = image(b, 1, b.number(1, 12), 40)
    if k % 3 == 0:
        channels = b.shape(x)[1]
        return [conv_block(b, x, 1, channels, b.number(1, 2))]
    return [conv_block(b, x, 1, 1, b.number(1, 12))]


def conv_2d(b, k):
    return [conv_block(b, image(b, 2, b.pick([1, 2, 3, 5, 8, 13])), 2, 1, b.pick([1, 2, 4, 7, 12]))]


def conv_grouped(b, k):
    groups = b.pick([2, 3, 4])
    axes = 1 if k % 4 == 3 else 2
    return [conv_block(b, image(b, axes, groups * b.number(2, 4), 10), axes, groups, b.number(1, 4))]


def conv_depthwise(b, k):
    channels = b.pick([1, 3, 4, 7, 8, 12])
    multiplier = b.pick([1, 1, 2, 3])
    return [conv_block(b, image(b, 2, channels), 2, channels, multiplier)]


def gemm(b, k):
    rows, terms, columns = b.pick([1, 1, 2, 5, 8]), b.pick([1, 7, 16, 33]), b.pick([1, 8, 10, 21])
    trans_a, trans_b = int(b.chance(0.25)), int(b.chance(0.6))
    left = new_input(b, [terms, rows] if trans_a else [rows, terms])
    right_shape = [columns, terms] if trans_b else [terms, columns]
    right = new_input(b, right_shape, "i8") if k % 6 == 5 else weight(b, right_shape)
    attributes = {}
    alpha, beta = (b.pick([1, 2, 3, -1]), b.pick([1, 2, 3])) if b.chance(0.4) else (1, 1)
    for name, value, default in (("alpha", float(alpha), 1.0), ("beta", float(beta), 1.0), ("transA", trans_a, 0),
                                 ("transB", trans_b, 0)):
        if value != default or b.chance(0.5):
            attributes[name] = value
    inputs = [left, right]
    style = ("row", "matrix", "absent")[k % 3 if k % 4 else k // 4 % 3]
    if style == "absent":
        b.opset = max(b.opset, 11)  # before, C was not optional
    else:
        inputs.append(b.constant(random_integers(b, [columns] if style == "row" else [rows, columns], -4000, 4000)))
    b.note(f"alpha {alpha} beta {beta}, C {style}")
    y = b.node("Gemm", *inputs, **attributes)
    if b.chance(0.3):
        return [y]
    axis = b.pick([None, 1, 1, 0]) if min(b.shape(y)) > 1 else None
    return [requant(b, y, axis, negative=b.chance(0.1))]


def matmul(b, k):
    m, n, p = b.pick([1, 4, 7, 16]), b.pick([1, 5, 16, 32]), b.pick([1, 3, 8, 20])
    batch, heads = b.number(2, 3), b.number(2, 5)
    variants = [([m, n], [n, p], "right"), ([batch, m, n], [n, p], "right"), ([1, heads, m, n], [1, heads, n, p], None),
                ([batch, heads, m, n], [batch, heads, n, p], None), ([batch, 1, m, n], [heads, n, p], None),
                ([1, heads, m, n], [1, 1, n, p], None), ([m, n], [batch, n, p], "left"),
                ([heads, m, n], [heads, n, p], "right"), ([1, m, n], [batch, n, p], None), ([m, n], [n, p], "left")]
    left_shape, right_shape, constant = variants[k % len(variants)]
    b.note(f"{left_shape} x {right_shape}, " + (f"{constant} constant" if constant else "both computed"))
    left = weight(b, left_shape) if constant == "left" else new_input(b, left_shape)
    right = weight(b, right_shape) if constant == "right" else new_input(b, right_shape)
    y = b.node("MatMul", left, right)
    shape = b.shape(y)
    if b.chance(0.3):
        return [y]
    axes = [axis for axis in range(len(shape)) if shape[axis] > 1 and channel_forms(shape, axis)]
    return [requant(b, y, b.pick(axes) if axes and b.chance(0.6) else None, negative=b.chance(0.1))]


def bias_add(b, k):
    """A constant added to a product, from either side, and a requantisation: what fusion has to recognise."""
    b.opset = max(b.opset, 11)
    variant = k % 4
    if variant == 0:
        x = image(b, 2, b.number(1, 5), 9)
        y = forms.conv(b, x, weight(b, [b.number(2, 6), b.shape(x)[1], 3, 3]), pads=[1, 1, 1, 1])
        shape = [b.shape(y)[1], 1, 1]
        axis = 1
    elif variant == 1:
        x = new_input(b, [b.number(2, 6), b.number(3, 20)])
        w = weight(b, [b.number(4, 15), b.shape(x)[1]])
        y, axis = b.node("Gemm", x, w, transB=1), 1
        shape = [b.shape(y)[1]]
    else:
        x = new_input(b, [b.pick([1, 1, 2]), b.number(2, 9), b.number(3, 20)])
        y, axis = b.node("MatMul", x, weight(b, [b.shape(x)[2], b.number(4, 15)])), 2
        shape = [b.shape(y)[2]] if variant == 2 else b.pick([[1, 1, b.shape(y)[2]], [1]])
    b.note(f"bias {shape}")
    y = forms.add(b, y, bias(b, shape, y))
    return [requant(b, y, axis if b.chance(0.4) and b.shape(y)[axis] > 1 else None)]


def residual_add(b, k):
    """Two requantised branches, summed and requantised; sometimes one branch comes as it is."""
    shape = b.pick([[1, b.number(1, 9), b.number(1, 30)], [1, b.number(1, 8), b.number(1, 9), b.number(1, 9)],
                    [2, b.number(3, 30)], [2, 3, 4, 5]])
    variant = k % 5
    left = new_input(b, shape)
    if variant != 1:
        left = requant(b, left, b.pick([None, None, 1]) if b.shape(left)[1] > 1 else None)
    if variant == 4:
        b.note("the same branch twice")
        return [requant(b, b.node("Add", left, left))]
    right = new_input(b, shape)
    if variant not in (2, 3):
        right = requant(b, right)
    if variant == 3:
        right = forms.conv(b, right, weight(b, [shape[1], 1] + [1] * (len(shape) - 2)), group=shape[1]) \
            if len(shape) > 2 else b.node("MatMul", right, weight(b, [shape[1], shape[1]]))
        right = requant(b, right)
    return [requant(b, b.node("Add", left, right))]


CASES = {"RequantShift": requant_shift, "Conv1D": conv_1d, "Conv2D": conv_2d, "ConvGrouped": conv_grouped,
         "ConvDepthwise": conv_depthwise, "Gemm": gemm, "MatMul": matmul, "BiasAdd": bias_add,
         "ResidualAdd": residual_add}
