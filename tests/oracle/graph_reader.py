# SPDX-License-Identifier: Apache-2.0
# Reads an ONNX file into plain nodes, constants and names; forgives the ways in which scalars are written.
import numpy as np
import onnx
from onnx import numpy_helper

from arithmetic import SemanticsError, as_integers, in_smallest_type

MISSING = object()


class Node:
    """One operator of the graph. Attributes are read by meaning, not by how they are stored; domains are ignored."""

    def __init__(self, proto, opset=13):
        self.operator = proto.op_type
        self.name = proto.name
        self.inputs = list(proto.input)
        self.outputs = list(proto.output)
        self.opset = opset
        self.attributes = {attribute.name: _plain(attribute) for attribute in proto.attribute}

    def has(self, name):
        return name in self.attributes

    def integers(self, name, default=MISSING):
        """Attribute as a list of int: an int, a list, a float, or a tensor of any of those."""
        if name not in self.attributes:
            if default is MISSING:
                raise SemanticsError(f"attribute {name} is absent")
            return default
        return [int(element) for element in as_integers(self.attributes[name]).reshape(-1)]

    def integer(self, name, default=MISSING):
        """Attribute as one int: int, float, tensor without axes or tensor of one element."""
        if name not in self.attributes and default is not MISSING:
            return default
        elements = self.integers(name)
        if len(elements) != 1:
            raise SemanticsError(f"attribute {name} has {len(elements)} elements, not 1")
        return elements[0]

    def text(self, name, default):
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value


def _plain(attribute):
    value = onnx.helper.get_attribute_value(attribute)
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


class Graph:
    """What an interpreter needs of a model: nodes in file order, constants, inputs with their shapes, outputs."""

    def __init__(self, model):
        self.opset = max([entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")] or [1])
        self.nodes = [Node(proto, self.opset) for proto in model.graph.node]
        self.constants = {}
        for tensor in model.graph.initializer:
            self.constants[tensor.name] = in_smallest_type(as_integers(numpy_helper.to_array(tensor)))
        # An initializer that is listed as a graph input too is a constant.
        self.inputs = [value.name for value in model.graph.input if value.name not in self.constants]
        self.outputs = [value.name for value in model.graph.output]
        self.declared_shapes = {value.name: _declared_shape(value) for value in model.graph.input}

    @staticmethod
    def read(path):
        return Graph(onnx.load(str(path)))


def _declared_shape(value):
    """Extents, None for one that the file leaves open. A dim_value that is present and 0 is an extent of 0."""
    if not value.type.tensor_type.HasField("shape"):
        return None
    return [axis.dim_value if axis.HasField("dim_value") else None for axis in value.type.tensor_type.shape.dim]


def constant_node_value(node):
    """Result of a Constant node in any of its attribute forms."""
    for name in ("value", "value_int", "value_ints", "value_float", "value_floats"):
        if node.has(name):
            return in_smallest_type(as_integers(np.asarray(node.attributes[name])))
    raise SemanticsError("Constant without a value")
