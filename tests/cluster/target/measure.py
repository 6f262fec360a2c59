#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds a table of kernels for the target, runs it in the simulator, compares cycles with the committed limits.

Usage: measure.py SIMULATOR COMPILER TABLE OPTIMISATION [LIMITS] [--write]

TABLE is a .cpp of this folder. The program itself compares every element with the reference kernels. LIMITS has one line
"cycles name" per kernel: warm cycles of eight cores and 3 % for where the linker puts the code. --write writes it anew.
Estimates of kernels above 2,000 cycles must be within 25 %."""
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
runtime = root / "tests" / "simulator" / "runtime"


def build(compiler, table, optimisation, elf):
    flags = ["-march=rv32imc_zicsr", "-mabi=ilp32", "-mno-relax", optimisation, "-g0", "-ffreestanding", "-fno-exceptions", "-fno-rtti",
             "-fno-threadsafe-statics", "-nostdlib", "-std=c++20", "-Wall", "-Wextra", "-ffunction-sections", "-fdata-sections"]
    flags += [f"-I{root / folder}" for folder in ("include", "kernels", "boards")]
    library = subprocess.run([compiler, "-march=rv32im", "-mabi=ilp32", "-print-libgcc-file-name"], check=True, capture_output=True,
                             text=True).stdout.strip()
    sources = [here / table] + ([here / "measure.cpp"] if "cluster_work" not in (here / table).read_text() else [])
    subprocess.run([compiler, *flags, "-T", runtime / "link.ld", "-Wl,--gc-sections", runtime / "crt0.S", *sources, "-o", elf, library],
                   check=True)


def measured(output):
    """Name to (warm cycles, estimate or None)."""
    found, name = {}, None
    for line in output.splitlines():
        if m := re.match(r"  warm (\d+) estimate (\d+)", line):
            found[name] = int(m[1]), int(m[2])
        elif not line.startswith(" ") and line != "":
            name = line.rsplit(" ", 1)[0]
    return found


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    simulator, compiler, table, optimisation = arguments[:4]
    limits = here / arguments[4] if len(arguments) > 4 else None
    with tempfile.TemporaryDirectory() as folder:
        elf = pathlib.Path(folder) / "kernels.elf"
        build(compiler, table, optimisation, elf)
        run = subprocess.run([simulator, elf], capture_output=True, text=True)
    print(run.stdout + run.stderr)
    if run.returncode != 0:
        sys.exit(f"{table}: status {run.returncode}: elements differ, or the run failed")
    found = measured(run.stdout)
    if not found:
        sys.exit(f"{table}: nothing was measured")
    if limits is None:
        return
    if "--write" in sys.argv:
        limits.write_text("".join(f"{cycles + cycles * 3 // 100 + 8} {name}\n" for name, (cycles, _) in found.items()))
        return
    allowed = {name: int(cycles) for cycles, name in (line.split(" ", 1) for line in limits.read_text().splitlines())}
    wrong = [f"{name}: {found[name][0]} cycles, limit {limit}" for name, limit in allowed.items() if name in found and found[name][0] > limit]
    wrong += [f"{name}: no longer measured" for name in allowed if name not in found]
    wrong += [f"{name}: no limit" for name in found if name not in allowed]
    wrong += [f"{name}: {cycles} cycles, estimated {estimate}" for name, (cycles, estimate) in found.items()
              if estimate is not None and cycles > 2000 and not 0.75 <= estimate / cycles <= 1.25]
    if wrong:
        sys.exit("\n".join(wrong))


main()
