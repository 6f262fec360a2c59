# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone, and twice in one translation unit, with each compiler.
"""headers.py COMPILER [COMPILER..]"""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

# Headers of firmware: nothing but <stddef.h> and <stdint.h> behind them.
FREESTANDING = ("include/deeploy", "kernels/reference", "boards/host/board.hpp", "boards/host/kernels.hpp",
                "boards/host/runnable.hpp")


def headers():
    for folder in ("include", "kernels/reference", "boards/host"):
        for where, _, files in os.walk(os.path.join(harness.ROOT, folder)):
            for f in sorted(files):
                if f.endswith(".hpp"):
                    yield os.path.relpath(os.path.join(where, f), harness.ROOT)


def problem_of(words, source):
    done = subprocess.run([*words, "-fsyntax-only", "-x", "c++", "-"], input=source, capture_output=True, text=True,
                          check=False)
    return done.stderr if done.returncode != 0 else ""


def main():
    compilers = [c for c in sys.argv[1:] if shutil.which(c)]
    if not compilers:
        harness.skip("none of %s is there" % ", ".join(sys.argv[1:]))
    wrong, count = [], 0
    for header in headers():
        # include/deeploy/x.hpp is <deeploy/x.hpp>: the first part of the path is the include folder.
        name = header.split(os.sep, 1)[1]
        source = "#include <%s>\n#include <%s>\nint main() { return 0; }\n" % (name, name)
        for compiler in compilers:
            flags = ["-std=c++20", "-Wall", "-Wextra", "-Werror", *harness.INCLUDES]
            if header.startswith(FREESTANDING) and compiler.startswith(harness.RISCV):
                flags += harness.RISCV_FLAGS
            elif compiler.startswith(harness.RISCV):
                continue
            count += 1
            problem = problem_of([compiler, *flags], source)
            if problem:
                wrong.append("%s with %s\n%s" % (header, compiler, problem[:600]))
    print("%d compilations of single headers with %s, %d failed" % (count, ", ".join(compilers), len(wrong)))
    harness.check(count > 40 and not wrong, "\n".join(wrong))


harness.main(main)
