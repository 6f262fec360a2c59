# SPDX-License-Identifier: Apache-2.0
# Random networks of matrix products, and random graphs with many branches, inputs and outputs.
import numpy as np

import network_blocks as blocks
import standard_forms as forms
from random_parts import new_input, random_integers, requant, weight


def linear(b, k):
    """Perceptrons: products, activations, norms, gates and residuals over the last axis."""
    b.shared = {}
    lead = [[1], [b.number(2, 9)], [1, b.number(2, 12)], [2, b.number(2, 5)], [b.number(1, 4)]][k % 5]
    x = new_input(b, lead + [b.number(5, 40)], b.pick(["i8", "u8"]))
    for _ in range(b.number(2, 6)):
        width = b.shape(x)[-1]
        step = b.pick(["linear", "activated", "norm", "residual", "scale", "feed"], [4, 3, 2, 2, 1, 2])
        if step == "linear":
            x = blocks.linear(b, x, b.number(4, 32))
        elif step == "activated":
            x = blocks.activated(b, blocks.linear(b, x, b.number(4, 32), signed=True))
        elif step == "norm":
            x = blocks.norm(b, blocks.signed_tensor(b, x))
        elif step == "residual":
            x = blocks.residual(b, x, blocks.linear(b, x, width))
        elif step == "scale":
            x = requant(b, b.node("Mul", x, b.constant(random_integers(b, b.pick([[width], [1]]), -100, 100))))
        else:
            x = blocks.residual(b, x, blocks.feed_forward(b, blocks.signed_tensor(b, x)))
    if k % 4 == 1:
        x = forms.reduce(b, "ReduceSum", x, [-1 if len(b.shape(x)) < 3 else 1], b.chance(0.5))
        return [requant(b, x) if b.chance(0.5) else x]
    result = blocks.linear_sum(b, x, b.number(6, 12))
    return [result if b.chance(0.3) else requant(b, result)]


class Pool:
    """8-bit tensors that later nodes may read."""

    def __init__(self, b):
        self.b, self.tensors = b, []

    def put(self, name):
        self.tensors.append(name)
        return name

    def unread(self):
        """Those that no node reads yet."""
        read = {name for proto in self.b.nodes for name in proto.input}
        return [name for name in self.tensors if name not in read]

    def take(self, suits=lambda shape: True):
        """A random tensor, mostly an unread one."""
        fresh = [name for name in self.unread() if suits(self.b.shape(name))]
        known = fresh if fresh and self.b.chance(0.7) else [name for name in self.tensors if suits(self.b.shape(name))]
        return self.b.pick(known) if known else None

    def partner(self, name):
        """A tensor of the same shape, if there is another one."""
        shape = self.b.shape(name)
        known = [other for other in self.tensors if self.b.shape(other) == shape and other != name]
        return self.b.pick(known) if known else None


def joined(b, parts, axis):
    """Concat; where signed and unsigned parts give 16 bits, a requantisation leads back to 8."""
    y = b.node("Concat", *parts, axis=axis)
    return requant(b, y) if b.values[y].dtype == np.int16 else y


def image_step(b, pool):
    """One random node group over tensors of equal height and width."""
    x = pool.take()
    channels = b.shape(x)[1]
    step = b.pick(["conv", "depthwise", "concat", "slice", "add", "mul", "pool", "gather", "flip", "split", "sum"])
    if step == "concat" or channels > 14:
        parts = [x] + [pool.take() for _ in range(b.number(1, 3))]
        if sum(b.shape(part)[1] for part in parts) <= 20:
            return [joined(b, parts, b.pick([1, -3]))]
        return [blocks.conv(b, x, b.number(2, 6), [1, 1])]
    if step == "depthwise":
        return [blocks.conv(b, x, channels, [3, 3], None, [1, 1, 1, 1], group=channels)]
    if step == "slice" and channels > 1:
        low = b.number(0, channels - 2)
        return [forms.slice_(b, x, [low], [b.number(low + 1, channels)], [1])]
    if step == "split" and channels > 1:
        cut = b.number(1, channels - 1)
        return [forms.slice_(b, x, [0], [cut], [1]), forms.slice_(b, x, [cut], [2**31 - 1], [1])]
    if step in ("add", "mul"):
        other = pool.partner(x) or b.constant(random_integers(b, [channels, 1, 1], -90, 90))
        return [requant(b, b.node("Add" if step == "add" else "Mul", *((x, other) if b.chance(0.5) else (other, x))))]
    if step == "sum":
        other = pool.partner(x)
        return [blocks.residual(b, x, other)] if other else [requant(b, x)]
    if step == "pool":
        return [b.node("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])]
    if step == "gather":
        chosen = [b.number(0, channels - 1) for _ in range(b.number(1, channels))]
        return [b.node("Gather", x, b.index(chosen), axis=1)]
    if step == "flip" and b.shape(x)[2] == b.shape(x)[3]:
        return [b.node("Transpose", x, perm=[0, 1, 3, 2])]
    kernel = b.pick([[1, 1], [3, 3], [2, 2], [1, 3]])
    return [blocks.conv(b, x, b.number(1, 8), kernel, None, blocks.same_pads(kernel))]


def row_step(b, pool):
    """One random node group over tensors of equal leading axes."""
    x = pool.take()
    width = b.shape(x)[-1]
    step = b.pick(["linear", "concat", "slice", "add", "mul", "norm", "activated", "softmax", "mix", "pad"])
    if step == "concat":
        parts = [x] + [pool.take() for _ in range(b.number(1, 3))]
        if sum(b.shape(part)[-1] for part in parts) <= 48:
            return [joined(b, parts, b.pick([-1, 2]))]
    if step == "slice" and width > 3:
        low = b.number(0, width - 3)
        return [forms.slice_(b, x, [low], [b.number(low + 2, width)], [2])]
    if step in ("add", "mul"):
        other = pool.partner(x) or b.constant(random_integers(b, [width], -90, 90))
        return [requant(b, b.node("Add" if step == "add" else "Mul", *((x, other) if b.chance(0.5) else (other, x))))]
    if step == "norm" and width > 2:
        return [blocks.norm(b, blocks.signed_tensor(b, x))]
    if step == "activated":
        return [blocks.activated(b, blocks.signed_tensor(b, x))]
    if step == "softmax" and width > 1:
        y = blocks.softmax(b, x)
        b.exempt.add(y)
        return [requant(b, y)]
    if step == "mix":
        y = b.node("Transpose", x, perm=[0, 2, 1])
        y = requant(b, b.node("MatMul", y, weight(b, [b.shape(y)[2], b.shape(y)[2]])))
        return [b.node("Transpose", y, perm=[0, 2, 1])]
    if step == "pad" and width < 30:
        return [forms.pad(b, x, [0, 0, b.number(0, 1), 0, 0, b.number(0, 2)])]
    return [blocks.linear(b, x, b.number(3, 16))]


def mixed(b, k):
    """A random graph. What nothing reads in the end is an output, so nothing is computed in vain."""
    b.shared = {}
    pool = Pool(b)
    images = k % 2 == 0
    height, width = b.number(4, 9), b.number(4, 9)
    width = height if b.chance(0.4) else width
    rows = [b.pick([1, 1, 2]), b.number(2, 9)]
    for _ in range(b.pick([1, 2, 2, 3])):
        pool.put(new_input(b, [1, b.number(1, 5), height, width] if images else rows + [b.number(3, 16)]))
    inputs = list(pool.tensors)
    for _ in range(b.number(5, 14)):
        for name in (image_step if images else row_step)(b, pool):
            pool.put(name)
    axis = 1 if images else 2
    ends = pool.unread()
    while len(ends) > 4 or len(ends) > 1 and b.chance(0.3):
        ends = [b.node("Concat", *ends[:3], axis=axis)] + ends[3:]
    outputs = []
    for name in ends:
        outputs.append(requant(b, name) if name in inputs or b.chance(0.3) else name)
    # A tensor that others read may be an output too.
    middle = [name for name in pool.tensors if name not in outputs and name not in inputs and name not in ends]
    if middle and k % 3 == 0:
        outputs.append(b.pick(middle))
    return outputs


FAMILIES = {"linear": linear, "mixed": mixed}
