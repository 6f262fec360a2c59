# SPDX-License-Identifier: Apache-2.0
# Small networks that together have every wait, as firmware that is built from any copy of the sources.
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("support", "calibration")]
import harness
import layers
import standard_forms as forms  # beside what layers.py finds
from find_waits import JOINED_DEFINITION

BOTH = "npu,cluster"


def layer(make, l1, engines="cluster", main="runner.cpp", draw=0):
    """`main`: a file of this folder in place of the one that the command writes. `draw`: not the best plan, but one drawn with this seed."""
    return {"make": make, "l1": l1, "engines": engines, "main": main, "draw": draw}


def followed(elements, outputs):
    """A short layer before one with large weights: they are still under way when it has ended."""
    def make(b):
        x = layers.requant(b, layers.new_input(b, [1, 1, elements], "i8"))
        return [layers.requant(b, b.node("MatMul", x, layers.weights(b, [elements, outputs])))]
    return make


def read_again(elements):
    """A result of the network whose last elements the next layer reads at once."""
    def make(b):
        x, y = (layers.new_input(b, [1, elements], "i8", 120) for _ in range(2))
        z = layers.requant(b, b.node("Add", x, y))
        return [z, forms.slice_(b, z, [elements - 64], [elements], [1], [1])]
    return make


def beside(channels, size):
    """Two layers on the unit that have nothing in common, and one behind them that reads the results of both."""
    def make(b):
        results = []
        for _ in range(2):
            y = forms.conv(b, layers.image(b, channels, size, size), layers.weights(b, [channels, channels, 1, 1]), None, [1, 1], [0] * 4, None, 1)
            results += layers.innermost(b, layers.requant(b, y))
        return [*results, layers.requant(b, b.node("Add", *(layers.requant(b, y) for y in results)))]
    return make


def beside_cores(rows, n, kept=False):
    """A job of the unit, a short layer of the cores that reads what it reads, and one behind them that reads the results of both.
    `kept`: the unit's result is the network's, too."""
    def make(b):
        x = layers.requant(b, b.node("Add", *(layers.new_input(b, [rows, n], "i8") for _ in range(2))))
        long = layers.requant(b, b.node("MatMul", x, layers.weights(b, [n, n])))
        short = layers.requant(b, b.node("Add", x, layers.new_input(b, [rows, n], "i8")))
        return [*([long] if kept else []), layers.requant(b, b.node("Add", long, short))]
    return make


def rows_and_row(rows, n):
    """Rows and one row added, with a requantisation of each."""
    def make(b):
        x, y = (layers.requant(b, layers.new_input(b, [1, r, n], "i8", 120)) for r in (rows, 1))
        return [layers.requant(b, b.node("Add", x, y), None, layers.WIDE)]
    return make


def attention(heads, tokens, keys, width):
    """Scores, softmax, values: one layer, score_chain."""
    def make(b):
        q, k, v = (layers.new_input(b, [1, heads, rows, width], "i8") for rows in (tokens, keys, keys))
        x = b.custom("iSoftmax", layers.requant(b, b.node("MatMul", q, b.node("Transpose", k, perm=[0, 1, 3, 2]))), coeffA=1, coeffB=25, coeffC=300, log2=13,
                     n_levels=256)
        return [layers.requant(b, b.node("MatMul", x, v))]
    return make


def family(name, l1, number=0):
    return {"family": name, "number": number, "l1": l1, "engines": BOTH, "main": "runner.cpp", "draw": 0}


# Early first tiles, single and double buffers, several pages, jobs of all kinds, walked steps, cancelled runs.
PROGRAMS = {
    "conv3x3 on the NPU in tiles": layer(layers.conv(16, 32, 32, 3), 12000, BOTH),
    "conv1x1 on the NPU, jobs in flight": layer(layers.conv(12, 128, 128, 1), 24000, BOTH),
    "rows on the NPU, two jobs": layer(layers.linear(65, 64, 64), 64000, BOTH),
    "addition in many tiles": layer(layers.binary("Add", [1, 16384]), 3000),
    # Drawn: two buffers for each operand and one for the result.
    "addition with one buffer of results": layer(layers.binary("Add", [1, 16384], False), 12000, draw=2),
    "large weights behind a short layer": layer(followed(256, 256), 200000),
    "layers on the NPU beside each other": layer(beside(64, 12), 64000, BOTH),
    "a short layer beside the NPU": layer(beside_cores(1, 256), 64000, BOTH),
    "a short layer beside the NPU, its result stored": layer(beside_cores(32, 256, True), 120000, BOTH, draw=2),
    "rows on the NPU, two jobs behind one": layer(layers.linear(122, 256, 256), 60000, BOTH),
    "conv3x3 on the NPU, cancelled": layer(layers.conv(24, 64, 64, 3), 40000, BOTH, main="cancelled.cpp"),
    "last elements read again, odd tiles": layer(read_again(15000), 20000),
    "last elements read again, even tiles": layer(read_again(18000), 20000),
    "addition walked over": layer(layers.binary("Add", [1, 32768], False), 500),
    "addition cancelled": layer(layers.binary("Add", [1, 16384]), 3000, main="cancelled.cpp"),
    "addition walked over, cancelled": layer(layers.binary("Add", [1, 32768], False), 500, main="cancelled.cpp"),
    "cluster started, nothing run": layer(layers.softmax([1, 1, 64]), 64000, main="started.cpp"),
    "network of convolutions": family("convolutional", 8000),
    "network of attention": family("attention", 8000),
    "network with a cache": family("cache", 8000),
    "mixed network": family("mixed", 8000),
    "conv1x1 on the NPU, walked over": layer(layers.conv(80, 8, 8, 1), 800, "npu"),
    "conv3x3 in tiles": layer(layers.conv(12, 12, 20, 3), 6000),
    "conv3x3 per channel": layer(layers.conv(8, 16, 16, 3, axis=1), 64000),
    "linear per column": layer(layers.linear(16, 64, 64, axis=2), 64000),
    "attention as one layer": layer(attention(4, 8, 65, 8), 64000),
    "attention as one layer, walked over": layer(attention(2600, 1, 17, 4), 6000),
    "softmax": layer(layers.softmax([1, 64, 64]), 64000),
    "gelu by table": layer(layers.activated("iGELU", [1, 4096], b=-60, one=3700), 64000),
    "addition by table": layer(layers.binary("Add", [1, 32768], bits=layers.WIDE), 64000),
    "addition of a row by table": layer(rows_and_row(64, 512), 64000),
    "depthwise by 2 on the NPU": layer(layers.depthwise(16, 64, 2), 64000, "npu"),
    "sums on the NPU": layer(layers.conv(8, 32, 32, 3, bits=layers.WIDE), 64000, "npu"),
}


class Program:
    """A network, planned and written by the command once; build() compiles it from a folder of sources."""

    def __init__(self, name, folder):
        self.name, self.asked = name, PROGRAMS[name]
        self.case, self.folder = os.path.join(folder, "case"), os.path.join(folder, "kept")
        if "family" in self.asked:
            harness.oracle("network_cases.py", folder, "--family", self.asked["family"], "--count", 1, "--first", self.asked["number"], "--seed", 1)
            self.case = os.path.join(folder, self.asked["family"], "%04d" % self.asked["number"])
        else:
            layers.write("case", self.asked["make"], self.case)
        file = lambda n: os.path.join(self.case, n)
        # Its outputs are right: what is compared below is what it prints.
        harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", "siracusa",
                        "--engines", self.asked["engines"], "--l1", self.asked["l1"], "--draw", self.asked["draw"], "--keep", self.folder, "--quiet")
        self.recipe = harness.read(os.path.join(harness.ROOT, "boards", "siracusa", "recipe.json"))
        self.base = None

    def build(self, root, elf):
        flags = ["-std=c++20", "-w", *self.recipe["flags"], *("-I" + os.path.join(root, f) for f in ("include", "kernels", "boards")), "-Wa,-I" + self.folder]
        sources = [os.path.join(root, "boards", s) for s in self.recipe["sources"]]
        generated = [self.asked["main"], "weights.cpp", "arenas.cpp", "inputs.S"]
        if self.asked["main"] != "runner.cpp":
            shutil.copy(os.path.join(HERE, self.asked["main"]), self.folder)
            name = re.search(r"model::(\w+)::network", text_of(os.path.join(self.folder, "runner.cpp")))[1]
            flags += ["-DMODEL=" + name, "-DNETWORK=model::%s::network" % name, "-DARENAS=%s_arenas" % name]
        sources += [os.path.join(self.folder, s) for s in generated]
        link = [w.replace("{boards}", os.path.join(root, "boards")) for w in self.recipe["link"]]
        done = subprocess.run([self.recipe["compiler"], *flags, *sources, *link, "-o", elf], capture_output=True, text=True, check=False)
        harness.check(done.returncode == 0, "%s: it does not compile\n%s" % (self.name, done.stderr[-3000:]))

    def run(self, elf, most_cycles=400_000_000):
        """Status, printed tensors, first line of the simulator's findings, cycles of the whole program."""
        stats = elf + ".json"
        done = subprocess.run([harness.SIMULATOR, "--check", "--stats", stats, "--max-cycles", str(most_cycles), elf], capture_output=True, text=True, check=False)
        text = [line for line in done.stdout.splitlines() if line.startswith("@tensor")]
        return {"status": done.returncode, "tensors": text, "finding": (done.stderr.splitlines() or [""])[0], "cycles": harness.read(stats)["cycles"]}

    def without_faults(self, root, elf):
        """The program as it is: what others are compared with."""
        if self.base is None:
            self.build(root, elf)
            self.base = self.run(elf)
            harness.check(self.base["status"] == 0, "%s as it is: status %d, %s" % (self.name, self.base["status"], self.base["finding"]))
            self.base["loaded"] = loaded(elf)
        return self.base


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def loaded(elf):
    """Code and data, without symbols and debug information."""
    out = elf + ".bin"
    subprocess.run([harness.RISCV + "objcopy", "-O", "binary", *("--only-section=" + s for s in (".text", ".rodata", ".data")), elf, out], check=True)
    with open(out, "rb") as f:
        return f.read()


class Sources:
    """A copy of the headers and of the board, with one file at a time changed."""

    def __init__(self, folder):
        self.root = folder
        for part in ("include", "kernels", "boards"):
            shutil.copytree(os.path.join(harness.ROOT, part), os.path.join(folder, part), ignore=shutil.ignore_patterns("simulator"))
        file, definition, more = JOINED_DEFINITION
        text = text_of(os.path.join(folder, file))
        harness.check(text.count(definition) == 1, "%s defines phases in another way" % file)
        # On the same line: lines keep their numbers.
        harness.write(os.path.join(folder, file), text.replace(definition, definition + more))

    def change(self, file, text):
        harness.write(os.path.join(self.root, file), text)

    def restore(self, file):
        shutil.copy(os.path.join(harness.ROOT, file), os.path.join(self.root, file))
