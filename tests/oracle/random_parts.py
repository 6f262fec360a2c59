# SPDX-License-Identifier: Apache-2.0
# Random tensors, and requantisations that are calibrated on the values they meet.
import numpy as np

from arithmetic import wide
from model_builder import Unsuitable
from operators_products import along_channels

LIMITS = {"i8": (np.int8, -128, 127), "u8": (np.uint8, 0, 255), "i32": (np.int32, -2**31, 2**31 - 1)}


def random_integers(b, shape, low, high):
    """Uniform or bell-shaped between the limits, with both limits present now and then."""
    size = int(np.prod(shape, dtype=np.int64))
    if b.chance(0.5):
        flat = b.rng.integers(low, high + 1, size)
    else:
        flat = np.rint(b.rng.normal((low + high) / 2, (high - low) / 5 + 0.3, size))
    flat = np.clip(flat, low, high).astype(np.int64)
    if size > 8 and b.chance(0.5):
        flat[b.number(0, size - 1)], flat[b.number(0, size - 1)] = low, high
    return flat.reshape(shape)


def activation(b, shape, kind=None, reach=None):
    """Values of an input; reach limits their magnitude."""
    kind = kind or b.pick(["i8", "u8"], [3, 1])
    element, low, high = LIMITS[kind]
    if reach is not None:
        low, high = max(low, -reach), min(high, reach)
    return random_integers(b, shape, low, high).astype(element)


def new_input(b, shape, kind=None, reach=None):
    return b.input(activation(b, shape, kind, reach))


def weight(b, shape, unsigned=False):
    """Signed weights of some width between 4 and 8 bits, or unsigned ones."""
    if unsigned:
        return b.constant(random_integers(b, shape, 0, 255))
    reach = b.pick([127, 127, 60, 20, 7])
    return b.constant(random_integers(b, shape, -reach - (reach == 127), reach))


def bias(b, shape, of):
    """A bias of the size of the accumulators that it is added to."""
    reach = int(np.abs(wide(b.values[of])).max(initial=1)) // b.pick([2, 4, 8]) + 1
    return b.constant(random_integers(b, shape, -min(reach, 2**23), min(reach, 2**23)))


def channel_forms(shape, axis):
    """Shapes in which factors along an axis may be stored, as far as the rule for reading them gives that axis back."""
    count, rank = shape[axis], len(shape)
    full = [1] * rank
    full[axis] = count
    candidates = [tuple(full[start:]) for start in range(axis + 1)]
    if axis == 1:
        candidates += [(count,), (count, 1), (count, 1, 1)]
    numbers = np.arange(count)
    wanted = np.broadcast_to(numbers.reshape(full), shape)
    good = []
    for form in candidates:
        if len(form) <= rank and form not in good:
            if np.array_equal(np.broadcast_to(along_channels(numbers.reshape(form), shape), shape), wanted):
                good.append(form)
    return good


def requant(b, x, axis=None, form=None, signed=None, negative=False, zero_add=None, gain=None, levels=256, shifts=None):
    """RequantShift whose mul, add and div spread the values of x over the range of its 8-bit result."""
    value = wide(b.values[x]).astype(np.float64)
    if value.size == 0:
        value = np.array([-100.0, 100.0])
        axis = None
    signed = b.chance(0.65) if signed is None else signed
    zero_add = b.chance(0.45) if zero_add is None else zero_add
    others = None if axis is None else tuple(other for other in range(value.ndim) if other != axis)
    low, high = value.min(axis=others), value.max(axis=others)
    if gain is None:
        # A factor that serves few values would send all of them to the ends of the range.
        gain = b.rng.uniform(0.7, 1.25) if value.size > 4 * np.size(low) else b.rng.uniform(0.3, 0.95)
    if zero_add:
        centre = np.zeros_like(low)
        reach = np.minimum(np.maximum(np.abs(low), np.abs(high)), 3 * np.sqrt((value ** 2).mean(axis=others)))
        span = levels if not signed and not negative and np.all(high > 0) else levels / 2
    else:
        centre = (low + high) / 2
        reach = np.minimum((high - low) / 2, 3 * value.std(axis=others))
        span = levels / 2
    factor = gain * span / np.maximum(reach, 1)
    shift = choose_shift(b, factor, None if zero_add else centre, levels, shifts)
    mul = np.clip(np.rint(factor * 2.0**shift), 1, 2**22)
    if shift in (shifts or ()) and shift < 8:
        mul = mul - (mul % 2 == 0)  # odd, so that results lie half-way between two integers
    if negative:
        mul = mul * (b.rng.choice([-1, 1], np.shape(mul)) if axis is not None else -1)
    offset = (0 if signed else levels / 2) + b.rng.uniform(-0.08, 0.08, np.shape(mul)) * levels
    add = np.zeros_like(mul) if zero_add else np.rint(-centre * mul + offset * 2.0**shift)
    return requant_with(b, x, mul, add, shift, signed, levels, axis, form)


def choose_shift(b, factor, centre, levels, shifts):
    """A power of two that keeps mul within 22 bits and precise, and add (present with a centre) within 31 bits."""
    largest, smallest = float(np.max(factor)), float(np.min(factor))
    offset = 0.0 if centre is None else float(np.max(np.abs(centre) * factor)) + 2 * levels
    fitting = [s for s in range(0, 25) if largest * 2.0**s <= 2**22 and offset * 2.0**s < 2**30]
    if not fitting:
        raise Unsuitable("no shift fits")
    wanted = [s for s in fitting if shifts and s in shifts and smallest * 2.0**s >= 1]
    if wanted:
        return b.pick(wanted)
    precise = [s for s in fitting if smallest * 2.0**s >= 3]
    usual = [s for s in precise if s in (10, 14, 16, 17, 18)]
    return b.pick(usual if usual and b.chance(0.8) else precise or fitting[-1:])


def requant_with(b, x, mul, add, shift, signed, levels=256, axis=None, form=None):
    """RequantShift with given factors, stored in one of their shapes."""
    mul, add = np.asarray(mul, np.float64), np.asarray(add, np.float32)  # float32: add has to survive the file
    if axis is None:
        ways = [(), (1,)] + ([(1, 1)] if b.values[x].ndim >= 2 else [])
        mul_form, add_form = form if form is not None else b.pick(ways), form if form is not None else b.pick(ways)
        mul, add = mul.reshape(-1)[:1], add.reshape(-1)[:1]
    else:
        ways = channel_forms(b.shape(x), axis)
        mul_form = form if form is not None else b.pick(ways)
        add_form = form if form is not None else b.pick(ways)
        if not np.any(add) and b.chance(0.4):
            add, add_form = add.reshape(-1)[:1], b.pick([(), (1,)])
        b.note(f"factors {list(mul_form)} on {list(b.shape(x))}")
    storage = b.pick(["float32", "int32"], [6, 1])
    factors = [b.constant(mul.reshape(mul_form), storage)]
    shared_zero = b.shared is not None and not np.any(add)
    factors.append(b.zero() if shared_zero else b.constant(add.reshape(add_form), storage))
    names = {"div": 2**shift, b.pick(["n_levels", "n_levels_out"], [1, 3]): levels, "signed": int(signed)}
    return b.custom("RequantShift", x, *factors, **names)


def maybe_requant(b, x, probability=0.5, axis=None, **options):
    return requant(b, x, axis=axis, **options) if b.chance(probability) else x


def factors_axis(b, x, axis):
    """Half of the requantisations by channel, half with one factor."""
    return axis if b.chance(0.5) and b.values[x].ndim > axis and b.shape(x)[axis] > 1 else None
