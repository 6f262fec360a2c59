# SPDX-License-Identifier: Apache-2.0
# Grows a random network node by node, with each tensor's value at hand, and stores it in one of the forms files have.
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import arithmetic
from arithmetic import SemanticsError, as_integers, in_smallest_type
from case_writer import write_case
from graph_reader import Graph, Node
from interpreter import depends_on_inputs, run_graph, run_node

CUSTOM = {"RequantShift", "iSoftmax", "ITAMax", "ITAPartialMax", "iLayerNorm", "iRMSNorm", "iGELU", "iHardswish",
          "iNoNorm", "TrueIntegerDiv", "IntegerDiv", "IntegerMean"}
OPSETS = (9, 10, 11, 12, 13, 15, 17, 18)


class Unsuitable(Exception):
    """These random choices test nothing or leave the defined range; the next attempt makes others."""


class Builder:
    def __init__(self, seeds, opset=None):
        self.rng = np.random.Generator(np.random.PCG64(list(seeds)))
        self.opset = self.pick(OPSETS) if opset is None else opset
        self.nodes, self.values, self.value_order = [], {}, []
        self.constants, self.input_names, self.notes = {}, [], []
        self.counter, self.exempt, self.shared = 0, set(), None
        self.name_style = self.pick(["plain", "torch", "dotted", "path", "number", "clash"], [4, 3, 3, 3, 1, 1])
        self.node_names = self.pick(["operator", "empty", "path"], [3, 1, 2])
        self.constant_place = self.pick(["initializer", "node", "both"], [6, 1, 2])
        self.domain = self.pick(["", "PACTOps", "com.microsoft"], [5, 3, 1])
        self.listed_constants = self.chance(0.15)
        self.value_info = self.pick(["all", "none", "some"])
        self.shuffled = self.chance(0.3)

    # random choices

    def pick(self, options, weights=None):
        if weights is not None:
            weights = np.array(weights) / sum(weights)
        return options[int(self.rng.choice(len(options), p=weights))]

    def chance(self, probability):
        return bool(self.rng.random() < probability)

    def number(self, low, high):
        """An integer from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    # names

    def fresh_name(self, hint):
        self.counter += 1
        k = self.counter
        return {"plain": f"t{k}", "torch": f"onnx::{hint}_{k}", "dotted": f"x.{k}", "number": f"{k}",
                "path": f"/layers.{k % 3}/{hint}_{k}_output_0",
                # two names that become the same identifier when odd characters are replaced
                "clash": f"x.{k // 2}" if k % 2 else f"x_{k // 2}"}[self.name_style]

    def _node_name(self, operator):
        return {"operator": f"{operator}_{len(self.nodes)}", "empty": "",
                "path": f"/model/{operator}.{len(self.nodes)}"}[self.node_names]

    # tensors

    def input(self, array, name=None):
        if name is None:
            name = self.fresh_name("Input") if self.input_names else self.pick(["input", "input_0", "x"])
        self.input_names.append(name)
        self.values[name] = array
        return name

    def constant(self, array, storage="float32", name=None):
        """Weights and factors are stored as float32, as the files do, or as the type named."""
        array = np.array(array)
        stored = array.astype(storage)
        if np.any(as_integers(stored) != as_integers(array)):
            raise Unsuitable(f"a constant is not exact in {storage}")
        name = name or self.fresh_name("Constant")
        self.values[name] = in_smallest_type(as_integers(array))
        self.constants[name] = stored
        return name

    def index(self, elements):
        return self.constant(np.array(elements, np.int64), "int64")

    def scalar_attribute(self, number):
        """The same number as int, float, tensor without axes or tensor of one element."""
        form = self.pick(["int", "float", "scalar tensor", "tensor"], [3, 2, 3, 3])
        if abs(number) > 2**24 or form == "int":
            return int(number)
        if form == "float":
            return float(number)
        element = self.pick([np.float32, np.int64, np.int32], [4, 1, 1])
        return numpy_helper.from_array(np.array(number if form == "scalar tensor" else [number], element))

    def zero(self):
        """The number 0 as a factor; networks that share constants have it once, as exported files do."""
        if self.shared is None:
            return self.constant(np.zeros(()))
        if "zero" not in self.shared:
            self.shared["zero"] = self.constant(np.zeros(()))
        return self.shared["zero"]

    # nodes

    def node(self, operator, *inputs, **attributes):
        """Adds a node, computes its result, returns the result's name."""
        output = self.fresh_name(operator)
        proto = helper.make_node(operator, [name or "" for name in inputs], [output], name=self._node_name(operator),
                                 domain=self.domain if operator in CUSTOM else "", **attributes)
        before = arithmetic.wrapped_elements
        try:
            value = run_node(Node(proto, self.opset), self.values)
        except SemanticsError as problem:
            raise Unsuitable(f"{operator}: {problem}") from problem
        if arithmetic.wrapped_elements != before:
            raise Unsuitable(f"{operator} leaves 32 bits")
        self.values[output] = value
        self.nodes.append(proto)
        return output

    def custom(self, operator, *inputs, **scalars):
        """A node of the integer dialect, its attributes stored as some kind of scalar."""
        return self.node(operator, *inputs, **{name: self.scalar_attribute(v) for name, v in scalars.items()})

    def shape(self, name):
        return self.values[name].shape

    # the finished case

    def rename(self, old, new):
        if old in self.input_names or old in self.constants or new in self.values:
            return old
        self.values[new] = self.values.pop(old)
        for proto in self.nodes:
            for place, name in enumerate(proto.input):
                if name == old:
                    proto.input[place] = new
            if proto.output[0] == old:
                proto.output[0] = new
        return new

    def _info(self, name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(self.values[name].shape))

    def _tensor(self, name):
        array = self.constants[name]
        if self.chance(0.3) and array.size:
            kind = onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
            return helper.make_tensor(name, kind, list(array.shape), array.reshape(-1).tolist())
        return numpy_helper.from_array(array, name)

    def _constant_node(self, name):
        array = self.constants[name]
        if self.opset >= 12 and array.dtype == np.int64 and array.ndim <= 1 and array.size and self.chance(0.5):
            form = {"value_int": int(array)} if array.ndim == 0 else {"value_ints": array.tolist()}
            return helper.make_node("Constant", [], [name], **form)
        tensor = self._tensor(name)
        return helper.make_node("Constant", [], [name], name=self._node_name("Constant"), value=tensor)

    def _model(self, outputs):
        used = {name for proto in self.nodes for name in proto.input}
        in_nodes = [name for name in self.constants if name in used and
                    (self.constant_place == "node" or self.constant_place == "both" and self.chance(0.5))]
        initializers = [name for name in self.constants if name in used and name not in in_nodes]
        nodes = [self._constant_node(name) for name in in_nodes] + self.nodes
        if self.shuffled:
            nodes = [nodes[place] for place in self.rng.permutation(len(nodes))]
        inputs = [self._info(name) for name in self.input_names]
        if self.listed_constants:
            for name in initializers:
                kind = onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[self.constants[name].dtype]
                info = helper.make_tensor_value_info(name, kind, list(self.constants[name].shape))
                inputs.insert(self.number(0, len(inputs)), info)
        middle = [proto.output[0] for proto in self.nodes if proto.output[0] not in outputs]
        share = {"all": 1.0, "none": 0.0, "some": 0.5}[self.value_info]
        graph = helper.make_graph(nodes, "network", inputs, [self._info(name) for name in outputs],
                                  [self._tensor(name) for name in initializers],
                                  value_info=[self._info(name) for name in middle if self.chance(share)])
        imports = [helper.make_opsetid("", self.opset)] + ([helper.make_opsetid(self.domain, 1)] if self.domain else [])
        return helper.make_model(graph, producer_name="deeploy-oracle", opset_imports=imports,
                                 ir_version=self.pick([5, 6, 8]))

    def write(self, folder, identifier, outputs):
        """Stores the case after reading it back: the file alone must give the values that were seen while building."""
        if self.chance(0.7):
            names = ["output"] if len(outputs) == 1 else [f"output_{k}" for k in range(len(outputs))]
            outputs = [self.rename(old, new) for old, new in zip(outputs, names)]
        consumed = {name for proto in self.nodes for name in proto.input} | set(outputs)
        unused = [name for name in self.input_names + [proto.output[0] for proto in self.nodes] if name not in consumed]
        if unused:
            raise RuntimeError(f"{identifier}: nothing uses {unused}")
        model = self._model(outputs)
        inputs = {name: self.values[name] for name in self.input_names}
        graph = Graph(onnx.load_from_string(model.SerializeToString(deterministic=True)))
        values = run_graph(graph, inputs)
        for proto in self.nodes:
            name = proto.output[0]
            if values[name].dtype != self.values[name].dtype or not np.array_equal(values[name], self.values[name]):
                raise RuntimeError(f"{identifier}: {name} is different when read back")
        varying = depends_on_inputs(graph)
        activations = {proto.output[0]: values[proto.output[0]] for proto in self.nodes
                       if proto.output[0] not in outputs and proto.output[0] in varying}
        write_case(folder, identifier, model, inputs, {name: values[name] for name in outputs}, activations,
                   "; ".join(self.notes))


def is_degenerate(array):
    """True for results that hide mistakes: nearly constant, or mostly at the ends of the element type."""
    flat = np.asarray(array).reshape(-1)
    if flat.size <= 2:
        return False
    distinct, counts = np.unique(flat, return_counts=True)
    if flat.size < 12:
        return len(distinct) < 1 + flat.size // 4
    saturated = 0.0
    if flat.dtype.itemsize == 1:
        limits = np.iinfo(flat.dtype)
        saturated = float(np.mean((flat == limits.min) | (flat == limits.max)))
    return len(distinct) < 4 or counts.max() > 0.7 * flat.size or saturated > 0.65


def generate(folder, identifier, make, seed, index, check_activations=False, attempts=80):
    """Tries seeds made of (seed, identifier, attempt) until a case is good and writes it; returns how many were not."""
    reasons = []
    for attempt in range(attempts):
        builder = Builder([seed, zlib.crc32(identifier.encode()), index, attempt])
        try:
            outputs = make(builder, index)
            watched = outputs + ([proto.output[0] for proto in builder.nodes] if check_activations else [])
            bad = [name for name in watched if name not in builder.exempt and is_degenerate(builder.values[name])]
            if bad:
                raise Unsuitable(f"{bad[0]} is degenerate")
            # Small results are worth having, but few of them.
            if max(builder.values[name].size for name in outputs) < 6 and builder.chance(0.85):
                raise Unsuitable("the outputs are tiny")
        except Unsuitable as problem:
            reasons.append(str(problem))
            continue
        builder.write(folder, identifier, outputs)
        return attempt
    raise RuntimeError(f"{identifier}: no good case in {attempts} attempts, the last: {reasons[-3:]}")
