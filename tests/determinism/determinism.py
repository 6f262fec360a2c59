# SPDX-License-Identifier: Apache-2.0
# Same network, same files: from run to run, from another folder, with other locale, environment, memory layout, under load.
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

DIGITS = os.path.join(harness.ROOT, "examples", "02_digits", "digits.onnx")


def networks(top):
    """Name, file, words of the import; one from the examples, others where they can be had."""
    yield "digits", DIGITS, ["--type", "image=u8"]
    folder = harness.conformance()
    if folder:
        for name in ("MLPerf/ImageClassification", "microLlama/INT8/microLlama64"):
            case = os.path.join(folder, "Models", name)
            yield name, os.path.join(case, "network.onnx"), ["--inputs", os.path.join(case, "inputs.npz")]
    else:
        print("the conformance networks are not there: their part was skipped")
    if harness.have_oracle():
        harness.oracle("network_cases.py", top, "--family", "mixed", "--count", 1, "--first", 5)
        case = os.path.join(top, "mixed", "0005")
        yield "random, mixed", os.path.join(case, "network.onnx"), ["--inputs", os.path.join(case, "inputs.npz")]


def files_of(network, words, out, folder, environment, prefix):
    """Imports and plans from `folder`; digests of what was written, by name."""
    shutil.rmtree(out, ignore_errors=True)
    for call in (["import", network, "--name", "net", "--out", out, *words], ["plan", out, "--l1", "20000"]):
        done = subprocess.run([*prefix, harness.DEEPLOY, *call], cwd=folder, env=dict(os.environ, **environment),
                              capture_output=True, text=True, check=False)
        harness.check(done.returncode == 0, done.stderr[-1500:])
    found = {}
    for name in sorted(os.listdir(out)):
        with open(os.path.join(out, name), "rb") as f:
            content = f.read()
        if name == "plan.json":  # tells how long planning took; everything else in it must be the same
            content = b"\n".join(l for l in content.splitlines() if b'"seconds"' not in l)
        found[name] = hashlib.sha256(content).hexdigest()
    return found


def ways(top):
    """Name, folder to start from, environment, words before the command, and whether the machine is loaded."""
    deep = os.path.join(top, "another", "folder")
    os.makedirs(deep)
    turkish = {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}
    yield "again", top, {}, [], False
    yield "another working folder", deep, {}, [], False
    yield "another environment and locale", top, {**turkish, "TZ": "Asia/Tokyo", "HOME": deep, "X" * 40: "y" * 5000,
                                                  "MALLOC_PERTURB_": "165"}, [], False
    if shutil.which("setarch"):
        yield "no address randomisation", top, {}, ["setarch", "-R"], False
    yield "all cores loaded", top, {}, [], True


class Load:
    """Keeps all cores busy."""

    def __init__(self, on):
        self.on, self.processes = on, []

    def __enter__(self):
        if self.on:
            self.processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                              for _ in range(2 * (os.cpu_count() or 2))]

    def __exit__(self, *_):
        for p in self.processes:
            p.kill()
            p.wait()


def main():
    with harness.Folder() as top:
        for name, network, words in networks(top):
            # The same output folder each time but one: a path may not stand in a file either.
            first = files_of(network, words, os.path.join(top, "out"), top, {}, [])
            harness.check({"model.hpp", "constants.bin", "plan.hpp", "network.hpp"} <= set(first)
                          and any(f.startswith("weights_") for f in first), "files are missing")
            others = ways(os.path.join(top, "ways_" + hashlib.sha256(name.encode()).hexdigest()[:8]))
            for k, (way, folder, environment, prefix, load) in enumerate(others):
                with Load(load):
                    other = files_of(network, words,
                                     os.path.join(top, "out" if k % 2 else "elsewhere", "x" if k % 2 == 0 else ""),
                                     folder, environment, prefix)
                differ = [f for f in sorted(set(first) | set(other)) if first.get(f) != other.get(f)]
                harness.check(not differ, "%s, %s: %s differ" % (name, way, ", ".join(differ)))
                print("%-28s %-32s %d files identical" % (name, way, len(other)), flush=True)


harness.main(main)
