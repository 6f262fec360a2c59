# SPDX-License-Identifier: Apache-2.0
# Firmwares in the simulator, built as a user builds his.
"""firmware.py install | build FOLDER | run ELF | cancel ELF PLAN.JSON | flags ELF..

install the package; build a CMake project with it and the board's toolchain file
run     ends with status 0, and the sanitizer finds nothing
cancel  the same, and no longer from cancel() to the end than the plan says
flags   the cluster executes as many instructions in all of them, and no run takes 1 % longer than another"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

WORK = os.path.join(harness.BUILD, "tests", "target")
PREFIX = os.path.join(WORK, "prefix")
SIMULATOR = os.environ.get("DEEPLOY_SIMULATOR") or os.path.join(harness.BUILD, "boards", "siracusa", "simulator", "siracusa-sim")
# Of the planner's estimate: what a stretch without a tile's end may take.
MOST_OF_STRETCH = 1.5


def call(*words):
    done = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    harness.check(done.returncode == 0, "%s ended with %d\n%s" % (" ".join(map(str, words)), done.returncode, done.stdout[-4000:]))
    return done.stdout


def install():
    call("cmake", "--install", harness.BUILD, "--prefix", PREFIX)


def build(source):
    folder = os.path.join(WORK, os.path.basename(source))
    call("cmake", "-G", "Ninja", "-S", source, "-B", folder, "-DCMAKE_PREFIX_PATH=" + PREFIX,
         "-DCMAKE_TOOLCHAIN_FILE=" + os.path.join(PREFIX, "share", "deeploy", "boards", "siracusa", "toolchain.cmake"))
    call("cmake", "--build", folder)


def values(text):
    """Lines "@name number" of the console."""
    return {name: int(number) for name, number in re.findall(r"^@(\w+) (\d+)$", text, re.M)}


def run(elf, *options):
    text = call(SIMULATOR, "--max-cycles", 400_000_000, *options, os.path.join(WORK, elf + ".elf"))
    print(text, end="")
    return values(text)


def cancel(elf, plan):
    measured = run(elf, "--check")
    allowed = max(s["stretch_cycles"] for s in harness.read(os.path.join(WORK, plan))["steps"])
    print("longest from cancel() to the end: %d cycles, estimated %d" % (measured["longest"], allowed))
    harness.check(measured["longest"] <= MOST_OF_STRETCH * allowed, "it takes too long to cancel")


def flags(*elves):
    totals, instructions = [], []
    with harness.Folder() as folder:
        for elf in elves:
            stats = os.path.join(folder, "stats.json")
            totals.append(run(elf, "--stats", stats)["second"])
            instructions.append([c["instructions"] for c in harness.read(stats)["cores"][:8]])
    harness.check(all(i == instructions[0] for i in instructions), "the cluster executes other instructions: %s" % instructions)
    harness.check(max(totals) <= 1.01 * min(totals), "cycles depend on the program's flags: %s" % totals)


def main():
    word, *rest = sys.argv[1:]
    harness.check(word in ("install", "build", "run", "cancel", "flags"), __doc__)
    {"install": install, "build": build, "run": lambda elf: run(elf, "--check"), "cancel": cancel, "flags": flags}[word](*rest)


harness.main(main)
