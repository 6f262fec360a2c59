# SPDX-License-Identifier: Apache-2.0
# Float digits network -> integer ONNX file of the RequantShift dialect. A tensor's real value is integer * scale.
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

weight_limit = 127  # symmetric: -128 is left out
multiplier_limit = 255  # 8-bit multipliers are the cheap ones on accelerators
input_limit, input_scale = 16, 1 / 16
unsigned_limit, signed_limit = 255, 127


def calibrate(network, x):
    """Largest absolute output of every layer over the images x."""
    largest = {}
    network.forward(x, watch=lambda name, y: largest.update({name: float(np.abs(y).max())}))
    return largest


def folded(network, name):
    """Weight K x C x R x S with the normalisation's scale in it, and the bias that remains."""
    weight = network.layers[name].weight.value.astype(np.float64)
    scale, bias = network.layers[name + "_norm"].folded()
    return (weight * scale).transpose(3, 2, 0, 1), bias.astype(np.float64)


def integer_weight(weight, bias, x_limit, x_scale, y_scale):
    """Weight, multiplier and addend per output row, and the shift, so that y = (weight * x * mul + add) >> shift.

    The multiplier is rounded first and the weight's scale follows from it, so the requantisation itself is exact
    and only weights are rounded. The shift is the largest whose products stay below 2^31 for any input.
    """
    flat = weight.reshape(len(weight), -1)
    ratio = np.maximum(np.abs(flat).max(1), 1e-9) * x_scale / (weight_limit * y_scale)
    for shift in range(30, 0, -1):
        multiplier = np.ceil(ratio * 2.0**shift)
        if multiplier.max() > multiplier_limit:
            continue
        integers = np.rint(flat / (multiplier * 2.0**-shift * y_scale / x_scale)[:, None])
        addend = np.rint(bias / y_scale * 2.0**shift)
        bound = np.abs(integers).sum(1) * x_limit * multiplier + np.abs(addend) + 2.0**(shift - 1)
        # The file stores float32, which holds every integer up to 2^24.
        if bound.max() < 2**31 and np.abs(addend).max() <= 2**24:
            assert np.abs(integers).max() <= weight_limit
            return integers.reshape(weight.shape), multiplier, addend, shift
    raise ValueError("no shift keeps the products below 2^31")


class graph_writer:
    """Collects nodes and constants. Tensors are called after the node that makes them, with an ending, so that no
    tensor has the name of a node: both become names in one C++ namespace."""

    def __init__(self):
        self.nodes, self.initializers = [], []

    def constant(self, name, value, element=np.float32):
        stored = np.asarray(value).astype(element)
        assert np.array_equal(stored, value)
        self.initializers.append(numpy_helper.from_array(stored, name))
        return name

    def node(self, operator, name, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name, **attributes))
        return output

    def requant(self, name, x, prefix, multiplier, addend, shift, signed, output):
        def number(value):
            return numpy_helper.from_array(np.array([value], np.float32))

        inputs = [x, self.constant(prefix + "_mul", multiplier), self.constant(prefix + "_add", addend)]
        return self.node("RequantShift", name, inputs, output, div=number(2**shift), n_levels_out=number(256),
                         signed=number(signed))

    def save(self, path, name, inputs, outputs):
        graph = helper.make_graph(
            self.nodes, name,
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in inputs.items()],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in outputs.items()],
            self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 7  # the version that goes with operator set 13
        onnx.save(model, path)


def write_network(network, largest, path):
    """Quantises `network` with the ranges `largest` and writes it to `path`."""
    graph = graph_writer()

    def convolution(name, x, x_limit, x_scale, y_scale, stride=1, group=1, signed=False):
        weight, bias = folded(network, name)
        weight, multiplier, addend, shift = integer_weight(weight, bias, x_limit, x_scale, y_scale)
        padding = weight.shape[2] // 2
        y = graph.node("Conv", name, [x, graph.constant(name + "_weight", weight)], name + "_sum", group=group,
                       kernel_shape=weight.shape[2:], strides=[stride] * 2, pads=[padding] * 4, dilations=[1, 1])
        per_channel = (-1, 1, 1)
        return graph.requant(name + "_requant", y, name, multiplier.reshape(per_channel), addend.reshape(per_channel),
                             shift, signed, name + "_out")

    def rescale(name, x, x_scale, y_scale, output, signed):
        """Requantisation by a scalar; returns the scale that the rounded multiplier gives: y_scale or a little more."""
        ratio = x_scale / y_scale
        shift = int(np.floor(np.log2((multiplier_limit + 1) / ratio)))
        multiplier = int(ratio * 2.0**shift)
        graph.requant(name, x, name, multiplier, 0, shift, signed, output)
        return output, x_scale * 2.0**shift / multiplier

    scale = {name: limit / unsigned_limit for name, limit in largest.items()}
    x = convolution("conv1", "image", input_limit, input_scale, scale["conv1_relu"])
    x = convolution("conv2_depthwise", x, unsigned_limit, scale["conv1_relu"], scale["conv2_depthwise_relu"], group=16)
    x = convolution("conv2_pointwise", x, unsigned_limit, scale["conv2_depthwise_relu"], scale["conv2_pointwise_relu"])
    pool_scale = scale["conv2_pointwise_relu"]
    pool = graph.node("MaxPool", "pool", [x], "pool_out", kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4)

    # Both summands get one scale and 8 signed bits, so that their plain integer sum means something.
    sum_scale = max(largest["pool"], largest["conv4_norm"]) / signed_limit
    skip, sum_scale = rescale("skip_requant", pool, pool_scale, sum_scale, "skip_out", signed=True)
    x = convolution("conv3", pool, unsigned_limit, pool_scale, scale["conv3_relu"])
    x = convolution("conv4", x, unsigned_limit, scale["conv3_relu"], sum_scale, signed=True)
    x = graph.node("Add", "residual", [skip, x], "residual_sum")
    x, x_scale = rescale("residual_requant", x, sum_scale, scale["residual_relu"], "residual_out", signed=False)

    x = convolution("conv5", x, unsigned_limit, x_scale, scale["conv5_relu"], stride=2)
    x = graph.node("Flatten", "flatten", [x], "flatten_out", axis=1)

    # The file's features are in C x H x W order. One scale for all classes: their scores are compared.
    layer = network.layers["linear"]
    weight = layer.weight.value.astype(np.float64).reshape(2, 2, 48, 10).transpose(3, 2, 0, 1).reshape(10, -1)
    weight_scale = np.abs(weight).max() / weight_limit
    bias = np.rint(layer.bias.value / (weight_scale * scale["conv5_relu"]))
    inputs = [x, graph.constant("linear_weight", np.rint(weight / weight_scale)), graph.constant("linear_bias", bias)]
    x = graph.node("Gemm", "linear", inputs, "linear_sum", alpha=1.0, beta=1.0, transB=1)
    rescale("linear_requant", x, weight_scale * scale["conv5_relu"], largest["linear"] / signed_limit, "scores", True)
    graph.save(path, "digits", {"image": [1, 1, 8, 8]}, {"scores": [1, 10]})
