# SPDX-License-Identifier: Apache-2.0
# Attention that does not fit L1 as one layer: the command leaves its layers single by itself, those that fit become one.
import os
import re
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness


def main():
    harness.need_oracle()
    from attention_graph import two_chains
    with harness.Folder() as folder:
        at = lambda *names: os.path.join(folder, *names)
        two_chains(folder)

        def fused(kept):
            with open(at(kept, "model.hpp"), encoding="utf-8") as f:
                return set(re.findall(r"struct (\w+) : op::score_chain<", f.read()))

        def run(kept, *options):
            told = harness.command("run", at("net.onnx"), "--inputs", at("inputs.npz"), "--out", at("out.npz"), "--keep", at(kept), "--quiet", *options).stderr
            with np.load(at("out.npz")) as y:
                return {n: y[n] for n in y.files}, re.findall(r"note: layer (.*) \(score_chain\) needs .* as with --no-fuse=(\w+)\n", told), told

        single, notes, told = run("single", "--no-fuse")
        harness.check(fused("single") == set() and told == "", "--no-fuse: %s" % told)
        harness.check(all(len(np.unique(y)) > 3 for y in single.values()), "a result is nearly constant")
        # Whole L1: one of the two stays single. With less than the tables of one take: both.
        for l1, left, options in ((262144, ["large"], ()), (2400, ["large", "small"], ()), (262144, [], ("--no-fuse=large",)), (262144, ["large"], ("--no-fuse=small",))):
            found, notes, told = run("made", "--l1", l1, *options)
            harness.check(sorted(node for _, node in notes) == left and told.count("\n") == len(left), "%d bytes %s: %s" % (l1, options, told))
            named = {o.split("=")[1] for o in options}
            harness.check(fused("made") == {"small", "large"} - set(left) - named, "%d bytes %s fused: %s" % (l1, options, fused("made")))
            harness.check(found.keys() == single.keys() and all(np.array_equal(found[n], single[n]) for n in single), "%d bytes: another result" % l1)
        # What a call makes depends on its words alone.
        def planned(name, *options):
            harness.command("plan", at("net.onnx"), "--inputs", at("inputs.npz"), "--name", "net", "--out", at(name), *options)
            with open(at(name, "model.hpp"), encoding="utf-8") as model, open(at(name, "plan.hpp"), encoding="utf-8") as plan:
                return model.read() + plan.read()

        by_itself, asked = planned("a"), planned("b", "--no-fuse=large")
        harness.check(by_itself == asked, "the note's option gives another model or plan")
        planned("a", "--l1", 2400)
        harness.check(planned("a") == by_itself, "a plan depends on what was in its folder")
        # An import of its own has no file to go back to.
        harness.command("import", at("net.onnx"), "--inputs", at("inputs.npz"), "--out", at("imported"))
        told = harness.command("plan", at("imported"), expect=3).stderr
        harness.check(told.count("DPL-5001") == 1 and "::large (score_chain)" in told and "--no-fuse" in told, "an import: %s" % told)
        # On Siracusa these keys, stored [width][keys], would be slower as one layer.
        told = harness.command("plan", at("net.onnx"), "--inputs", at("inputs.npz"), "--name", "net", "--out", at("slow"), "--board", "siracusa").stderr
        harness.check(told.count("(score_chain) is slower than its single layers") == 2 and fused("slow") == set(), "slow: %s" % told)
        harness.command("import", at("net.onnx"), "--inputs", at("inputs.npz"), "--out", at("slow"), "--no-fuse=large")
        harness.command("plan", at("slow"), "--board", "siracusa")
        steps = harness.read(at("slow", "plan.json"))["steps"]
        harness.check([s["form"] for s in steps if s["kind"] == "score_chain"] == ["recomputed"], "an import that was made before: %s" % steps)
        # What does not fit either way is told of the single layer.
        told = harness.command("run", at("net.onnx"), "--inputs", at("inputs.npz"), "--l1", 1000, expect=3).stderr
        errors = told[told.index("[DPL-5001]"):]
        harness.check(told.count("note: ") == 2 and "score_chain" not in errors and "--no-fuse" not in errors, "1,000 bytes: %s" % told)
        print("two chains, one of which fits")


harness.main(main)
