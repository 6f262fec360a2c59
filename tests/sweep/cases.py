# SPDX-License-Identifier: Apache-2.0
# The cases of a folder, and what their results depend on. Plain Python, no numpy.
import hashlib
import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ("include", "kernels", "boards/host", "boards/siracusa/memories.hpp", "generators")


class Case:
    """A folder with network.onnx, inputs.npz, outputs.npz and perhaps activations.npz and samples/."""

    def __init__(self, folder, root):
        self.folder, self.name = folder, os.path.relpath(folder, root)
        self.network = os.path.join(folder, "network.onnx")
        samples = os.path.join(folder, "samples")
        folders = [folder] + [os.path.join(samples, s)
                              for s in sorted(os.listdir(samples))] if os.path.isdir(samples) else [folder]
        self.inputs = [os.path.join(f, "inputs.npz") for f in folders]
        self.expected = [os.path.join(f, "outputs.npz") for f in folders]
        activations = os.path.join(folder, "activations.npz")
        self.activations = activations if os.path.exists(activations) else None

    def files(self):
        data = [os.path.join(self.folder, n) for n in sorted(os.listdir(self.folder)) if n.endswith((".data", ".bin"))]
        return [self.network] + self.inputs + self.expected + ([self.activations] if self.activations else []) + data

    def bytes(self):
        return os.path.getsize(self.network)


def find_cases(root, only=(), kind="integer"):
    """All cases of a kind below a folder whose name contains one of the words in `only` (all, when it is empty)."""
    cases = []
    for folder, _, files in os.walk(root):
        if "case.json" not in files:
            continue
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as f:
            if json.load(f).get("kind") != kind:
                continue
        case = Case(folder, root)
        if not only or any(word in case.name for word in only):
            cases.append(case)
    return sorted(cases, key=lambda c: c.name)


def digest_of_file(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def digest_of_sources(deeploy):
    """Everything that a result may depend on beside the case and the options: sources, command and planner."""
    whole = hashlib.sha256()
    for part in SOURCES:
        path = os.path.join(ROOT, part)
        files = [path] if os.path.isfile(path) else sorted(
            os.path.join(folder, f) for folder, _, names in os.walk(path) for f in names
            if f.endswith((".hpp", ".cpp")))
        for f in files:
            whole.update(os.path.relpath(f, ROOT).encode() + digest_of_file(f).encode())
    beside = os.path.dirname(os.path.abspath(deeploy))
    for name in (os.path.basename(deeploy), "libdeeploy_planner.a", "libdeeploy_tools.a"):
        if os.path.exists(os.path.join(beside, name)):
            whole.update(digest_of_file(os.path.join(beside, name)).encode())
    return whole.hexdigest()


def key_of(case, sources, options):
    whole = hashlib.sha256(sources.encode())
    for f in case.files():
        whole.update(digest_of_file(f).encode())
    whole.update(json.dumps(options).encode())
    return whole.hexdigest()[:32]
