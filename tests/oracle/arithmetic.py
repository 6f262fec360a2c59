# SPDX-License-Identifier: Apache-2.0
# Exact integer arithmetic on numpy arrays: wraps, divisions, shifts and roots as the operators' definitions say them.
import math

import numpy as np

# Number of elements that any int32 wrap has changed since the start. The generators look at it: their networks must
# keep every accumulator inside 32 bits, as the definition of an overflow is not what they want to test.
wrapped_elements = 0

STORED_TYPES = (np.int8, np.uint8, np.int16, np.int32, np.int64)


class SemanticsError(Exception):
    """The network asks for something that the integer semantics do not define."""


def wide(array):
    """The same numbers in 64 bits, where all intermediate results are computed."""
    return np.asarray(array).astype(np.int64)


def wrap_int32(array):
    global wrapped_elements
    result = ((wide(array) + 2**31) & 0xFFFFFFFF) - 2**31
    wrapped_elements += int(np.count_nonzero(result != array))
    return result.astype(np.int32)


def wrap_int16(array):
    return (((wide(array) + 2**15) & 0xFFFF) - 2**15).astype(np.int16)


def wrap_int8(array):
    return (((wide(array) + 2**7) & 0xFF) - 2**7).astype(np.int8)


def wrap_uint32(array):
    """Numbers modulo 2**32, still held in 64 bits."""
    return wide(array) & 0xFFFFFFFF


def largest_magnitude(array):
    array = np.asarray(array)
    if array.size == 0:
        return 0
    return max(abs(int(array.max())), abs(int(array.min())))


def exact_product(left, right):
    """Product in 64 bits; an error instead of a silently wrapped 64-bit product."""
    if largest_magnitude(left) * largest_magnitude(right) >= 2**63:
        raise SemanticsError("a product does not fit 64 bits")
    return wide(left) * wide(right)


def exact_matmul(left, right):
    """Matrix product of integers. Doubles hold integers below 2**53 exactly and their product is much faster."""
    terms = left.shape[-1]
    if largest_magnitude(left) * largest_magnitude(right) * max(terms, 1) < 2**53:
        return wide(np.matmul(left.astype(np.float64), right.astype(np.float64)))
    return np.matmul(wide(left), wide(right))


def truncated_quotient(numerator, denominator):
    """Division toward zero, as in C."""
    numerator, denominator = np.broadcast_arrays(wide(numerator), wide(denominator))
    if np.any(denominator == 0):
        raise SemanticsError("division by zero")
    magnitude = np.abs(numerator) // np.abs(denominator)
    return np.where((numerator < 0) != (denominator < 0), -magnitude, magnitude)


def floor_square_root(array):
    """Exact floor of the square root of each element."""
    flat = [math.isqrt(int(element)) for element in np.asarray(array).reshape(-1)]
    return np.array(flat, dtype=np.int64).reshape(np.shape(array))


def binary_logarithm(number):
    """log2 of a power of two."""
    if number <= 0 or number & (number - 1):
        raise SemanticsError(f"{number} is not a power of two")
    return number.bit_length() - 1


def as_integers(array):
    """Integers out of a stored constant, which is usually float32; a fraction is an error."""
    array = np.asarray(array)
    if array.dtype.kind == "b":
        return array.astype(np.int64)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    rounded = np.rint(array.astype(np.float64))
    if not np.all(np.isfinite(rounded)) or np.any(rounded != array):
        raise SemanticsError("a constant of an integer network is not an integer")
    return rounded.astype(np.int64)


def smallest_type(low, high, types=STORED_TYPES):
    """First of the types, ordered by width, whose range holds both numbers."""
    for candidate in types:
        limits = np.iinfo(candidate)
        if limits.min <= low and high <= limits.max:
            return np.dtype(candidate)
    raise SemanticsError(f"no element type holds {low} .. {high}")


def in_smallest_type(array):
    """A constant in the narrowest element type that holds its values (files do not say its type)."""
    array = wide(array)
    if array.size == 0:
        return array.astype(np.int8)
    return array.astype(smallest_type(int(array.min()), int(array.max())))
