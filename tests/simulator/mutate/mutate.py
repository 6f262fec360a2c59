# SPDX-License-Identifier: Apache-2.0
"""Damaged ELF files: whatever they hold, the simulator ends with a status of its own: no crash, no hang.
Usage: mutate.py siracusa-sim FOLDER_WITH_ELF_FILES [COUNT, 300 by default; the full run is 10000]"""
import pathlib
import random
import subprocess
import sys
import tempfile


def mutate(data, rng):
    data = bytearray(data)
    kind = rng.randrange(5)
    if kind == 0:  # headers, the entry above all
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(52 + 32 * 6)] = rng.randrange(256)
        if rng.random() < 0.2:
            data[24:28] = rng.choice((0, 1, 2, 4, 0xFFE, 0x1000, 0xFFFFFFFE, rng.getrandbits(32))).to_bytes(4, "little")
    elif kind == 1:  # section headers and everything else at the end
        for _ in range(rng.randrange(1, 30)):
            data[rng.randrange(len(data) * 3 // 4, len(data))] = rng.choice((0, 255, rng.randrange(256)))
    elif kind == 2:  # anywhere
        for _ in range(rng.randrange(1, 200)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif kind == 3:  # cut
        del data[rng.randrange(len(data)):]
    else:  # code
        for _ in range(rng.randrange(1, 20)):
            data[0x1000 + rng.randrange(0x500)] = rng.randrange(256)
    return bytes(data)


def main():
    simulator, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    original = (folder / "hello.elf").read_bytes()
    statuses, failures = {}, 0
    with tempfile.TemporaryDirectory() as scratch:
        elf = pathlib.Path(scratch) / "mutated.elf"
        for seed in range(count):
            elf.write_bytes(mutate(original, random.Random(seed)))
            options = ["--check"] if seed % 4 == 0 else []
            try:
                run = subprocess.run([simulator, elf, "--max-cycles", "20000", *options], capture_output=True, timeout=60)
            except subprocess.TimeoutExpired:
                failures += 1
                print(f"FAILED seed {seed}: hangs")
                continue
            statuses[run.returncode] = statuses.get(run.returncode, 0) + 1
            if run.returncode < 0 or b"Sanitizer" in run.stderr or b"runtime error" in run.stderr:
                failures += 1
                print(f"FAILED seed {seed}: {run.returncode} {run.stderr[-400:]}")
    print(f"{count} files, statuses {dict(sorted(statuses.items()))}, {failures} failures")
    # The mutations must have reached the loader, the cores and the end of the program.
    return 1 if failures or not {2, 125} <= set(statuses) else 0


if __name__ == "__main__":
    sys.exit(main())
