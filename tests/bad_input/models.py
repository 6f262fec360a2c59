# SPDX-License-Identifier: Apache-2.0
# A small sound network and the ways to break it: each function gives the bytes of one .onnx file.
import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def tensor(name, values, kind=np.float32):
    return numpy_helper.from_array(np.array(values, kind), name)


def info(name, shape):
    return helper.make_tensor_value_info(name, FLOAT, shape)


def conv(source="x", weight="w", output="c", **attributes):
    settings = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1]} | attributes
    return helper.make_node("Conv", [source, weight], [output], name="conv1", **settings)


def requant(source="c", output="y", name="quantise", mul="mul", add="add", **attributes):
    settings = {"div": 256.0, "n_levels": 256, "signed": 1} | attributes
    settings = {key: value for key, value in settings.items() if value is not None}
    return helper.make_node("RequantShift", [source, mul, add], [output], name=name, **settings)


def weights(shape=(5, 4, 3, 3), kind=np.float32):
    return (np.arange(np.prod(shape)) % 15 - 7).reshape(shape).astype(kind)


def constants(**replaced):
    own = {"w": weights(), "mul": 3, "add": 8} | replaced
    return [value if isinstance(value, TensorProto) else tensor(name, value) for name, value in own.items() if value is not None]


def network(nodes=None, inputs=None, outputs=None, initializers=None, value_info=(), opset=13):
    """Conv 4 to 5 channels on 6 x 6, then a requantisation: x [1, 4, 6, 6] to y [1, 5, 6, 6]."""
    graph = helper.make_graph([conv(), requant()] if nodes is None else nodes, "g",
                              [info("x", [1, 4, 6, 6])] if inputs is None else inputs,
                              [info("y", [1, 5, 6, 6])] if outputs is None else outputs,
                              constants() if initializers is None else initializers, value_info=list(value_info))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def content(**parts):
    return network(**parts).SerializeToString()


def one(operator, inputs=("x",), outputs=("y",), initializers=(), shape=(1, 4, 6, 6), result=None, **attributes):
    """A network of one node called `node1`, on x."""
    node = helper.make_node(operator, list(inputs), list(outputs), name="node1", **attributes)
    return content(nodes=[node], inputs=[info("x", list(shape))], outputs=[info("y", result)], initializers=list(initializers))


def external(name, location, shape, **entries):
    """A float tensor whose data lies in another file."""
    t = TensorProto(name=name, data_type=FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in ({"location": location} | entries).items():
        t.external_data.add(key=key, value=str(value))
    return t
