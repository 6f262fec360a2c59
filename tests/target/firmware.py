# SPDX-License-Identifier: Apache-2.0
# Firmwares in the simulator, built as a user builds his.
"""firmware.py install | build FOLDER | run ELF [OPTION..] | cancel ELF PLAN.JSON | flags ELF..
             | hooks NONE EMPTY COUNTING | message STATUS ELF WORDS

install the package; build a CMake project with it and the board's toolchain file
run     ends with status 0, and the sanitizer finds nothing
cancel  the same, and no longer from cancel() to the end than the plan says
flags   the cluster executes as many instructions in all of them, and no run takes 1 % longer than another
hooks   empty ones change no byte of the program; those that count do (or this test would compare nothing)
message a program ends with that status, having said these words"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

WORK = os.path.join(harness.BUILD, "tests", "target")
PREFIX = os.path.join(WORK, "prefix")
# What a stretch without a tile's end may take: times the planner's estimate, and cycles for the run's end and the wake-up.
MOST_OF_STRETCH, END_OF_RUN = 1.5, 1000


def call(*words, expect=0):
    done = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    harness.check(done.returncode == expect, "%s ended with %d\n%s" % (" ".join(map(str, words)), done.returncode, done.stdout[-4000:]))
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
    text = call(harness.SIMULATOR, "--max-cycles", 400_000_000, *options, os.path.join(WORK, elf + ".elf"))
    print(text, end="")
    return values(text)


def cancel(elf, plan):
    measured = run(elf, "--check")
    allowed = max(s["stretch_cycles"] for s in harness.read(os.path.join(WORK, plan))["steps"])
    print("longest from cancel() to the end: %d cycles, estimated %d" % (measured["longest"], allowed))
    harness.check(measured["longest"] <= MOST_OF_STRETCH * allowed + END_OF_RUN, "it takes too long to cancel")


def flags(*elves):
    totals, instructions = [], []
    with harness.Folder() as folder:
        for elf in elves:
            stats = os.path.join(folder, "stats.json")
            totals.append(run(elf, "--stats", stats)["second"])
            instructions.append([c["instructions"] for c in harness.read(stats)["cores"][:8]])
    # Core 0 reads the program and sets up the barrier: exactly the same. The others ask meanwhile whether the barrier is there, two
    # instructions each time: a few times more or fewer, and no other number.
    most_asked = 4
    same = lambda n, m: abs(n - m) <= 2 * most_asked and (n - m) % 2 == 0
    harness.check(all(i[0] == instructions[0][0] and all(map(same, i, instructions[0])) for i in instructions), "the cluster executes other instructions: %s" % instructions)
    # start() and wait() are compiled with the program.
    harness.check(max(totals) - min(totals) <= 200, "cycles depend on the program's flags: %s" % totals)


def loaded(elf, folder):
    """Code and data of a program, without symbols and debug information."""
    out = os.path.join(folder, "loaded.bin")
    keep = ["--only-section=" + s for s in (".text", ".rodata", ".data")]
    call(harness.RISCV + "objcopy", "-O", "binary", *keep, os.path.join(WORK, elf + ".elf"), out)
    with open(out, "rb") as f:
        return f.read()


def hooks(none, empty, counting):
    for elf in (none, empty, counting):
        run(elf, "--check")
    with harness.Folder() as folder:
        programs = [loaded(elf, folder) for elf in (none, empty, counting)]
    harness.check(len(programs[0]) > 10000, "the program is too small to be one")
    harness.check(programs[0] == programs[1], "empty hooks change the program")
    harness.check(programs[0] != programs[2], "hooks that count are not in the program")


def message(status, elf, words):
    text = call(harness.SIMULATOR, "--max-cycles", 400_000_000, os.path.join(WORK, elf + ".elf"), expect=int(status))
    print(text, end="")
    harness.check(re.search(words, text), "it does not say " + words)


def main():
    word, *rest = sys.argv[1:]
    actions = {"install": install, "build": build, "run": lambda elf, *options: run(elf, "--check", *options), "cancel": cancel, "flags": flags,
               "hooks": hooks, "message": message}
    harness.check(word in actions, __doc__)
    actions[word](*rest)


harness.main(main)
