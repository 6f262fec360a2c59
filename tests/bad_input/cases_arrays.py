# SPDX-License-Identifier: Apache-2.0
# .npz archives with missing, wrong and damaged arrays. All of it is found before anything is planned.
import io
import struct
import zipfile

import numpy as np

import models
from table import Case, written


def inputs():
    return np.random.default_rng(0).integers(-128, 128, (1, 4, 6, 6)).astype(np.int8)


def outputs():
    return np.zeros((1, 5, 6, 6), np.int8)


def saved(folder, name, **arrays):
    np.savez(folder / name, **(arrays or {"x": inputs()}))
    return folder / name


def validated(given=None, expected=None, inputs_bytes=None, more=("--type", "x=i8")):
    """validate with these arrays, or these bytes instead of the inputs."""
    def make(folder):
        net = written(folder, "net.onnx", models.content())
        first = written(folder, "in.npz", inputs_bytes) if inputs_bytes is not None else saved(folder, "in.npz", **(given or {}))
        second = saved(folder, "expect.npz", **({"y": outputs()} if expected is None else expected))
        return ["validate", str(net), "--inputs", str(first), "--expect", str(second), *more]
    return make


def archive(header=None, body=None, cut=None, method=zipfile.ZIP_STORED):
    """An archive with one member x.npy, of the given header text and body, cut to some bytes."""
    plain = io.BytesIO()
    np.save(plain, inputs())
    content = plain.getvalue()
    if header is not None:
        text = header.encode()
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + (inputs().tobytes() if body is None else body)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as z:
        z.writestr("x.npy", content)
    return whole.getvalue()[:cut]


def torn():
    """The directory is whole, the member's bytes are changed: its checksum does not fit."""
    content = bytearray(archive())
    content[200] ^= 0xFF
    return bytes(content)


def overstated():
    """The directory says that the member has 2^32 - 2 bytes."""
    content = bytearray(archive())
    at = content.rindex(b"PK\x01\x02")
    content[at + 20:at + 28] = struct.pack("<II", 2**32 - 2, 2**32 - 2)
    return bytes(content)


def shaped(text):
    return validated(inputs_bytes=archive(header="{'descr': '|i1', 'fortran_order': False, 'shape': %s, }\n" % text))


X = inputs()
CASES = [Case(name, make, status, codes, words, twice=False) for name, make, status, codes, words in [
    ("missing input", validated({"a": X}), 2, [4006], ["no array 'x'", "it has a"]),
    ("missing output", validated(expected={"z": outputs()}), 2, [4006], ["no array 'y'", "it has z"]),
    ("both are said", validated({"a": X}, {"z": outputs()}), 2, [4006, 4006], ["no array 'x'", "no array 'y'"]),
    ("input of another shape", validated({"x": X[:, :, :5]}), 2, [4006], ["array 'x' is i8 [1, 4, 5, 6]", "takes i8 [1, 4, 6, 6]"]),
    ("output of another shape", validated(expected={"y": outputs()[:, :2]}), 2, [4006], ["[1, 2, 6, 6]", "[1, 5, 6, 6]"]),
    ("input of 64 bits", validated({"x": X.astype(np.int64)}), 2, [4006], ["'<i8'", "takes i8"]),
    ("input of text", validated({"x": np.full(X.shape, "one")}), 2, [4006], ["'<U3'"]),
    ("values outside of the type", validated({"x": X.astype(np.int16) + 100}), 2, [4006], ["of 144 values of array 'x' do not fit i8 (-128 to 127)", "the first is"]),
    ("values that are no integers", validated({"x": X.astype(np.float32) / 4}), 2, [4006], ["do not fit i8"]),
    ("values that are no numbers", validated({"x": np.full(X.shape, np.nan, np.float32)}), 2, [4006], ["144 of 144 values", "nan"]),
    ("text file", validated(inputs_bytes=b"1, 2, 3\n" * 30), 2, [4005], ["in.npz is no .npz archive (240 bytes)"]),
    ("empty file", validated(inputs_bytes=b""), 2, [4005], ["0 bytes"]),
    ("array without an archive", validated(inputs_bytes=archive()[30:]), 2, [4005], ["in.npz"]),
    *[(f"archive cut to {n} bytes", validated(inputs_bytes=archive(cut=n)), 2, [4005], ["in.npz"]) for n in (10, 100, 300, 340)],
    ("changed bytes", validated(inputs_bytes=torn()), 2, [4005], ["array x is damaged"]),
    ("member with a wrong length", validated(inputs_bytes=overstated()), 2, [4005], ["in.npz"]),
    ("huge shape", shaped("(4294967296, 4294967296)"), 2, [4005], ["impossible shape", "4294967296"]),
    ("negative shape", shaped("(-1, 144)"), 2, [4005], ["impossible shape", "-1"]),
    ("shape of more bytes than there are", shaped("(1, 4, 6, 60)"), 2, [4005], ["144 bytes", "1440"]),
    ("header without a shape", validated(inputs_bytes=archive(header="{'descr': '|i1', 'fortran_order': False}\n")), 2, [4005], ["no complete header"]),
    ("header that ends early", validated(inputs_bytes=archive(header="{'descr': '|i1', 'shape': (1,), 'fortran_order':")), 2, [4005], ["array x"]),
    ("empty member", validated(inputs_bytes=archive(header="", body=b"")), 2, [4005], ["array x"]),
    ("missing archive", lambda f: ["run", str(written(f, "net.onnx", models.content())), "--inputs", str(f / "none.npz")], 2, [4005], ["none.npz does not exist"]),
    ("no inputs", lambda f: ["run", str(written(f, "net.onnx", models.content()))], 2, [6204], ["say --inputs"]),
    ("inputs without expected ones", lambda f: ["validate", str(written(f, "net.onnx", models.content())), "--inputs", str(saved(f, "in.npz"))], 2, [6204], ["1 --inputs and 0 --expect"]),
]]
