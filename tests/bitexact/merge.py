# SPDX-License-Identifier: Apache-2.0
# Puts small cases of one operator set into one network, side by side: one import, plan and compilation for all of them.
import os

import numpy as np
import onnx


def prefixed(graph, prefix):
    """The graph with all names of tensors and nodes behind a prefix; an absent input stays absent."""
    def new(name):
        return prefix + name if name else name
    for node in graph.node:
        node.name = new(node.name)
        node.input[:] = [new(n) for n in node.input]
        node.output[:] = [new(n) for n in node.output]
    for thing in [*graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        thing.name = new(thing.name)
    return graph


def opset_of(model):
    return next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))


def merge(folders, out):
    """Writes network.onnx, inputs.npz and outputs.npz. Arrays are named NUMBER/name by the number in `folders`."""
    os.makedirs(out, exist_ok=True)
    merged, domains = onnx.ModelProto(), {}
    merged.graph.name = "merged"
    inputs, outputs = {}, {}
    for number, folder in enumerate(folders):
        model = onnx.load(os.path.join(folder, "network.onnx"))
        prefix = "%d/" % number
        merged.ir_version = max(merged.ir_version, model.ir_version)
        for o in model.opset_import:
            assert domains.setdefault(o.domain, o.version) == o.version
        graph = prefixed(model.graph, prefix)
        for part in ("node", "input", "output", "value_info", "initializer"):
            getattr(merged.graph, part).extend(getattr(graph, part))
        for arrays, name in ((inputs, "inputs.npz"), (outputs, "outputs.npz")):
            with np.load(os.path.join(folder, name)) as file:
                arrays.update({prefix + n: file[n] for n in file.files})
    for domain, version in domains.items():
        merged.opset_import.add(domain=domain, version=version)
    onnx.save(merged, os.path.join(out, "network.onnx"))
    np.savez(os.path.join(out, "inputs.npz"), **inputs)
    np.savez(os.path.join(out, "outputs.npz"), **outputs)
