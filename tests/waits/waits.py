# SPDX-License-Identifier: Apache-2.0
# Every wait taken out in turn: the sanitizer or the outputs of one network must show that it was needed.
"""waits.py [--match WORDS] [--program NAME] [--list] [--every]

Each barrier, DMA wait and NPU wait of executor, drivers and kernels is taken out of a copy of the headers, one at a time, and
small networks are built with the copy and run with --check until one of them shows it: a finding, other outputs, or no end."""
import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

HANG = 3  # times the cycles of the program as it is


def shown(program, sources, elf):
    """How the program shows that something is missing; None: it is as it was, "": the wait is not in it."""
    base = program.base
    program.build(sources.root, elf)
    from programs import loaded
    if loaded(elf) == base["loaded"]:
        return ""
    now = program.run(elf, HANG * base["cycles"])
    if now["status"] == 123:
        return "check: " + now["finding"].split(": ", 1)[-1]
    if now["status"] == 124:
        return "no end"
    if now["status"] != 0:
        return "status %d: %s" % (now["status"], now["finding"])
    return "comparison: other outputs" if now["tensors"] != base["tensors"] else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--match", action="append", help="only waits with these words in their names; all of them")
    parser.add_argument("--program", action="append", help="only these programs")
    parser.add_argument("--list", action="store_true", help="only names the waits")
    parser.add_argument("--every", action="store_true", help="does not stop at the first program that shows it")
    a = parser.parse_args()
    from find_waits import find
    waits = [w for w in find(harness.ROOT) if not a.match or any(m in w.name for m in a.match)]
    harness.check(waits, "no such wait")
    if a.list:
        return print("\n".join("%s:%d %s" % (w.file, w.line, w.words) for w in waits))
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    from programs import PROGRAMS, Program, Sources
    unseen, programs = [], {}
    with harness.Folder() as folder:
        elf = os.path.join(folder, "program.elf")
        sources = Sources(os.path.join(folder, "sources"))
        for w in waits:
            begun, seen, tried = time.time(), [], 0
            for name in a.program or PROGRAMS:
                if name not in programs:
                    programs[name] = Program(name, os.path.join(folder, str(len(programs))))
                    programs[name].without_faults(sources.root, elf)
                sources.change(w.file, w.without)
                try:
                    how = shown(programs[name], sources, elf)
                finally:
                    sources.restore(w.file)
                tried += how != ""
                if how:
                    seen.append("%s: %s" % (name, how[:150]))
                    if not a.every:
                        break
            verdict = "\n    ".join(seen) or "NOT NEEDED by the %d programs that have it" % tried
            print("%s, line %d\n    %s  (%.0f s)" % (w.name, w.line, verdict, time.time() - begun), flush=True)
            if not seen:
                unseen.append(w.name)
    print("%d waits, %d shown" % (len(waits), len(waits) - len(unseen)))
    harness.check(not unseen, "nothing shows that these are needed:\n" + "\n".join(unseen))


harness.main(main)
