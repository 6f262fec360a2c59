# SPDX-License-Identifier: Apache-2.0
# Files that are no models, and external data that is not where it should be.
import os

import numpy as np

import models
from table import Case, imported, written


def truncated(length):
    def make(folder):
        whole = models.content()
        return imported(written(folder, "net.onnx", whole[:max(1, len(whole) * length // 100)]))
    return make


def with_external(location, prepare, **entries):
    """A network whose weights are in another file; `prepare` puts that file somewhere."""
    def make(folder):
        inside = folder / "models"
        inside.mkdir()
        data = models.weights().tobytes()
        place = location(folder) if callable(location) else location
        prepare(folder, data)
        model = models.content(initializers=models.constants(w=models.external("w", place, [5, 4, 3, 3], **entries)))
        (inside / "net.onnx").write_bytes(model)
        return imported(inside / "net.onnx")
    return make


def beside(folder, data):
    (folder / "models" / "w.bin").write_bytes(data)


def outside(folder, data):
    (folder / "w.bin").write_bytes(data)


def linked(folder, data):
    outside(folder, data)
    os.symlink(folder / "w.bin", folder / "models" / "link.bin")


def cut(folder, data):
    (folder / "models" / "w.bin").write_bytes(data[:100])


def as_folder(folder, data):
    (folder / "models" / "w.bin").mkdir()


def unreadable_pipe(folder):
    os.mkfifo(folder / "net.onnx")
    return imported(folder / "net.onnx")


NOT_INSIDE = ["tensor w", "not inside of the model's folder", "move it there"]
CASES = [
    *[Case(f"truncated to {p} percent", truncated(p), 2, [4102], ["net.onnx", "do not parse"]) for p in (1, 7, 20, 35, 50, 75, 90, 99)],
    *[Case(f"random bytes, seed {s}", lambda f, s=s: imported(written(f, "net.onnx", np.random.default_rng(s).bytes(4000))), 2, [4102],
           ["net.onnx", "4000 bytes"]) for s in range(3)],
    Case("text instead of a model", lambda f: imported(written(f, "net.onnx", b"# a network\nconv 3 x 3\n" * 20)), 2, [4102], ["net.onnx"]),
    Case("empty file", lambda f: imported(written(f, "net.onnx", b"")), 2, [4102], ["it is empty"]),
    Case("empty graph", lambda f: imported(written(f, "net.onnx", models.content(nodes=[]))), 2, [4103], ["without nodes"]),
    Case("no output", lambda f: imported(written(f, "net.onnx", models.content(outputs=[]))), 2, [4103], ["no output"]),
    Case("outputs without elements", lambda f: imported(written(f, "net.onnx", models.one("Relu", shape=(0, 4), result=[0, 4]))), 2, [4103], ["y [0, 4]", "nothing to compute"]),
    Case("a slice that begins where it ends", lambda f: imported(written(f, "net.onnx", models.one(
        "Slice", ("x", "from", "to"), initializers=[models.tensor("from", [1], np.int64), models.tensor("to", [1], np.int64)], result=[0, 4, 6, 6]))), 2, [4103], ["y [0, 4, 6, 6]"]),
    Case("folder instead of a file", lambda f: imported(f), 2, [4101], ["is a folder"]),
    Case("missing file", lambda f: imported(f / "none.onnx"), 2, [4101], ["none.onnx", "does not exist"]),
    Case("pipe instead of a file", unreadable_pipe, 2, [4101], ["is no file"]),
    Case("external data beside the model", with_external("w.bin", beside), 0, []),
    Case("external data above the folder", with_external("../w.bin", outside), 2, [4107], NOT_INSIDE + ["../w.bin"]),
    Case("external data by absolute path", with_external(lambda f: str(f / "w.bin"), outside), 2, [4107], NOT_INSIDE),
    Case("external data through a link", with_external("link.bin", linked), 2, [4107], NOT_INSIDE + ["link.bin"]),
    Case("external data missing", with_external("w.bin", lambda f, d: None), 2, [4107], ["w.bin", "does not exist"]),
    Case("external data cut off", with_external("w.bin", cut, length=720), 2, [4107], ["100 bytes", "720 from byte 0"]),
    Case("external data shorter than the shape", with_external("w.bin", cut), 2, [4108], ["tensor w", "25 values", "180"]),
    Case("external data with a huge offset", with_external("w.bin", beside, offset=2**62, length=720), 2, [4107], [str(2**62)]),
    Case("external data with a negative offset", with_external("w.bin", beside, offset=-4), 2, [4107], ["offset '-4'"]),
    Case("external data with words as length", with_external("w.bin", beside, length="all"), 2, [4107], ["length 'all'"]),
    Case("external data is a folder", with_external("w.bin", as_folder), 2, [4107], ["cannot be read"]),
]
