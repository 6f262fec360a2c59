# SPDX-License-Identifier: Apache-2.0
# Wrong words on the command line, wrong folders, too little memory on the board or the disk.
import models
from models import info
from table import Case, imported, written


def on_net(*words, content=None):
    """`words` with @net for a sound network's file, @in and @expect for its arrays."""
    def make(folder):
        import cases_arrays
        files = {"@net": written(folder, "net.onnx", content or models.content()), "@in": cases_arrays.saved(folder, "in.npz"),
                 "@expect": cases_arrays.saved(folder, "expect.npz", y=cases_arrays.outputs())}
        return [str(files.get(w, w)) for w in words]
    return make


def validated(*more):
    return on_net("validate", "@net", "--inputs", "@in", "--expect", "@expect", *more)


def rows():
    """A maximum over rows of 2,000 bytes, which no tile can cut: it does not fit 500 bytes."""
    return models.one("ITAMax", shape=(4, 2000), n_levels=256)


def cached(*more):
    """A cache that grows by a row, and an output that is no cache."""
    from onnx import helper
    nodes = [helper.make_node("Identity", ["x"], ["row"], name="make"), helper.make_node("Concat", ["old", "row"], ["new"], name="grow", axis=0),
             helper.make_node("Relu", ["x"], ["other"], name="clip")]
    content = models.content(nodes=nodes, inputs=[info("old", [3, 8]), info("x", [1, 8])], outputs=[info("new", [4, 8]), info("other", [1, 8])], initializers=[])
    return lambda folder: imported(written(folder, "net.onnx", content), *more, types=("x=i8", "old=i8"))


def planned(*more, content=None):
    """An import, then a plan of it: two calls, of which the second is the case."""
    def make(folder):
        import subprocess
        import os
        written(folder, "net.onnx", content or models.content())
        subprocess.run([os.environ["DEEPLOY_UNDER_TEST"], "import", str(folder / "net.onnx"), "--type", "x=i8", "--out", str(folder / "model")], check=True, capture_output=True)
        return ["plan", str(folder / "model"), *more]
    return make


def file_in_place_of_folder(folder):
    written(folder, "net.onnx", models.content())
    (folder / "taken").write_text("a file\n")
    return ["import", str(folder / "net.onnx"), "--type", "x=i8", "--out", str(folder / "taken" / "out")]


def folder_in_place_of_file(folder):
    written(folder, "net.onnx", models.content())
    (folder / "out" / "model.hpp").mkdir(parents=True)
    return ["import", str(folder / "net.onnx"), "--type", "x=i8", "--out", str(folder / "out")]


def damaged_import(folder):
    (folder / "model").mkdir()
    (folder / "model" / "model.json").write_text('{"name": "a", "network": "b", ')
    return ["plan", str(folder / "model")]


def damaged_plan(folder):
    (folder / "plan.json").write_text('{"steps": [{"layer": 3}]}')
    return ["report", str(folder)]


NUMBERS = [(w, "--l1", v) for v, w in [("0", "0"), ("-5", "-5"), ("many", "many"), ("64k", "64k"), ("1.5", "1.5"), ("", ""), ("9" * 30, "9" * 30)]]
CASES = [
    Case("no command", lambda f: [], 2, [6206], ["subcommand"], twice=False),
    Case("unknown command", lambda f: ["compile"], 2, [6206], ["--help"], twice=False),
    Case("unknown option", on_net("import", "@net", "--fast"), 2, [6206], ["--fast", "deeploy import --help"], twice=False),
    *[Case(f"--l1 '{value}'", validated(option, value), 2, [6206], ["--l1", f"'{word}' is no number of bytes", "from 1 on"], twice=False) for word, option, value in NUMBERS],
    Case("--wmem -1", validated("--wmem", "-1"), 2, [6206], ["from 0 on"], twice=False),
    Case("unknown objective", validated("--objective", "speed"), 2, [6206], ["speed"], twice=False),
    Case("unknown board", validated("--board", "moon"), 2, [6202], ["'moon'", "host"], twice=False),
    Case("unknown engine", validated("--engines", "npu,gpu"), 2, [3017, 3017], ["'npu'", "'gpu'", "it has cluster"], twice=False),
    Case("more L1 than the board has", validated("--l1", "999999999"), 2, [3028], ["999999999", "262144"], twice=False),
    Case("type of no input", on_net("import", "@net", "--type", "image=u8", "--out", "@out"), 2, [4205, 4302], ["image=u8", "no input of that name", "it has x"]),
    Case("type of no input, with arrays", on_net("import", "@net", "--inputs", "@in", "--type", "image=u8", "--out", "@out"), 2, [4205], ["it has x"]),
    Case("unknown type", on_net("import", "@net", "--type", "x=u4", "--out", "@out"), 2, [4205], ["x=u4", "i8 u8 i16 u16 i32"]),
    Case("type without a name", on_net("import", "@net", "--type", "u8", "--out", "@out"), 2, [4205], ["say NAME=TYPE"]),
    Case("two types for one input", on_net("import", "@net", "--type", "x=u8", "--type", "x=i8", "--out", "@out"), 2, [4205], ["x was u8 before"]),
    Case("assumed types are named", on_net("import", "@net", "--out", "@out"), 0, [4302], ["taken as i8: x", "--type"]),
    Case("a cache by --state", cached("--state", "old=new"), 0, []),
    Case("state of no input", cached("--state", "past=new"), 2, [4204], ["no input past", "it has old, x"]),
    Case("state of no output", cached("--state", "old=next"), 2, [4204], ["no output next", "it has new, other"]),
    Case("state that is none", cached("--state", "x=other"), 2, [4204], ["x=other", "does not go through one Concat"]),
    Case("state without a pair", cached("--state", "old"), 2, [4204], ["say INPUT=OUTPUT"]),
    Case("no layers to leave single", on_net("import", "@net", "--type", "x=i8", "--no-fuse=att", "--out", "@out"), 2, [4207], ["--no-fuse=att", "there is none"]),
    Case("500 bytes of L1", planned("--l1", "500", content=rows()), 3, [5001],
         ["node1", "does not fit l1", "smallest tile", "needs 4000 bytes, l1 offers 500 (3500 short)", "try: --l1 4000 or more"], twice=False),
    Case("L1 of 20 bytes", planned("--l1", "20"), 3, [5001], ["layer", "conv1", "smallest tile", "l1 offers 20", "short", "--l1 "], twice=False),
    Case("L2 too small", planned("--l2", "40", "--wmem", "0"), 3, [5003], ["constant model::net::w of 180 bytes", "l2 offers 40 (140 short)", "try: --l2 180 or more"], twice=False),
    Case("no weight memory is fine", planned("--wmem", "0"), 0, [], twice=False),
    Case("odd sizes of memory are fine", planned("--l1", "4099", "--l2", "100003"), 0, [], twice=False),
    Case("file in the place of a folder", file_in_place_of_folder, 2, [4003], ["taken/out", "Not a directory"], twice=False),
    Case("folder in the place of a file", folder_in_place_of_file, 2, [4003], ["model.hpp", "Is a directory"], twice=False),
    Case("full disk, import", on_net("import", "@net", "--type", "x=i8", "--out", "@out"), 2, [4003], ["cannot write", "space"], limit_file_bytes=1000),
    Case("full disk, compiler", planned(), 2, [6201], [], limit_file_bytes=3000, twice=False),
    Case("full disk, result", on_net("import", "@net", "--type", "x=i8", "--out", "/dev/full"), 2, [4003], ["/dev/full"], twice=False),
    Case("no temporary folder", planned(), 2, [4003], ["TMPDIR"], environment={"TMPDIR": "@folder/none"}, twice=False),
    Case("no compiler", planned(), 2, [6201], ["no-such-compiler"], environment={"CXX": "no-such-compiler"}, twice=False),
    Case("a plan of nothing", lambda f: ["plan", str(f / "none")], 2, [4004], ["import first"], twice=False),
    Case("a damaged import", damaged_import, 2, [4004], ["model.json is missing or damaged"], twice=False),
    Case("a damaged plan", damaged_plan, 2, [4004], ["damaged"], twice=False),
    Case("a report of nothing", lambda f: ["report", str(f)], 2, [4004], ["plan.json", "plan first"], twice=False),
    Case("a placement of nothing", lambda f: ["place", str(f / "none.csv"), "--capacity", "100"], 2, [5101], ["none.csv"], twice=False),
]
