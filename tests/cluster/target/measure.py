#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds a table of kernels for the target, runs it in the simulator, compares cycles with the committed limits.

Usage: measure.py SIMULATOR COMPILER TABLE OPTIMISATION [LIMITS] [--write]

TABLE is a .cpp of this folder. The program itself compares every element with the reference kernels. LIMITS has one line
"cycles name" per kernel: warm cycles of eight cores and 3 % for where the linker puts the code. --write writes it anew.
Estimates of kernels above 2,000 cycles must be within 25 %; far_estimates.txt lists those of single shapes that are not yet."""
import math
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parents[2]
runtime = root / "tests" / "simulator" / "runtime"


def build(compiler, table, optimisation, elf, linker_flags=()):
    """g++ compiles and links; clang compiles, riscv64-unknown-elf-g++ links."""
    flags = ["-march=rv32imc_zicsr", "-mabi=ilp32", optimisation, "-g0", "-ffreestanding", "-fno-exceptions", "-fno-rtti",
             "-fno-threadsafe-statics", "-nostdlib", "-std=c++20", "-Wall", "-Wextra", "-ffunction-sections", "-fdata-sections", "-falign-functions=16"]
    flags += [f"-I{root / folder}" for folder in ("include", "kernels", "boards")]
    linker = compiler
    if "clang" in pathlib.Path(compiler).name:
        flags = ["--target=riscv32-unknown-elf", *flags]
        linker = "riscv64-unknown-elf-g++"
    link = ["-march=rv32imc_zicsr", "-mabi=ilp32", "-nostdlib", "-T", runtime / "link.ld", "-Wl,--gc-sections", *linker_flags]
    library = subprocess.run([linker, "-march=rv32im", "-mabi=ilp32", "-print-libgcc-file-name"], check=True, capture_output=True,
                             text=True).stdout.strip()
    sources = [here / table] + ([here / "measure.cpp"] if "cluster_work" not in (here / table).read_text() else [])
    with tempfile.TemporaryDirectory() as folder:
        objects = [pathlib.Path(folder) / f"{source.name}.o" for source in (runtime / "crt0.S", *sources)]
        for source, result in zip((runtime / "crt0.S", *sources), objects):
            subprocess.run([compiler, *(flags if source.suffix == ".cpp" else [f for f in flags if f != "-std=c++20"]), "-c", source, "-o", result],
                           check=True)
        subprocess.run([linker, *link, *objects, "-o", elf, library], check=True)


def measured(output):
    """Name to (warm cycles, estimate or None, multiply-accumulates or None)."""
    found, name = {}, None
    for line in output.splitlines():
        if m := re.match(r"  warm (\d+) estimate (\d+)", line):
            found[name] = int(m[1]), int(m[2]), None
        elif m := re.search(r" points (\d+)$", line):
            found[name] = *found[name][:2], int(m[1])
        elif not line.startswith(" ") and line != "":
            name = line.rsplit(" ", 1)[0]
    return found


def shares_lost(table, found, write):
    """Kernels whose shares of their headlines, over all their shapes, fell: TABLE_shares.txt has "mean lowest kernel" in percent of
    MAC/cycle in headlines.txt. The goal is 75 and 40."""
    file = here / table.replace(".cpp", "_shares.txt")
    if not table.startswith("shapes"):
        return []
    column = 2 if "macload" in table else 1
    headlines = {line.split()[0]: float(line.split()[column]) for line in (here / "headlines.txt").read_text().splitlines()}
    kernels = {}
    for name, (cycles, _, points) in found.items():
        if points is not None:
            kernels.setdefault(name.split()[0], []).append(100 * points / cycles / headlines[name.split()[0]])
    now = {kernel: (int(math.exp(sum(map(math.log, shares)) / len(shares))), int(min(shares))) for kernel, shares in kernels.items()}
    for kernel, (mean, lowest) in now.items():
        print(f"{kernel}: {len(kernels[kernel])} shapes, mean {mean} % of the headline, lowest {lowest} %")
    if write:
        file.write_text("".join(f"{mean} {lowest} {kernel}\n" for kernel, (mean, lowest) in now.items()))
        return []
    wrong = []
    for line in file.read_text().splitlines():
        mean, lowest, kernel = line.split()
        if kernel not in now or now[kernel][0] < int(mean) - 1 or now[kernel][1] < int(lowest) - 1:
            wrong.append(f"{kernel}: mean and lowest share {now.get(kernel)}, were {mean} and {lowest}")
    return wrong


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
    wrong = shares_lost(table, found, "--write" in sys.argv)
    if "--write" in sys.argv:
        limits.write_text("".join(f"{cycles + cycles * 3 // 100 + 8} {name}\n" for name, (cycles, *_) in found.items()))
        return
    allowed = {name: int(cycles) for cycles, name in (line.split(" ", 1) for line in limits.read_text().splitlines())}
    wrong += [f"{name}: {found[name][0]} cycles, limit {limit}" for name, limit in allowed.items() if name in found and found[name][0] > limit]
    wrong += [f"{name}: no longer measured" for name in allowed if name not in found]
    wrong += [f"{name}: no limit" for name in found if name not in allowed]
    known = set((here / "far_estimates.txt").read_text().splitlines())
    for name, (cycles, estimate, _) in found.items():
        near = estimate is None or cycles <= 2000 or 0.75 <= estimate / cycles <= 1.25
        if not near and name not in known:
            wrong.append(f"{name}: {cycles} cycles, estimated {estimate}")
        if near and name in known and table.startswith("shapes") and "macload" not in table:
            wrong.append(f"{name}: the estimate is near now; take it out of far_estimates.txt")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
