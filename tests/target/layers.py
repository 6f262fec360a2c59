# SPDX-License-Identifier: Apache-2.0
# validate --layers on a target: checksums find the first layer that differs, and only its values are printed. Wrong values are
# planted in the archive of expected ones: to the comparison that is the same as a wrong layer.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from harness import Folder, RISCV, check, command, main, need_oracle, need_program, oracle, read  # noqa: E402


class Network:
    """One random network of a family, with the tensors between its layers."""

    def __init__(self, folder, family):
        import numpy
        self.numpy, self.folder = numpy, os.path.join(folder, family, "0000")
        oracle("network_cases.py", folder, "--family", family, "--count", 1, "--first", 0, "--seed", 1)
        with numpy.load(self.path("activations.npz")) as file:
            self.right = dict(file)
        command("import", self.path("network.onnx"), "--inputs", self.path("inputs.npz"), "--out", self.path("imported"))
        model = read(self.path("imported", "model.json"))
        self.sizes = {t["name"]: t["elements"] for t in model["tensors"] if t["role"] == "scratch"}
        # Values that the archive has and that a tensor between layers holds, in the order of the graph.
        self.tensor_of = {name: at["tensor"] for name, at in model["values"].items()
                          if isinstance(at, dict) and name in self.right and at["tensor"] in self.sizes}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def compare(self, arrays, planted=(), board="siracusa"):
        """The report's comparison when the last element of each planted array is another."""
        arrays = {name: array.copy() for name, array in arrays.items()}
        for name in planted:
            arrays[name].reshape(-1)[-1] ^= 1
        self.numpy.savez(self.path("planted.npz"), **arrays)
        done = command("validate", self.path("imported"), "--board", board, "--l1", 64000, "--layers", "--quiet", "--inputs", self.path("inputs.npz"),
                       "--expect", self.path("outputs.npz"), "--activations", self.path("planted.npz"), "--json", self.path("report.json"),
                       expect=1 if planted else 0)
        report = read(self.path("report.json"))
        check(all(o["different"] == 0 for o in report["outputs"]), "outputs differ")
        if planted:
            size = arrays[planted[0]].size
            line = "first differing layer: %s (tensor %s), 1 of %d elements; element %d is" % (planted[0], self.tensor_of[planted[0]], size, size - 1)
            check(line in done.stdout, "%s: no line '%s' in\n%s" % (board, line, done.stdout))
        return report["layer_comparison"]


def test():
    need_program(RISCV + "g++", "gcc-riscv64-unknown-elf")
    need_oracle()
    with Folder() as folder:
        n = Network(folder, "linear")
        values = list(n.tensor_of)
        check(len(values) >= 3 and len(set(n.tensor_of.values())) == len(values), "the network has too few tensors between layers: %s" % n.tensor_of)
        equal = n.compare(n.right)
        check(equal["differing"] == 0 and equal["compared"] >= len(values) and equal["printed"] == [], "an equal run: %s" % equal)
        for board in ("siracusa", "host"):
            # Two wrong layers: the earlier one is named, both are counted, one is printed.
            wrong = n.compare(n.right, [values[1], values[2]], board)
            check(wrong["first_differing"] == values[1] and wrong["differing"] == 2, "%s, two wrong layers: %s" % (board, wrong))
            check(wrong.get("printed", [n.tensor_of[values[1]]]) == [n.tensor_of[values[1]]], "more is printed than the first: %s" % wrong)

        # An archive that has a tensor only in part: checksums say nothing, so its values are printed.
        m = Network(folder, "mixed")
        parts = [name for name, tensor in m.tensor_of.items() if m.right[name].size < m.sizes[tensor]]
        check(parts, "the network has no value that is a part of a tensor")
        part = {parts[0]: m.right[parts[0]]}
        for planted in ([], parts[:1]):
            seen = m.compare(part, planted)
            check(seen["compared"] == 1 and seen["differing"] == len(planted) and seen["printed"] == [m.tensor_of[parts[0]]], "a part: %s" % seen)


main(test)
