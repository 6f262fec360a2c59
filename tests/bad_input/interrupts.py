# SPDX-License-Identifier: Apache-2.0
# Ctrl-C at many moments of plan and validate: exit 130, nothing half-written, nothing left aside, no child that goes on.
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

import cases_arrays
import models
from run_cases import SANITIZER, messages, snapshot


def children_of(folder):
    """Processes that work in this folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if str(folder) in (entry / "environ").read_text(errors="replace") and "Z (zombie)" not in (entry / "status").read_text():
                found.append(entry.name)
        except OSError:
            pass
    return found


def prepared(deeploy, folder):
    (folder / "net.onnx").write_bytes(models.content())
    cases_arrays.saved(folder, "in.npz")
    cases_arrays.saved(folder, "expect.npz", y=cases_arrays.outputs())
    subprocess.run([deeploy, "import", folder / "net.onnx", "--type", "x=i8", "--out", folder / "model"], check=True, capture_output=True)
    (folder / "tmp").mkdir()


def interrupted(deeploy, words, folder, seconds, wanted, whole_group):
    """Calls and interrupts after some seconds: (status or None when it was done before, problems)."""
    before = snapshot(folder)
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    process = subprocess.Popen([deeploy, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=folder, start_new_session=True)
    time.sleep(seconds)
    if process.poll() is not None:
        process.communicate()
        return None, []
    # A terminal's Ctrl-C goes to the group, kill's signal to the process.
    (os.killpg if whole_group else os.kill)(process.pid, wanted)
    try:
        text = process.communicate(timeout=20)[1].decode()
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(), ["it goes on 20 s after the signal"]
    problems = []
    if process.returncode == 0:
        return None, []  # it was about to end
    if process.returncode == -wanted and not text and snapshot(folder) == before:
        return None, []  # the program was still being loaded: nothing of it had begun
    if process.returncode != 128 + wanted:
        problems.append(f"exit status {process.returncode}, expected {128 + wanted}")
    if [code for code, _ in messages(text)] != [6207] or SANITIZER.search(text):
        problems.append(f"stderr: {text}")
    time.sleep(0.1)
    if snapshot(folder) != before:
        problems.append(f"files changed: {sorted(set(snapshot(folder)) ^ set(before))}")
    if children_of(folder):
        problems.append("processes go on")
    return process.returncode, problems


def main():
    parser = argparse.ArgumentParser(description="Interrupts plan and validate.")
    parser.add_argument("--deeploy", required=True)
    parser.add_argument("--moments", type=int, default=6)
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    failed = 0
    for command in ("plan", "validate"):
        with tempfile.TemporaryDirectory(prefix="deeploy-bad-") as name:
            folder = pathlib.Path(name)
            prepared(options.deeploy, folder)
            words = {"plan": ["plan", "model"], "validate": ["validate", "net.onnx", "--type", "x=i8", "--inputs", "in.npz", "--expect", "expect.npz"]}[command]
            copy = folder / "kept"
            begun = time.monotonic()
            # The time that it takes undisturbed, with its files elsewhere.
            subprocess.run([options.deeploy, *words, *(["--out", copy] if command == "plan" else [])], cwd=folder, capture_output=True, check=False)
            whole = time.monotonic() - begun
            hits = 0
            for k in range(options.moments):
                share = (k + 0.3) / options.moments
                status, problems = interrupted(options.deeploy, words, folder, share * whole, signal.SIGINT if k % 3 else signal.SIGTERM, k % 2 == 0)
                hits += status is not None
                for problem in problems:
                    failed += 1
                    print(f"FAILED {command} after {share * whole:.2f} s of {whole:.2f}: {problem}")
            print(f"{command}: {hits} of {options.moments} interrupts came in time")
            if hits == 0:
                failed += 1
                print("FAILED none was in time")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
