# SPDX-License-Identifier: Apache-2.0
# Operators on single elements: sums and products, activations, integer divisions. Results are int32.
import numpy as np

from arithmetic import SemanticsError, exact_product, truncated_quotient, wide, wrap_int32


def add(node, inputs):
    return wrap_int32(wide(inputs[0]) + wide(inputs[1]))


def sub(node, inputs):
    return wrap_int32(wide(inputs[0]) - wide(inputs[1]))


def mul(node, inputs):
    return wrap_int32(exact_product(inputs[0], inputs[1]))


def i_gelu(node, inputs):
    """x * ((one + L) >> 1) with L = sign(x) * (one - (min(|x|, -b) + b)**2)."""
    x = wide(inputs[0])
    b, one = node.integer("b"), node.integer("one")
    q = np.minimum(np.abs(x), -b)
    step = np.sign(x) * (one - (q + b) ** 2)
    return wrap_int32(exact_product(x, (one + step) >> 1))


def i_hardswish(node, inputs):
    """x * (clip(x + three, 0, six) * one_over_six)."""
    x = wide(inputs[0])
    gate = np.clip(x + node.integer("three"), 0, node.integer("six")) * node.integer("one_over_six")
    return wrap_int32(exact_product(x, gate))


def true_integer_div(node, inputs):
    """x times floor(Delta * eta / (y * eta + eps)); the divisor y is an attribute."""
    eta = node.integer("eta")
    below = node.integer("y") * eta + node.integer("eps")
    if below == 0:
        raise SemanticsError("division by zero")
    return wrap_int32(exact_product(inputs[0], np.array(node.integer("Delta") * eta // below)))


def integer_div(node, inputs):
    """Delta * eta * A / (eta * B + eps), half away from zero."""
    a, b = wide(inputs[0]), wide(inputs[1])
    if np.broadcast_shapes(a.shape, b.shape) != a.shape:
        raise SemanticsError(f"IntegerDiv of {a.shape} by {b.shape}")
    eta = node.integer("eta")
    below = eta * b + node.integer("eps")
    above = exact_product(np.array(node.integer("Delta") * eta), a)
    half = np.where(above >= 0, 1, -1) * (below >> 1)
    return wrap_int32(truncated_quotient(above + half, below))


OPERATORS = {"Add": add, "Sub": sub, "Mul": mul, "iGELU": i_gelu, "iHardswish": i_hardswish,
             "TrueIntegerDiv": true_integer_div, "IntegerDiv": integer_div}
