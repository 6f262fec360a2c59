# SPDX-License-Identifier: Apache-2.0
"""Runs the programs without bugs under --check: no finding, the same cycles as without, the same again.
Usage: clean.py siracusa-sim FOLDER_WITH_ELF_FILES"""
import json
import pathlib
import subprocess
import sys
import tempfile


def main():
    simulator, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = sorted(folder.glob("clean_*.elf"))
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        for elf in cases:
            cycles = []
            for options in ([], ["--check"], []):
                stats = pathlib.Path(scratch) / "stats.json"
                run = subprocess.run([simulator, elf, "--stats", stats, "--max-cycles", "10000000", *options], capture_output=True, text=True)
                if run.returncode:
                    failures += 1
                    print(f"FAILED {elf.name} {options}: {run.returncode}\n{run.stderr}")
                    break
                cycles.append(json.loads(stats.read_text())["cycles"])
            if len(set(cycles)) > 1:
                failures += 1
                print(f"FAILED {elf.name}: cycles differ from run to run: {cycles}")
    print(f"{len(cases)} clean programs, {failures} failures")
    return 1 if failures or len(cases) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
