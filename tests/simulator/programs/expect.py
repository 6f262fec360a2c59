# SPDX-License-Identifier: Apache-2.0
"""Runs a program and compares status and output. The expectation's first line is `status N`; lines that begin with `/` are
regular expressions, searched in what the simulator says on stderr; all others are the console's lines, in order.
Usage: expect.py siracusa-sim PROGRAM EXPECTATION"""
import pathlib
import re
import subprocess
import sys


def main():
    simulator, elf, expectation = sys.argv[1:4]
    lines = pathlib.Path(expectation).read_text().splitlines()
    status = int(lines[0].split()[1])
    patterns = [line[1:] for line in lines[1:] if line.startswith("/")]
    console = [line for line in lines[1:] if not line.startswith("/")]
    run = subprocess.run([simulator, elf, "--max-cycles", "5000000"], capture_output=True, text=True)
    failures = []
    if run.returncode != status:
        failures.append(f"status {run.returncode}, expected {status}")
    if run.stdout.splitlines() != console:
        failures.append(f"console {run.stdout.splitlines()}, expected {console}")
    failures += [f"stderr lacks /{p}/" for p in patterns if not re.search(p, run.stderr)]
    for f in failures:
        print("FAILED", f)
    if failures:
        print(run.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
