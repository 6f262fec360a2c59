# SPDX-License-Identifier: Apache-2.0
# Seeded mutations of sound networks and arrays: the importer ends with 0, 2 or 3, within time and memory, and leaves nothing half-written.
import argparse
import concurrent.futures
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

import mutate
from run_cases import SANITIZER, messages, snapshot

OUTPUTS = {"model.hpp", "model.json", "constants.bin"}


def corpus(folder, sources):
    """Networks with their arrays: the committed ones, and some of the oracle's generators."""
    oracle = pathlib.Path(__file__).resolve().parent.parent / "oracle"
    for script, more in (("operator_cases.py", ["--count", "1"]), ("network_cases.py", ["--count", "2"])):
        subprocess.run([sys.executable, oracle / script, folder, *more, "--seed", "7"], check=True, stdout=subprocess.DEVNULL)
    networks = sorted(folder.rglob("network.onnx")) + sorted(p for s in sources for p in pathlib.Path(s).rglob("*.onnx"))
    return [(path, path.with_name("inputs.npz")) for path in networks]


def limited(memory_bytes):
    def apply():
        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return apply


def one(deeploy, network, arrays, seed, memory_bytes, seconds, keep):
    """What is wrong with the outcome of this seed, or nothing."""
    with tempfile.TemporaryDirectory(prefix="deeploy-fuzz-") as name:
        folder = pathlib.Path(name)
        file, data = folder / "network.onnx", folder / "inputs.npz"
        how = mutate.write(seed, network, arrays, file, data)
        words = [deeploy, "import", file, "--out", folder / "out"] + (["--inputs", data] if data.exists() else [])
        before = snapshot(folder)
        wrong, text = "", ""
        try:
            done = subprocess.run(words, capture_output=True, timeout=seconds, preexec_fn=limited(memory_bytes))
            text = done.stderr.decode("utf-8", "replace")
            left = set(snapshot(folder)) - set(before)
            if done.returncode not in (0, 2, 3):
                wrong = f"exit status {done.returncode}" + (f" ({signal.Signals(-done.returncode).name})" if done.returncode < 0 else "")
            elif SANITIZER.search(text):
                wrong = "a sanitizer complains"
            elif done.returncode == 0 and left != {"out", *(f"out/{f}" for f in OUTPUTS)}:
                wrong = f"made {sorted(left)}"
            elif done.returncode != 0 and left:
                wrong = f"left {sorted(left)}"
            elif done.returncode != 0 and not messages(text):
                wrong = "no message with a code"
        except subprocess.TimeoutExpired:
            wrong = f"longer than {seconds} s"
        if wrong and keep:
            shutil.copytree(folder, pathlib.Path(keep) / str(seed), dirs_exist_ok=True)
        return seed, network, how, wrong, text, None if wrong else done.returncode


def main():
    parser = argparse.ArgumentParser(description="Fuzzes `deeploy import`.")
    parser.add_argument("--deeploy", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=600, help="seeds")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10, help="limit for one call")
    parser.add_argument("--memory", type=int, default=2 << 30, help="limit of address space in bytes; 0: none, as sanitizers need")
    parser.add_argument("--keep", help="folder for the files of failures")
    parser.add_argument("--source", action="append", default=[], help="folder with more .onnx files")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    results, failed = {}, 0
    with tempfile.TemporaryDirectory(prefix="deeploy-corpus-") as name:
        networks = corpus(pathlib.Path(name), options.source)
        for network, arrays in networks:  # what is mutated below is sound
            done = subprocess.run([options.deeploy, "import", network, "--out", pathlib.Path(name) / "sound"] + (["--inputs", arrays] if arrays.exists() else []),
                                  capture_output=True, text=True)
            if done.returncode != 0:
                failed += 1
                print(f"FAILED {network} without a mutation: exit status {done.returncode}\n{done.stderr}")
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            calls = [pool.submit(one, options.deeploy, *networks[seed % len(networks)], seed, options.memory, options.seconds, options.keep)
                     for seed in range(options.first, options.first + options.count)]
            for call in calls:
                seed, network, how, wrong, text, status = call.result()
                results[status] = results.get(status, 0) + 1
                if wrong:
                    failed += 1
                    print(f"FAILED seed {seed} ({network.parent.parent.name}/{network.parent.name}: {how}): {wrong}\n" + "".join(f"  | {l}\n" for l in text.splitlines()[:25]), end="", flush=True)
    print(f"{len(networks)} networks, {options.count} seeds from {options.first}: {failed} failed; exit statuses " +
          ", ".join(f"{status}: {n}" for status, n in sorted(results.items(), key=str)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
