#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a table of kernels as compilers and optimisation levels build it, compares cycles with the committed limits.

Usage: compilers.py SIMULATOR TABLE LIMITS LEVELS COMPILER...

LEVELS are joined by commas. Each kernel above 2,000 cycles must be within 15 % of g++ -O2; at -O0 only every element right. Prints one line
per compiler and level: the geometric mean and the slowest kernel against g++ -O2, as the limits have it."""
import math
import pathlib
import subprocess
import sys
import tempfile

import measure

allowed_percent = 115
limit_percent = 103  # what measure.py adds when it writes limits


def main():
    simulator, table, limits_file, levels, *compilers = sys.argv[1:]
    limits = {name: int(cycles) for cycles, name in
              (line.split(" ", 1) for line in (measure.here / limits_file).read_text().splitlines())}
    wrong = []
    for compiler in compilers:
        for level in levels.split(","):
            with tempfile.TemporaryDirectory() as folder:
                elf = pathlib.Path(folder) / "kernels.elf"
                measure.build(compiler, table, level, elf)
                run = subprocess.run([simulator, elf], capture_output=True, text=True)
            what = f"{pathlib.Path(compiler).name} {level} {table}"
            if run.returncode != 0:
                wrong.append(f"{what}: status {run.returncode}: elements differ, or the run failed")
                continue
            found = measure.measured(run.stdout)
            shares = {name: cycles * limit_percent / limits[name] for name, (cycles, *_) in found.items() if name in limits}
            if set(limits) - set(shares):
                wrong.append(f"{what}: not measured: {sorted(set(limits) - set(shares))}")
            if level == "-O0":
                print(f"{what}: all elements right")
                continue
            slowest = max(shares, key=shares.get)
            mean = math.exp(sum(map(math.log, shares.values())) / len(shares))
            print(f"{what}: mean {mean:.0f} %, slowest {shares[slowest]:.0f} % {slowest}", flush=True)
            wrong += [f"{what}: {name}: {share:.0f} %" for name, share in shares.items()
                      if share > allowed_percent and found[name][0] > 2000]
    if wrong:
        sys.exit("\n".join(wrong))


main()
