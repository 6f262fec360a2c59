# SPDX-License-Identifier: Apache-2.0
# What an object file for the target asks for and brings along.
import re
import subprocess

import harness

COMPILER_CALLS = {"memcpy", "memset", "memmove", "memcmp"}  # GCC may emit calls of these in any mode


def lines_of(words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    harness.check(done.returncode == 0, " ".join(words) + "\n" + done.stderr)
    return done.stdout.splitlines()


def helpers(flags):
    """The functions of the compiler's own library."""
    library = lines_of([harness.RISCV + "g++", *flags, "-print-libgcc-file-name"])[0]
    return {words[-1] for words in map(str.split, lines_of([harness.RISCV + "nm", "--defined-only", library]))
            if len(words) == 3}


def undefined(file):
    return {words[-1] for words in map(str.split, lines_of([harness.RISCV + "nm", "--undefined-only", file]))
            if len(words) == 2}


def sections(file, prefix=harness.RISCV):
    """Bytes of each allocated section."""
    found = {}
    for line in lines_of([prefix + "size", "-A", file]):
        m = re.match(r"^(\.\S+)\s+(\d+)\s+\d+$", line)
        if m:
            found[m[1]] = found.get(m[1], 0) + int(m[2])
    return found


def text_bytes(file, prefix=harness.RISCV):
    """Code without read-only data."""
    return sum(size for name, size in sections(file, prefix).items() if name.startswith(".text"))


def compile_unit(source, flags, out):
    harness.compiled([harness.RISCV + "g++", "-std=c++20", *harness.RISCV_FLAGS, *flags, *harness.INCLUDES, "-c",
                      source, "-o", out])
    return out
