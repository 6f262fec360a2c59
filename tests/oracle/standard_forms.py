# SPDX-License-Identifier: Apache-2.0
# Standard ONNX operators whose form depends on the operator set: parameters as attributes or as inputs.
import numpy as np


def pad(b, x, pads, value=0):
    if b.opset < 11:
        attributes = {"pads": list(pads)}
        if value or b.chance(0.5):
            attributes["value"] = float(value)
        if b.chance(0.5):
            attributes["mode"] = "constant"
        return b.node("Pad", x, **attributes)
    inputs = [b.index(list(pads))]
    if value or b.chance(0.5):
        inputs.append(b.constant(np.array(value) if b.chance(0.7) else np.array([value])))
    return b.node("Pad", x, *inputs, **({"mode": "constant"} if b.chance(0.5) else {}))


def slice_(b, x, starts, ends, axes, steps=None):
    """Attribute form before operator set 10, where steps do not exist."""
    leading = list(axes) == list(range(len(axes)))
    if b.opset < 10:
        attributes = {"starts": list(starts), "ends": list(ends)}
        if not leading or b.chance(0.5):
            attributes["axes"] = list(axes)
        return b.node("Slice", x, **attributes)
    inputs = [b.index(starts), b.index(ends)]
    if steps is not None or not leading or b.chance(0.7):
        inputs.append(b.index(axes))
    if steps is not None or len(inputs) == 3 and b.chance(0.5):
        inputs.append(b.index(steps or [1] * len(starts)))
    return b.node("Slice", x, *inputs)


def axes_operator(b, operator, x, axes):
    """Squeeze or Unsqueeze; a single axis is sometimes a bare int."""
    if b.opset >= 13:
        return b.node(operator, x, b.index(axes))
    return b.node(operator, x, axes=int(axes[0]) if len(axes) == 1 and b.chance(0.25) else list(axes))


def squeeze(b, x, axes):
    return axes_operator(b, "Squeeze", x, axes)


def unsqueeze(b, x, axes):
    return axes_operator(b, "Unsqueeze", x, axes)


def reduce(b, operator, x, axes, keep):
    """ReduceSum has an input for axes since operator set 13, ReduceMean since 18, IntegerMean never."""
    first_input_form = {"ReduceSum": 13, "ReduceMean": 18}.get(operator, 1000)
    attributes = {} if keep and b.chance(0.4) else {"keepdims": int(keep)}
    if axes is None:
        return b.node(operator, x, **attributes)
    if b.opset >= first_input_form:
        return b.node(operator, x, b.index(axes), **attributes)
    return b.node(operator, x, axes=list(axes), **attributes)


def reshape(b, x, shape):
    return b.node("Reshape", x, b.index(shape))


def loose_shape(b, old, new):
    """The same target with 0 for copied extents and -1 for one extent, where that says the same."""
    shape = list(new)
    if 0 in shape:
        return shape
    for axis in range(min(len(old), len(shape))):
        if shape[axis] == old[axis] and b.chance(0.4):
            shape[axis] = 0
    open_axes = [axis for axis, extent in enumerate(shape) if extent != 0]
    if open_axes and b.chance(0.5):
        shape[b.pick(open_axes)] = -1
    return shape


def add(b, left, right):
    """Operands in either order."""
    return b.node("Add", left, right) if b.chance(0.5) else b.node("Add", right, left)


def conv(b, x, weight, bias=None, strides=None, pads=None, dilations=None, group=1):
    """Attributes at their defaults are sometimes left out."""
    kernel = list(b.shape(weight)[2:])
    axes = len(kernel)
    attributes = {}
    for name, value, default in (("strides", strides, [1] * axes), ("pads", pads, [0] * (2 * axes)),
                                 ("dilations", dilations, [1] * axes)):
        value = list(value or default)
        if value != default or b.chance(0.6):
            attributes[name] = value
    if group != 1 or b.chance(0.5):
        attributes["group"] = group
    if b.chance(0.7):
        attributes["kernel_shape"] = kernel
    if b.chance(0.2):
        attributes["auto_pad"] = "NOTSET"
    return b.node("Conv", x, weight, *([bias] if bias else []), **attributes)
