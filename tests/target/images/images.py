# SPDX-License-Identifier: Apache-2.0
# Weight images on Siracusa: attach(), load() and resume() take what belongs to the plan and refuse everything else with its
# code; a resume reads no more than a sleep has lost.
import glob
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from harness import RISCV, RISCV_FLAGS, ROOT, INCLUDES, SIMULATOR, Folder, check, command, main, need_program, read  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = os.path.join(ROOT, "boards", "siracusa")
L3_AT = 0x10000
HEADER_BYTES = 40
# Little enough weight memory for all three memories of constants to be used.
WMEM_BYTES = 40000
REFUSED = {"as it is": 0, "magic": 6001, "model": 6003, "layout": 6004, "format": 6002, "memory number": 6004, "length": 6005,
           "checksum": 6005, "first word": 6005, "last word": 6005, "cut off": 6005, "cut off in the header": 6001}


def program(folder, source, weights):
    elf = os.path.join(folder, "digits", source + ".elf")
    words = [RISCV + "g++", *RISCV_FLAGS, "-std=c++20", "-O2", "-g", "-fno-threadsafe-statics", "-ffunction-sections", "-fno-jump-tables", "-Wall", "-Wextra",
             *INCLUDES, "-I" + folder, "-I" + os.path.join(ROOT, "examples"), "-Wa,-I" + os.path.join(folder, "digits"),
             os.path.join(HERE, source + ".cpp"), os.path.join(folder, "digits", weights), os.path.join(folder, "digits", "arenas.cpp"),
             *glob.glob(os.path.join(RUNTIME, "runtime", "*.S")), *glob.glob(os.path.join(RUNTIME, "runtime", "*.cpp")),
             "-T", os.path.join(RUNTIME, "link.ld"), "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments", "-lgcc", "-o", elf]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    check(done.returncode == 0, "the compiler refused %s\n%s" % (source, done.stderr[-3000:]))
    return elf


def run(elf, *options):
    done = subprocess.run([SIMULATOR, "--check", *options, elf], capture_output=True, text=True, check=False)
    check(done.returncode == 0, "%s ended with %d\n%s%s" % (elf, done.returncode, done.stdout[-2000:], done.stderr[-2000:]))
    return [(line.rpartition(" ")[0], int(line.rpartition(" ")[2])) for line in done.stdout.splitlines()]


def attached(folder, memories):
    lines = run(program(folder, "attach", "weights.cpp"))
    seen = [dict(), dict()]
    for what, number in lines:
        if what in ("alone", "cluster"):
            now = seen[number]
        elif what in REFUSED:
            check(number == REFUSED[what], "attach(), %s: status %d, expected %d" % (what, number, REFUSED[what]))
            now[what] = now.get(what, 0) + 1
    expected = {what: 1 if what == "as it is" else len(memories) for what in REFUSED}
    check(seen == [expected, expected], "attach() was not asked everything: %s" % seen)
    numbers = dict(lines)
    check(numbers["right answers"] == 5, "wrong answers after attach()")
    alone, shared = numbers["cycles alone"], numbers["cycles of the cluster"]
    print("attach() of %d images: %d cycles by the fabric controller alone, %d by the cluster" % (len(memories), alone, shared))
    check(shared * 5 < alone, "the cluster saves too little")


def loaded(folder, memories, other):
    elf = program(folder, "load", "weights_room.cpp")
    l3_file, stats_file = os.path.join(folder, "l3.bin"), os.path.join(folder, "stats.json")
    with open(os.path.join(folder, "digits", "weights_l3.bin"), "rb") as f:
        good = f.read()

    def status_of(content, *options):
        with open(l3_file, "wb") as f:
            f.write(content)
        return run(elf, "--l3", "%s@%d" % (l3_file, L3_AT), *options)

    lines = status_of(good, "--stats", stats_file)
    check(lines == [("load", 0), ("right answers", 5), ("load from elsewhere", 6001), ("right answers", 5), ("resume, nothing lost", 0), ("resume", 0), ("right answers", 5),
                    ("resume of a new program", 0), ("right answers", 5), ("resume after a power failure", 0), ("right answers", 5),
                    ("any length", 1)], "load() and resume(): %s" % lines)
    # Each load reads the header and then the image: all of them twice, what lies in the half that forgets three times more, and a
    # header that was refused. The second and third program begin anew: what is kept is not read again.
    sizes = {m: (length + 3) // 4 * 4 + HEADER_BYTES for m, length, _ in memories}
    any_length = 2 * 4 * (1 + 1023 + 1024 + 1025 + 2048 + 3073)
    read_bytes = read(stats_file)["memory_traffic"]["l3_bytes_read"]
    expected = 2 * sum(sizes.values()) + 3 * sizes["wmem_sram"] + HEADER_BYTES + any_length
    check(read_bytes == expected, "%d bytes were read from HyperRAM, expected %d" % (read_bytes, expected))

    def refused(what, content, code):
        lines = status_of(content)
        check(lines == [("load", code)], "%s: %s, expected load %d" % (what, lines, code))

    refused("empty HyperRAM", b"", 6001)
    refused("another plan", other, 6004)
    cases = 2
    for name, length, offset in memories:
        def with_bit(at, bit, offset=offset):
            changed = bytearray(good)
            changed[offset + at] ^= 1 << bit
            return bytes(changed)
        for what, content, code in (("magic", with_bit(3, 0), 6001), ("format", with_bit(24, 1), 6002), ("model", with_bit(15, 7), 6003),
                                    ("layout", with_bit(16, 0), 6004), ("length", with_bit(32, 0), 6005),
                                    ("a bit of the constants", with_bit(length // 2, 5), 6005), ("the last bit", with_bit(length - 1, 7), 6005)):
            refused(name + ", " + what, content, code)
            cases += 1
        refused(name + ", cut off", good[:offset + (HEADER_BYTES + length) // 2], 6005)
        cases += 1
    print("load() refused %d damaged stores, each with its code" % cases)


def test():
    need_program(RISCV + "g++", "gcc-riscv64-unknown-elf")
    with Folder() as folder:
        network = os.path.join(ROOT, "examples", "02_digits", "digits.onnx")
        for name, wmem in (("other", WMEM_BYTES - 8000), ("digits", WMEM_BYTES)):
            at = os.path.join(folder, name)
            command("import", network, "--out", at, "--name", "digits", "--type", "image=u8")
            command("plan", at, "--out", at, "--board", "siracusa", "--l1", 64000, "--wmem", wmem)
        memories, offset = [], 0
        for memory in ("l2", "wmem_mram", "wmem_sram"):
            path = os.path.join(folder, "digits", "weights_%s.bin" % memory)
            check(os.path.exists(path), "no constants in %s" % memory)
            memories.append((memory, os.path.getsize(path), offset))
            with open(path, "rb") as f:
                check(struct.unpack("<Q", f.read(8))[0] == 0x00474D4959504544, "%s has no magic" % path)
            offset += (os.path.getsize(path) + 63) // 64 * 64
        attached(folder, memories)
        with open(os.path.join(folder, "other", "weights_l3.bin"), "rb") as f:
            loaded(folder, memories, f.read())


main(test)
