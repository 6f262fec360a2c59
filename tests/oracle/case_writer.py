# SPDX-License-Identifier: Apache-2.0
# Writes case folders byte for byte the same every time: no clocks, no hash order, one memory layout.
import collections
import io
import json
import zipfile

import numpy as np

TYPE_NAMES = {"int8": "i8", "uint8": "u8", "int16": "i16", "int32": "i32"}
FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write_arrays(path, arrays):
    """An npz whose bytes depend on names and values only."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            # Row-major also for transposed views: not every reader of npy files knows the other order.
            np.lib.format.write_array(buffer, np.array(array, order="C"), version=(1, 0), allow_pickle=False)
            member = zipfile.ZipInfo(name + ".npy", FIRST_ZIP_DATE)
            member.external_attr = 0o644 << 16
            archive.writestr(member, buffer.getvalue())


def described(arrays):
    return [{"name": name, "shape": list(array.shape), "type": TYPE_NAMES[array.dtype.name]}
            for name, array in arrays.items()]


def write_case(folder, identifier, model, inputs, outputs, activations, note):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.onnx").write_bytes(model.SerializeToString(deterministic=True))
    write_arrays(folder / "inputs.npz", inputs)
    write_arrays(folder / "outputs.npz", outputs)
    if activations:
        write_arrays(folder / "activations.npz", activations)
    operators = collections.Counter(node.op_type for node in model.graph.node)
    case = {"id": identifier, "kind": "integer", "tolerance": 0, "operators": dict(operators),
            "inputs": described(inputs), "outputs": described(outputs), "note": note}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
