# SPDX-License-Identifier: Apache-2.0
# Random networks of convolutions, over images and over sequences.
import network_blocks as blocks
import standard_forms as forms
from random_parts import new_input, requant


def convolution_step(b, x):
    """One more stage, as far as the extents that are left allow."""
    shape = b.shape(x)
    axes, smallest = len(shape) - 2, min(shape[2:])
    channels = b.pick([3, 4, 6, 8, 12, 16])
    step = b.pick(["conv", "free", "separable", "residual", "pool", "point", "pad", "line", "grouped", "transpose"],
                  [4, 4, 4, 4, 2, 2, 1, 2, 1, 1])
    if step == "free" and smallest >= 3:
        return blocks.free_conv(b, x, channels)
    if step == "separable" and smallest >= 2:
        return blocks.depthwise_separable(b, x, channels)
    if step == "residual":
        return blocks.residual_convs(b, x)
    if step == "pool" and smallest >= 4:
        return blocks.max_pool(b, x)
    if step == "point":
        return blocks.conv(b, x, channels, [1] * axes)
    if step == "pad":
        pads = [0, 0] + [b.number(0, 2) for _ in range(axes)] + [0, 0] + [b.number(0, 2) for _ in range(axes)]
        return blocks.conv(b, forms.pad(b, x, pads), channels, [min(3, smallest)] * axes)
    if step == "line" and axes == 2 and smallest >= 3:
        kernel = b.pick([[1, 5], [5, 1], [1, 3], [3, 1], [2, 1]])
        return blocks.conv(b, x, channels, kernel, [b.pick([1, 2]), 1], blocks.same_pads(kernel))
    if step == "grouped" and shape[1] % 2 == 0:
        return blocks.conv(b, x, channels - channels % 2 + 2, [min(3, smallest)] * axes, group=2)
    if step == "transpose" and axes == 2:
        return b.node("Transpose", x, perm=[0, 1, 3, 2])
    kernel = [b.pick([2, 3])] * axes
    return blocks.conv(b, x, channels, kernel, [b.pick([1, 1, 2])] * axes, blocks.same_pads(kernel))


def classifier(b, x):
    """From a feature map to a row of results: mean, pooling or all elements, then a matrix product."""
    shape = b.shape(x)
    axes = len(shape) - 2
    style = b.pick(["mean", "pool", "flatten", "map"], [3, 2, 3, 1])
    if style == "map":
        return x
    if style == "mean":
        x = blocks.signed_tensor(b, x)
        keep = b.chance(0.3)
        named = list(range(2, 2 + axes))
        x = forms.reduce(b, b.pick(["IntegerMean", "ReduceMean"]), x, named, keep)
        x = b.node("Flatten", x) if keep else x
    else:
        if style == "pool" and max(shape[2:]) > 1:
            x = b.node("MaxPool", x, kernel_shape=list(shape[2:]), strides=list(shape[2:]))
        x = b.node("Flatten", x) if b.chance(0.6) else forms.reshape(b, x, [shape[0], -1])
    return head(b, x)


def head(b, x):
    if b.shape(x)[1] > 16 and b.chance(0.4):
        x = blocks.linear(b, x, b.pick([8, 12, 16]))
    result = blocks.linear_sum(b, x, b.pick([6, 10, 12]))
    return result if b.chance(0.3) else requant(b, result)


def chain(b, x, stages):
    for _ in range(stages):
        x = blocks.limited(b, convolution_step(b, x), 8000)
    return [classifier(b, x)]


def convolutional(b, k):
    b.shared = {}
    batch = 2 if k % 6 == 5 else 1
    x = new_input(b, [batch, b.pick([1, 2, 3, 3, 5]), b.number(6, 21), b.number(6, 21)], b.pick(["u8", "i8"]))
    return chain(b, x, b.number(2, 6))


def sequence(b, k):
    b.shared = {}
    batch = 2 if k % 6 == 5 else 1
    x = new_input(b, [batch, b.number(1, 8), b.number(12, 60)], b.pick(["u8", "i8"]))
    if k % 4 != 3:
        return chain(b, x, b.number(2, 6))
    # Ends as rows of features: time becomes the first axis of a matrix product.
    for _ in range(b.number(1, 3)):
        x = convolution_step(b, x)
    x = b.node("Transpose", x, perm=[0, 2, 1])
    return [blocks.linear(b, blocks.activated(b, blocks.linear(b, x, b.number(3, 12), signed=True)), b.number(2, 8))]


FAMILIES = {"convolutional": convolutional, "sequence": sequence}
