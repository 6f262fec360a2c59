# SPDX-License-Identifier: Apache-2.0
# Random cases of elementwise operators, activations, integer divisions, norms, softmaxes and reductions.
import numpy as np

import standard_forms as forms
from random_parts import LIMITS, activation, factors_axis, maybe_requant, new_input, random_integers, requant


def rows(b, largest=24, rank=None):
    """Shape of a tensor whose last axis is what matters."""
    rank = rank or b.number(2, 4)
    return [b.number(1, 3), b.number(1, 4), b.number(1, 6)][:rank - 1] + [b.pick([1, 2, 3, 8, 16, 17]) if b.chance(0.4)
                                                                         else b.number(4, largest)]


# broadcast forms: shapes of the two operands; the second may be a constant
BROADCASTS = [([2, 3, 4, 5], [2, 3, 4, 5]), ([1, 6, 5, 3], [6, 1, 1]), ([2, 7, 9], [9]), ([3, 8], [1]), ([1, 4, 6], []),
              ([2, 1, 5], [3, 1]), ([5, 7], [5, 1]), ([4, 1, 3], [1, 6, 1]), ([1, 5, 6], [2, 5, 6]), ([11], [11]),
              ([1, 1, 1], [1, 3, 2]), ([2, 5, 3, 3], [1, 5, 1, 1])]


def elementwise(operator):
    def case(b, k):
        left_shape, right_shape = BROADCASTS[k % len(BROADCASTS)]
        kinds = [("i8", "i8"), ("u8", "i8"), ("i32", "i8"), ("u8", "u8"), ("i32", "i32"), ("i8", "u8")][k % 6]
        reach = 40000 if operator == "Mul" else 2**30 - 1
        left = new_input(b, left_shape, kinds[0], reach)
        constant = len(right_shape) == 0 or k % 2 == 1
        if constant:
            high = 2**14 if kinds[1] == "i32" else 127
            right = b.constant(random_integers(b, right_shape, -high, high))
        elif left_shape == right_shape and operator != "Sub" and k % 5 == 0:
            b.note("the same operand twice")
            right = left
        else:
            right = new_input(b, right_shape, kinds[1], reach)
        swapped = b.chance(0.4)
        b.note(f"{left_shape} and {right_shape}{', constant' if constant else ''}{', swapped' if swapped else ''}")
        y = b.node(operator, right, left) if swapped else b.node(operator, left, right)
        return [maybe_requant(b, y, 0.4, factors_axis(b, y, 1))]
    return case


def i_gelu(b, k):
    x = new_input(b, rows(b), "u8" if k % 5 == 4 else "i8")
    offset = b.number(20, 127)
    # usually a little more than b squared; anything is defined
    one = b.number(0, offset * offset) if k % 5 == 3 else offset * offset + b.number(0, offset * offset // 5)
    y = b.custom("iGELU", x, b=-offset, one=one)
    return [maybe_requant(b, y, 0.7, negative=False)]


def i_hardswish(b, k):
    x = new_input(b, rows(b), "u8" if k % 5 == 4 else "i8")
    three = b.number(20, 220)
    y = b.custom("iHardswish", x, three=three, six=2 * three + b.number(-1, 1), one_over_six=b.number(1, 60))
    return [maybe_requant(b, y, 0.7)]


def true_integer_div(b, k):
    kind = ("i8", "i32", "i8", "u8")[k % 4]
    x = new_input(b, rows(b), kind, 30000 if kind == "i32" else None)
    delta, y = b.pick([1, 64, 1024, 16384]), b.pick([1, 2, 3, 4, 7, 8, 16])
    delta = max(delta, 16 * y)
    result = b.custom("TrueIntegerDiv", x, Delta=delta, eta=b.pick([1, 1000, 200000]), eps=b.pick([0, 1, 1, 5]), y=y)
    return [result if k % 4 == 1 else requant(b, result, factors_axis(b, result, 1))]


def div_requant(b, k):
    """The chain of attention scores: requantisation, division by a constant, requantisation, maybe a mask."""
    heads, queries, keys = b.number(1, 4), b.number(1, 5), b.number(2, 12)
    x = new_input(b, [1, heads, queries, keys], "i32", b.pick([2000, 100000]))
    x = requant(b, x, signed=True)
    x = b.custom("TrueIntegerDiv", x, Delta=16384, eta=200000, eps=1, y=b.number(1, 9))
    x = requant(b, x, signed=True)
    if k % 3 == 1:
        mask = requant(b, new_input(b, [queries, keys], "i8"), signed=True)
        x = requant(b, forms.add(b, x, mask), signed=True)
    return [x]


def integer_div(b, k):
    shape = [b.number(1, 2), b.number(1, 4), b.number(2, 6), b.number(2, 9)]
    above = new_input(b, shape, ("i8", "i32", "u8")[k % 3], 20000)
    below_shape = [shape, shape[:3] + [1], shape[:2] + [1, 1]][k % 3 if k % 2 else k // 2 % 3]
    below = b.input(random_integers(b, below_shape, 1, 120).astype(np.int8 if k % 4 else np.int32))
    b.note(f"{shape} by {below_shape}")
    y = b.custom("IntegerDiv", above, below, Delta=b.pick([16, 100, 1024]), eta=b.pick([1, 3, 16]),
                 eps=b.pick([0, 1, 2]))
    return [maybe_requant(b, y, 0.4, factors_axis(b, y, 1))]


def i_softmax(b, k):
    x = new_input(b, rows(b, 40), "u8" if k % 5 == 3 else "i8")
    if k % 7 == 5:
        b.note("the product wraps 32 bits")
        return [b.custom("iSoftmax", x, coeffA=1, coeffB=b.number(4200, 9000), coeffC=0, log2=b.number(5, 60),
                         n_levels=256)]
    period = b.number(3, 63)
    offset = period + b.number(1, period)
    y = b.custom("iSoftmax", x, coeffA=b.pick([1, 1, 1, 2]), coeffB=offset, coeffC=b.number(0, offset * offset),
                 log2=period, n_levels=256 if k % 6 else 128)
    return [maybe_requant(b, y, 0.3)]


def ita_max(b, k):
    x = new_input(b, rows(b, 40), "u8" if k % 5 == 3 else "i8")
    return [maybe_requant(b, b.custom("ITAMax", x, n_levels=256 if k % 6 else 128), 0.3)]


def ita_partial_max(b, k):
    width, groups = b.pick([1, 2, 4, 8, 16]), b.number(1, 4)
    trailing = b.number(1, width - 1) if width > 1 and k % 4 == 3 else 0
    shape = rows(b)[:-1] + [width * groups + trailing]
    values = activation(b, shape, "u8" if k % 5 == 2 else "i8")
    if trailing:
        # A trailing element far above the maximum of the groups would shift by a negative amount, which is undefined.
        b.note(f"{trailing} elements behind the last group")
        largest = values[..., :-trailing].max(axis=-1, keepdims=True)
        values[..., -trailing:] = np.minimum(values[..., -trailing:], largest)
    return [maybe_requant(b, b.custom("ITAPartialMax", b.input(values), n_levels=256, group_width=width), 0.3)]


def norm_input(b, k):
    return new_input(b, rows(b, 48), "u8" if k % 5 == 4 else "i8")


def norm_divisor(b, k):
    """A small divisor lets a wrong rounding of the division before the shift come through."""
    return 2 ** (b.number(0, 2) if k % 4 == 1 else b.number(10, 16))


def i_layer_norm(b, k):
    x = norm_input(b, k)
    extent, divisor = b.shape(x)[-1], norm_divisor(b, k)
    strength = 45
    if k % 6 == 5:
        b.note("the result wraps")
        strength = 110
    weight = b.constant(np.rint(random_integers(b, [extent], strength // 3, strength) * float(divisor)))
    bias = b.constant(np.rint(b.rng.uniform(-20, 20, extent) * divisor))
    return [maybe_requant(b, b.custom("iLayerNorm", x, weight, bias, D=divisor, n_levels=256), 0.3)]


def i_rms_norm(b, k):
    x = norm_input(b, k)
    extent, divisor = b.shape(x)[-1], norm_divisor(b, k)
    reach = 8388607 // divisor if divisor > 2**15 else 110  # x * weight stays inside 32 bits
    low, high = (reach // 4, reach // 2) if k % 3 else (reach // 2, reach)
    weight = random_integers(b, [extent], low, high) * divisor * b.rng.choice([-1, 1, 1, 1], extent)
    attributes = {"axis": b.pick([-1, -1, len(b.shape(x)) - 1])} if b.chance(0.3) else {}
    if b.chance(0.3):
        attributes["stash_type"] = 1
    y = b.custom("iRMSNorm", x, b.constant(weight), D=divisor, n_levels=256, **attributes)
    return [maybe_requant(b, y, 0.3)]


def i_no_norm(b, k):
    x = norm_input(b, k)
    shape = list(b.shape(x))
    weight_shape = [shape, shape[-1:], shape[-2:], shape[1:]][k % 4]
    divisor = 2 ** b.number(12, 16)
    weight = random_integers(b, weight_shape, -127, 127)
    bias = random_integers(b, weight_shape if b.chance(0.5) else shape[-1:], -3000, 3000)
    reach = 256 if k % 5 == 4 else 110
    if reach == 256:
        b.note("the result wraps")
    mul = max(int(reach * divisor / (128 * 127 + 3000)), 1)
    b.note(f"weight {weight_shape}")
    y = b.custom("iNoNorm", x, b.constant(weight), b.constant(bias), D=divisor, mul=mul, n_levels=256)
    return [maybe_requant(b, y, 0.3)]


def reduction(operator):
    def case(b, k):
        b.opset = 18 if k % 5 == 2 else b.opset
        rank = b.number(2, 4)
        shape = [b.number(2, 4), b.pick([2, 3, 4, 8, 5]), b.pick([4, 7, 8, 9]), b.pick([2, 4, 6, 16])]
        shape = [shape[int(place)] if b.chance(0.9) else 1 for place in b.rng.permutation(4)][:rank]
        kind = ("i8", "i8", "u8", "i32", "i8")[k % 5]
        reach = 127 if operator != "ReduceSum" else 2**20
        axes = sorted(int(axis) for axis in b.rng.choice(rank, b.number(1, rank - 1), replace=False))
        # Means of independent values are all alike: let the kept axes have levels of their own.
        kept = [1 if axis in axes else extent for axis, extent in enumerate(shape)]
        element, low, high = LIMITS[kind]
        low, high = max(low, -reach - (reach == 127)), min(high, reach)
        noise = max((high - low) // 6, 1)
        values = random_integers(b, kept, low + noise, high - noise) + random_integers(b, shape, -noise, noise)
        x = b.input(values.astype(element))
        keep = k % 2 == 1
        named = [axis - rank if b.chance(0.4) else axis for axis in axes]
        if k % 8 == 7:
            named, keep = None, True
            b.note("all axes")
        if operator != "ReduceSum" and kind == "u8":
            b.note("unsigned input, int8 result without clip")
        y = forms.reduce(b, operator, x, named, keep)
        return [maybe_requant(b, y, 0.5 if operator == "ReduceSum" else 0.2)]
    return case


CASES = {"Add": elementwise("Add"), "Sub": elementwise("Sub"), "Mul": elementwise("Mul"), "iGELU": i_gelu,
         "iHardswish": i_hardswish, "TrueIntegerDiv": true_integer_div, "DivRequant": div_requant,
         "IntegerDiv": integer_div,
         "iSoftmax": i_softmax, "ITAMax": ita_max, "ITAPartialMax": ita_partial_max, "iLayerNorm": i_layer_norm,
         "iRMSNorm": i_rms_norm, "iNoNorm": i_no_norm, "IntegerMean": reduction("IntegerMean"),
         "ReduceMean": reduction("ReduceMean"), "ReduceSum": reduction("ReduceSum")}
