# SPDX-License-Identifier: Apache-2.0
# Random networks with multi-head attention: over a whole sequence, and for new tokens with a key and value cache.
import numpy as np

import network_blocks as blocks
import standard_forms as forms
from random_parts import activation, random_integers, requant


class Shape:
    """Extents of an attention layer."""

    def __init__(self, b, batch, tokens):
        self.batch, self.tokens = batch, tokens
        self.heads, self.width = b.pick([1, 2, 3, 4]), b.pick([2, 4, 6, 8])
        self.model = self.heads * self.width if b.chance(0.8) else b.pick([8, 12, 20])
        # One key and value head may serve all query heads: the product then broadcasts over heads.
        self.key_heads = 1 if b.chance(0.2) else self.heads


def projected(b, x, shape, heads):
    """Product with a weight, requantised, seen as batch x tokens x heads x width."""
    y = blocks.linear(b, x, heads * shape.width, signed=True)
    target = [shape.batch, shape.tokens, heads, shape.width]
    return forms.reshape(b, y, forms.loose_shape(b, b.shape(y), target))


def rotated(b, x, rotation):
    """Rotary positions: a product with a matrix per token, requantised."""
    return requant(b, b.node("MatMul", x, rotation), signed=True) if rotation else x


def scores(b, query, keys, mask):
    """Requantised products of queries and keys, divided and masked as some networks do."""
    y = b.node("MatMul", query, keys)
    y = blocks.quantised(b, y, 1, signed=True)
    if b.chance(0.5):
        y = b.custom("TrueIntegerDiv", y, Delta=16384, eta=200000, eps=1, y=b.number(1, 8))
        y = requant(b, y, signed=True, zero_add=True)
    if mask:
        y = requant(b, forms.add(b, y, mask), signed=True, zero_add=True)
    return y


def attended(b, probabilities, values, shape):
    """Weighted sum of the values, heads beside each other again."""
    if b.chance(0.5):
        probabilities = requant(b, probabilities, signed=True, zero_add=True)
        b.exempt.add(probabilities)
    y = blocks.quantised(b, b.node("MatMul", probabilities, values), 1, signed=True)
    y = b.node("Transpose", y, perm=[0, 2, 1, 3])
    return forms.reshape(b, y, forms.loose_shape(b, b.shape(y), [shape.batch, shape.tokens, shape.heads * shape.width]))


def softmaxed(b, y):
    probabilities = blocks.softmax(b, y)
    b.exempt.add(probabilities)  # a row with one large element is what a softmax is for
    return probabilities


def finished_layer(b, x, y, shape):
    """Output projection, residual, and mostly a feed-forward part."""
    x = blocks.residual(b, x, blocks.linear(b, y, shape.model, signed=True))
    if b.chance(0.7):
        inside = blocks.norm(b, blocks.signed_tensor(b, x)) if b.chance(0.7) else x
        x = blocks.residual(b, x, blocks.feed_forward(b, inside))
    return x


def mask_values(b, rows, columns, offset):
    """0 where row i may see column j (j <= i + offset), a negative number elsewhere."""
    allowed = np.arange(columns)[np.newaxis] <= np.arange(rows)[:, np.newaxis] + offset
    return np.where(allowed, 0, -b.pick([1, 2, 100])).astype(np.int8)


def masked(b, name):
    """A mask input is requantised to reach far, as the networks do; a constant one is used as it is."""
    if name is None or not b.chance(0.6):
        return name
    y = requant(b, name, signed=True, zero_add=True)
    b.exempt.add(y)
    return y


def encoder_layer(b, x, shape, mask, rotation):
    inside = blocks.norm(b, blocks.signed_tensor(b, x)) if b.chance(0.6) else x
    query = rotated(b, projected(b, inside, shape, shape.heads), rotation)
    query = b.node("Transpose", query, perm=[0, 2, 1, 3])
    keys = rotated(b, projected(b, inside, shape, shape.key_heads), rotation)
    if b.chance(0.5):
        keys = b.node("Transpose", keys, perm=[0, 2, 3, 1])
    else:
        keys = b.node("Transpose", b.node("Transpose", keys, perm=[0, 2, 1, 3]), perm=[0, 1, 3, 2])
    values = b.node("Transpose", projected(b, inside, shape, shape.key_heads), perm=[0, 2, 1, 3])
    probabilities = softmaxed(b, scores(b, query, keys, mask))
    return finished_layer(b, x, attended(b, probabilities, values, shape), shape)


def attention(b, k):
    """Encoder, causal or not, with one or two layers; sometimes a mean over tokens and a classifier behind it."""
    b.shared = {}
    shape = Shape(b, 2 if k % 7 == 6 else 1, b.pick([4, 5, 7, 8, 12, 16, 17]) if k % 9 else 1)
    x = b.input(activation(b, [shape.batch, shape.tokens, shape.model], b.pick(["i8", "i8", "u8"])))
    mask, rotation = None, None
    if k % 3 == 1:
        values = mask_values(b, shape.tokens, shape.tokens, 0)
        mask = masked(b, b.input(values)) if b.chance(0.6) else b.constant(values)
    if k % 4 == 2:
        rotation = b.input(activation(b, [1, shape.tokens, shape.width, shape.width], "i8"))
    for _ in range(b.pick([1, 1, 2])):
        x = encoder_layer(b, x, shape, mask, rotation)
    if k % 5 == 4:
        x = forms.reduce(b, "IntegerMean", blocks.signed_tensor(b, x), [1], False)
        x = blocks.linear(b, x, 10)
    elif k % 5 == 2:
        x = b.node("Gather", x, b.index(b.number(0, shape.tokens - 1)), axis=1)
        x = blocks.linear_sum(b, x, 10)
    return [x]


def cached_layer(b, x, shape, cached, mask, rotation):
    """New keys and values are put behind the cached rows; both results are outputs, one row per new token longer."""
    inside = blocks.norm(b, blocks.signed_tensor(b, x)) if b.chance(0.8) else x
    rows = []
    for part in range(2):
        y = projected(b, inside, shape, shape.key_heads)
        if part == 0:
            y = rotated(b, y, rotation)
        y = b.node("Transpose", y, perm=[0, 2, 1, 3])
        if b.chance(0.5):
            y = requant(b, y, signed=True, zero_add=True)
        old = b.input(activation(b, [1, shape.key_heads, cached, shape.width], "i8"))
        y = b.node("Concat", old, y, axis=b.pick([-2, 2]))
        if b.chance(0.4):
            mul = b.constant(np.array(65536))
            y = b.custom("RequantShift", y, mul, b.zero(), div=65536, n_levels_out=256, signed=1)
        rows.append(y)
    query = rotated(b, projected(b, inside, shape, shape.heads), rotation)
    query = b.node("Transpose", query, perm=[0, 2, 1, 3])
    keys = b.node("Transpose", rows[0], perm=[0, 1, 3, 2])
    probabilities = softmaxed(b, scores(b, query, keys, mask))
    return finished_layer(b, x, attended(b, probabilities, rows[1], shape), shape), rows


def cache(b, k):
    """One token behind cached ones, or several tokens behind an empty cache (an extent of 0)."""
    b.shared = {}
    cached = [0, 1, 3, 8, 15, 16, 31, 0][k % 8]
    tokens = 1 if cached else b.pick([1, 2, 4, 7])
    shape = Shape(b, 1, tokens)
    x = b.input(activation(b, [1, tokens, shape.model], "i8"))
    mask, rotation = None, None
    if k % 2:
        values = mask_values(b, tokens, cached + tokens, cached)
        if tokens == 1 and cached > 2:
            values[:, :b.number(0, 2)] = -2
        if tokens == 1 and b.chance(0.5):
            values = values[0]
        mask = masked(b, b.input(values))
    if k % 3 != 2:
        rotation = b.input(random_integers(b, [1, tokens, shape.width, shape.width], -127, 127).astype(np.int8))
    caches = []
    for _ in range(b.pick([1, 2])):
        x, rows = cached_layer(b, x, shape, cached, mask, rotation)
        caches += rows
    b.note(f"{cached} cached rows, {tokens} new")
    return [x] + caches


FAMILIES = {"attention": attention, "cache": cache}
