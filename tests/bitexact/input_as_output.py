# SPDX-License-Identifier: Apache-2.0
# A network one of whose outputs is an input, by the same name: it is copied, and both have their values.
import os
import sys

import numpy as np
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness


def main():
    harness.need_oracle()
    of = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3, 4])
    x = np.random.default_rng(3).integers(-60, 60, (2, 3, 4)).astype(np.int8)
    with harness.Folder() as folder:
        file = lambda name: os.path.join(folder, name)
        np.savez(file("inputs.npz"), x=x)
        np.savez(file("outputs.npz"), x=x, y=x.astype(np.int32) + x, z=x)
        for name, nodes, outputs in (("beside_a_sum", [helper.make_node("Add", ["x", "x"], ["y"])], ["y", "x"]),
                                     ("beside_its_copy", [helper.make_node("Identity", ["x"], ["z"])], ["x", "z"])):
            graph = helper.make_graph(nodes, "g", [of("x")], [of(o) for o in outputs])
            with open(file(name + ".onnx"), "wb") as f:
                f.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString())
            harness.command("run", file(name + ".onnx"), "--inputs", file("inputs.npz"), "--out", file("out.npz"))
            with np.load(file("out.npz")) as made, np.load(file("outputs.npz")) as wanted:
                harness.check(sorted(made.files) == sorted(outputs), "%s: outputs %s" % (name, made.files))
                harness.check(all(np.array_equal(made[o], wanted[o]) for o in outputs), "%s: another result" % name)
            print("%s: equal" % name)


harness.main(main)
