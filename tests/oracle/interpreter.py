# SPDX-License-Identifier: Apache-2.0
# The independent oracle: computes every tensor of an integer ONNX network, and checks case folders.
import argparse
import json
import os
import pathlib
import sys
import zlib

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

import numpy as np

import operators_elements
import operators_movement
import operators_products
import operators_reductions
from arithmetic import SemanticsError
from graph_reader import Graph, constant_node_value

OPERATORS = {**operators_products.OPERATORS, **operators_elements.OPERATORS, **operators_reductions.OPERATORS,
             **operators_movement.OPERATORS}
INPUT_TYPES = ("int8", "uint8", "int16", "int32")


def run_node(node, values):
    """Result of one node; values maps the names of its inputs to arrays."""
    if node.operator == "Constant":
        return constant_node_value(node)
    if node.operator not in OPERATORS:
        raise SemanticsError(f"operator {node.operator} is unknown")
    arrays = [values[name] if name else None for name in node.inputs]
    return OPERATORS[node.operator](node, arrays)


def check_inputs(graph, inputs):
    for name in graph.inputs:
        if name not in inputs:
            raise SemanticsError(f"input {name} is not given")
        array, declared = inputs[name], graph.declared_shapes[name]
        if array.dtype.name not in INPUT_TYPES:
            raise SemanticsError(f"input {name} has elements of {array.dtype.name}")
        if declared is not None and (len(declared) != array.ndim or any(
                wanted not in (None, extent) for wanted, extent in zip(declared, array.shape))):
            raise SemanticsError(f"input {name} is {array.shape}, the network declares {declared}")


def run_graph(graph, inputs):
    """Every tensor of the graph by name: inputs, constants, and each node's result, in whatever order they stand."""
    check_inputs(graph, inputs)
    values = dict(graph.constants)
    values.update({name: inputs[name] for name in graph.inputs})
    waiting = list(graph.nodes)
    while waiting:
        blocked = []
        for node in waiting:
            if any(name and name not in values for name in node.inputs):
                blocked.append(node)
                continue
            try:
                values[node.outputs[0]] = run_node(node, values)
            except (SemanticsError, ValueError, IndexError, KeyError) as problem:
                raise SemanticsError(f"{node.operator} '{node.name}' -> {node.outputs[0]}: {problem}") from problem
        if len(blocked) == len(waiting):
            raise SemanticsError(f"nothing computes the inputs of {blocked[0].operator} '{blocked[0].name}'")
        waiting = blocked
    return values


def depends_on_inputs(graph):
    """Names of the tensors that an input can change; the others are constants, however they are made."""
    found, grown = set(graph.inputs), True
    while grown:
        grown = False
        for node in graph.nodes:
            if node.outputs[0] not in found and found.intersection(node.inputs):
                found.add(node.outputs[0])
                grown = True
    return found


def run_network(path, inputs):
    """Outputs of the network in a file, by name."""
    graph = Graph.read(path)
    values = run_graph(graph, inputs)
    return {name: values[name] for name in graph.outputs}


def load_arrays(path):
    with np.load(str(path)) as archive:
        return {name: archive[name] for name in archive.files}


def compare(title, values, expected, varying):
    """Number of differing elements; prints what differs. A different shape or type counts as all elements."""
    different = 0
    for name, wanted in expected.items():
        if name not in values:
            print(f"  {title} {name}: not in the network")
            different += max(wanted.size, 1)
            continue
        got = values[name]
        if got.shape != wanted.shape or (name in varying and got.dtype != wanted.dtype):
            print(f"  {title} {name}: {got.dtype.name} {got.shape}, expected {wanted.dtype.name} {wanted.shape}")
            different += max(wanted.size, 1)
            continue
        count = int(np.count_nonzero(got != wanted))
        if count:
            print(f"  {title} {name}: {count} of {wanted.size} elements differ")
        different += count
    return different


def vector_folders(folder):
    """The case itself and its further samples."""
    return [folder] + sorted(path for path in (folder / "samples").glob("sample*") if path.is_dir())


def check_case(folder):
    """Runs all vectors of a case; prints one summary line and returns the number of differing elements."""
    graph = Graph.read(folder / "network.onnx")
    varying = depends_on_inputs(graph)
    compared = different = 0
    for vectors in vector_folders(folder):
        values = run_graph(graph, load_arrays(vectors / "inputs.npz"))
        for title, file in (("output", "outputs.npz"), ("activation", "activations.npz")):
            if (vectors / file).exists():
                expected = load_arrays(vectors / file)
                compared += len(expected)
                different += compare(title, values, expected, varying)
    print(f"{folder}: {compared} tensors, {different} differing elements", flush=True)
    return different


def show_case(folder):
    """Runs a case and prints what its outputs are."""
    for name, array in run_network(folder / "network.onnx", load_arrays(folder / "inputs.npz")).items():
        checksum = zlib.crc32(np.ascontiguousarray(array).tobytes())
        print(f"{name} {array.dtype.name} {list(array.shape)} crc32 {checksum:08x}")


def case_folders(root):
    """The folder itself when it is a case, else all integer cases below it."""
    if (root / "network.onnx").exists():
        return [root]
    found = []
    for parent, folders, files in os.walk(root):
        folders.sort()
        if "case.json" in files:
            kind = json.loads((pathlib.Path(parent) / "case.json").read_text()).get("kind")
            found += [pathlib.Path(parent)] if kind == "integer" else []
    if not found:
        raise SemanticsError(f"{root} holds no integer case")
    return found


def main():
    parser = argparse.ArgumentParser(description="Runs integer ONNX networks exactly.")
    parser.add_argument("folder", nargs="+", type=pathlib.Path, help="a case, or a folder with cases below it")
    parser.add_argument("--check", action="store_true", help="compare with outputs.npz and activations.npz")
    options = parser.parse_args()
    different = errors = 0
    for root in options.folder:
        try:
            for folder in case_folders(root):
                try:
                    different += check_case(folder) if options.check else show_case(folder) or 0
                except Exception as problem:  # one broken case must not hide the others
                    print(f"{folder}: error: {problem}", file=sys.stderr)
                    errors += 1
        except SemanticsError as problem:
            print(f"error: {problem}", file=sys.stderr)
            errors += 1
    return 2 if errors else 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
