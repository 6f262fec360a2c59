#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a table of kernels as compilers and optimisation levels build it, compares cycles with the committed limits.

Usage: compilers.py SIMULATOR TABLE LIMITS LEVELS COMPILER...

LEVELS are joined by commas. Each kernel above 2,000 cycles must be within 15 % of g++ -O2; at -O0 only every element right. Where kernels
are not, the same code is linked in other orders: where functions lie in the instruction cache moves a kernel by up to 10 %, and is not
what the compiler made of it. A kernel's best counts. Prints one line per compiler and level: the geometric mean and the slowest kernel
against g++ -O2, as the limits have it."""
import math
import pathlib
import subprocess
import sys
import tempfile

import measure

allowed_percent = 115
limit_percent = 103  # what measure.py adds when it writes limits
orders = [], ["-Wl,--sort-section=name"], ["-Wl,--sort-section=alignment"]


def main():
    simulator, table, limits_file, levels, *compilers = sys.argv[1:]
    limits = {name: int(cycles) for cycles, name in
              (line.split(" ", 1) for line in (measure.here / limits_file).read_text().splitlines())}
    wrong = []
    for compiler in compilers:
        for level in levels.split(","):
            what = f"{pathlib.Path(compiler).name} {level} {table}"
            shares, slow = {}, {}
            for order in orders:
                with tempfile.TemporaryDirectory() as folder:
                    elf = pathlib.Path(folder) / "kernels.elf"
                    measure.build(compiler, table, level, elf, order)
                    run = subprocess.run([simulator, elf], capture_output=True, text=True)
                if run.returncode != 0:
                    wrong.append(f"{what}: status {run.returncode}: elements differ, or the run failed")
                    break
                for name, (cycles, *_) in measure.measured(run.stdout).items():
                    if name in limits:
                        share = cycles * limit_percent / limits[name]
                        shares[name] = min(share, shares.get(name, share))
                if level == "-O0":
                    break
                slow = {name: share for name, share in shares.items() if share > allowed_percent and limits[name] * share > 2000 * limit_percent}
                if not slow:
                    break
            if set(limits) - set(shares):
                wrong.append(f"{what}: not measured: {sorted(set(limits) - set(shares))}")
                continue
            if level == "-O0":
                print(f"{what}: all elements right")
                continue
            slowest = max(shares, key=shares.get)
            mean = math.exp(sum(map(math.log, shares.values())) / len(shares))
            print(f"{what}: mean {mean:.0f} %, slowest {shares[slowest]:.0f} % {slowest}", flush=True)
            wrong += [f"{what}: {name}: {share:.0f} %" for name, share in slow.items()]
    if wrong:
        sys.exit("\n".join(wrong))


main()
