# SPDX-License-Identifier: Apache-2.0
# One seed, one mutation: of the bytes of a file, or of what an .onnx file says.
import random
import shutil

import onnx
from onnx import AttributeProto, TensorProto

EXTREMES = [0, 1, -1, 2, 3, 7, 255, 2**15, 2**31 - 1, 2**31, -2**31, 2**32, 2**40, 2**62, 2**63 - 1, -2**63, -2**63 + 1]
FLOATS = [0.0, -1.0, 0.5, 1e30, -1e30, float("inf"), float("-inf"), float("nan"), 2.0**31, 2.0**63, 1e-30]
OPERATORS = ["Conv", "Gemm", "MatMul", "Add", "Mul", "RequantShift", "iSoftmax", "ITAMax", "ITAPartialMax", "iLayerNorm", "iRMSNorm", "iNoNorm", "iGELU", "iHardswish",
             "TrueIntegerDiv", "IntegerDiv", "ReduceSum", "ReduceMean", "IntegerMean", "MaxPool", "Pad", "Slice", "Concat", "Gather", "Transpose", "Reshape",
             "Flatten", "Squeeze", "Unsqueeze", "Expand", "Identity", "Relu", "Constant", "Shape", "Dropout", "Cast", "Sub", "Nonsense"]


def bytes_changed(r, content):
    content = bytearray(content)
    for _ in range(r.choice([1, 1, 2, 5, 20])):
        at = r.randrange(len(content))
        kind = r.randrange(5)
        if kind == 0:
            content[at] ^= 1 << r.randrange(8)
        elif kind == 1:
            content[at] = r.choice([0, 1, 127, 128, 255])
        elif kind == 2:
            del content[at:at + r.randrange(1, 9)]
        elif kind == 3:
            content[at:at] = r.randbytes(r.randrange(1, 9))
        else:
            content[at:at + 16] = content[:16]
        if not content:
            content = bytearray(b"\0")
    return bytes(content)


def any_tensor(r, model):
    tensors = list(model.graph.initializer) + [a.t for n in model.graph.node for a in n.attribute if a.type == AttributeProto.TENSOR]
    return r.choice(tensors) if tensors else None


def change_attribute(r, model):
    nodes = [n for n in model.graph.node if n.attribute]
    if not nodes:
        return "no attribute"
    node = r.choice(nodes)
    a = r.choice(node.attribute)
    kind = r.randrange(5)
    if kind == 0:
        node.attribute.remove(a)
        return "attribute dropped"
    if kind == 1 and a.ints:
        a.ints[r.randrange(len(a.ints))] = r.choice(EXTREMES)
    elif kind == 1 and a.floats:
        a.floats[r.randrange(len(a.floats))] = r.choice(FLOATS)
    elif kind == 2:
        name = a.name
        a.CopyFrom(onnx.helper.make_attribute(name, r.choice([r.choice(EXTREMES), r.choice(FLOATS), "text", [1, 2, 3], [0.5], b"\xff\xfe"])))
    elif kind == 3 and a.ints:
        del a.ints[r.randrange(len(a.ints)):]
    else:
        a.i, a.f = r.choice(EXTREMES), r.choice(FLOATS)
    return f"attribute {a.name}"


def change_shape(r, model):
    infos = list(model.graph.input) + list(model.graph.output) + list(model.graph.value_info)
    dims = r.choice(infos).type.tensor_type.shape.dim
    kind = r.randrange(4)
    if kind == 0 or not dims:
        dims.add().dim_value = r.choice(EXTREMES)
    elif kind == 1:
        del dims[r.randrange(len(dims))]
    elif kind == 2:
        r.choice(dims).dim_param = "n"
    else:
        r.choice(dims).dim_value = r.choice(EXTREMES + [4, 5, 8])
    return "declared shape"


def change_tensor(r, model):
    t = any_tensor(r, model)
    if t is None:
        return "no tensor"
    kind = r.randrange(6)
    if kind == 0:
        t.data_type = r.choice(list(range(0, 20)) + [99, -1])
    elif kind == 1 and t.dims:
        t.dims[r.randrange(len(t.dims))] = r.choice(EXTREMES)
    elif kind == 2:
        t.dims.append(r.choice([0, 1, 1, 2, 2**31, 2**62, -1]))
    elif kind == 3 and t.dims:
        del t.dims[r.randrange(len(t.dims))]
    elif kind == 4 and t.raw_data:
        t.raw_data = bytes_changed(r, t.raw_data)
    else:  # the same number of values, but extreme ones
        values = [r.choice(EXTREMES) for _ in range(r.choice([1, 2, 3, 4]))]
        t.CopyFrom(onnx.helper.make_tensor(t.name, TensorProto.INT64, [len(values)], values))
    return f"tensor {t.name}"


def change_node(r, model):
    node = r.choice(model.graph.node)
    names = [n for other in model.graph.node for n in list(other.input) + list(other.output)] + [i.name for i in model.graph.initializer] + ["", "new"]
    kind = r.randrange(7)
    if kind == 0:
        node.op_type = r.choice(OPERATORS)
    elif kind == 1 and node.input:
        node.input[r.randrange(len(node.input))] = r.choice(names)
    elif kind == 2 and node.output:
        node.output[r.randrange(len(node.output))] = r.choice(names)
    elif kind == 3 and node.input:
        del node.input[r.randrange(len(node.input))]
    elif kind == 4:
        (node.input if r.random() < 0.7 else node.output).append(r.choice(names))
    elif kind == 5:
        model.graph.node.remove(node)
        return "node removed"
    else:
        model.graph.node.add().CopyFrom(node)
    return f"node {node.name} {node.op_type}"


def change_graph(r, model):
    kind = r.randrange(6)
    if kind == 0 and model.graph.initializer:
        model.graph.initializer.remove(r.choice(model.graph.initializer))
    elif kind == 1 and model.graph.input:
        model.graph.input.add().CopyFrom(r.choice(model.graph.input))
    elif kind == 2 and model.graph.node:
        names = [n for node in model.graph.node for n in node.output]
        model.graph.output.add().name = r.choice(names)
    elif kind == 3 and model.graph.initializer:
        t = r.choice(model.graph.initializer)
        t.data_location = TensorProto.EXTERNAL
        for key, value in (("location", r.choice(["../x", "/etc/passwd", "network.onnx", "", "."])), ("offset", str(r.choice(EXTREMES))), ("length", str(r.choice(EXTREMES)))):
            if r.random() < 0.8:
                t.external_data.add(key=key, value=value)
    elif kind == 4 and model.graph.initializer:
        model.graph.initializer.add().CopyFrom(r.choice(model.graph.initializer))
    else:
        model.graph.node.sort(key=lambda n: r.random())  # order does not matter
    return "graph"


MUTATIONS = [change_attribute, change_attribute, change_shape, change_tensor, change_tensor, change_node, change_node, change_graph]


def write(seed, network, arrays, file, data):
    """Writes the mutated file(s) of a seed; says in words what was done."""
    r = random.Random(seed)
    kind = r.random()
    if arrays.exists():
        if kind < 0.08:
            data.write_bytes(bytes_changed(r, arrays.read_bytes()))
            shutil.copy(network, file)
            return "bytes of the arrays"
        if r.random() < 0.5:
            shutil.copy(arrays, data)
    if kind < 0.25:
        file.write_bytes(bytes_changed(r, network.read_bytes()))
        return "bytes of the network"
    model = onnx.load(network)
    how = [r.choice(MUTATIONS)(r, model) for _ in range(r.choice([1, 1, 1, 2, 3])) if model.graph.node]
    file.write_bytes(model.SerializeToString())
    return ", ".join(how)
