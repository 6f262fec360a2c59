# SPDX-License-Identifier: Apache-2.0
# Operators that move elements and compute nothing: the element type stays, except that Concat may have to widen it.
import numpy as np

from arithmetic import SemanticsError, smallest_type


def optional(inputs, position):
    return inputs[position] if len(inputs) > position else None


def as_list(array):
    return [int(element) for element in np.asarray(array).reshape(-1)]


def pad(node, inputs):
    """Constant padding; a negative pad cuts off. pads and value are attributes or inputs."""
    x = inputs[0]
    if node.text("mode", "constant") != "constant":
        raise SemanticsError("Pad that is not constant")
    pads = node.integers("pads") if node.has("pads") else as_list(inputs[1])
    given = optional(inputs, 2)
    value = int(given.reshape(-1)[0]) if given is not None and given.size else node.integer("value", 0)
    chosen = optional(inputs, 3)
    axes = list(range(x.ndim)) if chosen is None else [axis % x.ndim for axis in as_list(chosen)]
    smallest_type(value, value, (x.dtype,))
    for axis, before, after in zip(axes, pads[:len(axes)], pads[len(axes):]):
        widths = [(0, 0)] * x.ndim
        widths[axis] = (max(before, 0), max(after, 0))
        x = np.pad(x, widths, constant_values=value)
        x = np.take(x, range(max(-before, 0), x.shape[axis] - max(-after, 0)), axis=axis)
    return x


def slice_(node, inputs):
    """starts, ends, axes and steps are attributes (before operator set 10) or inputs."""
    x = inputs[0]
    if node.has("starts"):
        starts, ends = node.integers("starts"), node.integers("ends")
        axes, steps = node.integers("axes", list(range(len(starts)))), [1] * len(starts)
    else:
        starts, ends = as_list(inputs[1]), as_list(inputs[2])
        given_axes, given_steps = optional(inputs, 3), optional(inputs, 4)
        axes = list(range(len(starts))) if given_axes is None else as_list(given_axes)
        steps = [1] * len(starts) if given_steps is None else as_list(given_steps)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        extent = x.shape[axis]
        if start < 0:
            start += extent
        if end < 0:
            end += extent
        if step > 0:
            chosen = range(min(max(start, 0), extent), min(max(end, 0), extent), step)
        else:
            chosen = range(min(max(start, 0), extent - 1), min(max(end, -1), extent - 1), step)
        x = np.take(x, np.array(chosen, dtype=np.int64), axis=axis)
    return x


def concat(node, inputs):
    lowest = min(int(np.iinfo(array.dtype).min) for array in inputs)
    highest = max(int(np.iinfo(array.dtype).max) for array in inputs)
    element = smallest_type(lowest, highest)
    return np.concatenate([array.astype(element) for array in inputs], axis=node.integer("axis"))


def gather(node, inputs):
    """An index without axes removes the axis; negative indices count from the end."""
    x, index = inputs[0], inputs[1].astype(np.int64)
    axis = node.integer("axis", 0)
    if index.size and (index.min() < -x.shape[axis] or index.max() >= x.shape[axis]):
        raise SemanticsError("Gather outside of its axis")
    return np.take(x, index, axis=axis)


def transpose(node, inputs):
    return np.transpose(inputs[0], node.integers("perm", list(range(inputs[0].ndim))[::-1]))


def reshape(node, inputs):
    """0 copies the extent of the input (unless allowzero), -1 is what remains."""
    x = inputs[0]
    wanted = node.integers("shape") if node.has("shape") else as_list(inputs[1])
    if not node.integer("allowzero", 0):
        wanted = [x.shape[axis] if extent == 0 else extent for axis, extent in enumerate(wanted)]
    if -1 in wanted:
        known = int(np.prod([extent for extent in wanted if extent != -1], dtype=np.int64))
        if known == 0 or x.size % known:
            raise SemanticsError(f"{x.shape} does not become {wanted}")
        wanted[wanted.index(-1)] = x.size // known
    return x.reshape(wanted)


def flatten(node, inputs):
    x = inputs[0]
    axis = node.integer("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(int(np.prod(x.shape[:axis], dtype=np.int64)), int(np.prod(x.shape[axis:], dtype=np.int64)))


def named_axes(node, inputs):
    given = optional(inputs, 1)
    return as_list(given) if given is not None else node.integers("axes", None)


def squeeze(node, inputs):
    axes = named_axes(node, inputs)
    return np.squeeze(inputs[0], None if axes is None else tuple(axes))


def unsqueeze(node, inputs):
    """Axes are positions in the result."""
    axes = named_axes(node, inputs)
    if axes is None:
        raise SemanticsError("Unsqueeze without axes")
    return np.expand_dims(inputs[0], tuple(axes))


def identity(node, inputs):
    return inputs[0]


OPERATORS = {"Pad": pad, "Slice": slice_, "Concat": concat, "Gather": gather, "Transpose": transpose,
             "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Identity": identity}
