# SPDX-License-Identifier: Apache-2.0
"""Random RV32IMC programs: final registers and data of the simulator against a plain interpreter (here, apart from the
simulator) and, with --qemu, against qemu-system-riscv32 too; without it the status is 77: skipped.
Usage: random_programs.py siracusa-sim COMPILER RUNTIME SEEDS [--qemu]"""
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import model as m

BATCH = 25  # programs in one image
SKIPPED = 77
FREE = [5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 28, 29, 30]  # t0-t2, s1, a0-a5, t3-t5; s0 holds the data's address
NAMES = ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"] + [f"a{i}" for i in range(8)] + [f"s{i}" for i in range(2, 12)] + ["t3", "t4", "t5", "t6"]
SHORT = [9, 10, 11, 12, 13, 14, 15]
R = ["add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and", "mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"]
I = ["addi", "slti", "sltiu", "xori", "ori", "andi"]
B = ["beq", "bne", "blt", "bge", "bltu", "bgeu"]
EDGES = [0, 1, m.M, 0x80000000, 0x7FFFFFFF, 0xFFFF, 0x8000]


def signed_imm(rng):
    return rng.choice((0, 1, -1, 2047, -2048, rng.randrange(-2048, 2048)))


def generate(rng):
    """A list of (text, effect) where effect is a tuple for the interpreter."""
    code = []
    count = rng.randrange(30, 80)
    for at in range(count):
        rd, a, b = rng.choice(FREE), rng.choice(FREE + [0]), rng.choice(FREE + [0])
        kind = rng.random()
        if kind < 0.35:
            op = rng.choice(R)
            code.append((f"{op} x{rd}, x{a}, x{b}", ("r", op, rd, a, b)))
        elif kind < 0.5:
            op, imm = rng.choice(I), signed_imm(rng)
            code.append((f"{op} x{rd}, x{a}, {imm}", ("i", op, rd, a, imm)))
        elif kind < 0.57:
            op, n = rng.choice(("slli", "srli", "srai")), rng.randrange(32)
            code.append((f"{op} x{rd}, x{a}, {n}", ("shift", op, rd, a, n)))
        elif kind < 0.62:
            v = rng.randrange(1 << 20)
            code.append((f"lui x{rd}, {v}", ("lui", rd, v << 12)))
        elif kind < 0.72:
            op, size = rng.choice((("lb", 1), ("lh", 2), ("lw", 4), ("lbu", 1), ("lhu", 2)))
            offset = rng.randrange(0, 65 - size)  # misaligned ones too
            code.append((f"{op} x{rd}, {offset}(s0)", ("load", op, rd, offset, size)))
        elif kind < 0.8:
            op, size = rng.choice((("sb", 1), ("sh", 2), ("sw", 4)))
            offset = rng.randrange(0, 65 - size)
            code.append((f"{op} x{b}, {offset}(s0)", ("store", op, b, offset, size)))
        elif kind < 0.9 and at < count - 1:
            op, target, short = rng.choice(B), rng.randrange(at + 1, min(count, at + 8) + 1), rng.choice(SHORT)
            code.append(rng.choice([
                (f"{op} x{a}, x{b}, L{target}", ("branch", op, a, b, target)), (f"{op} x{a}, x{b}, L{target}", ("branch", op, a, b, target)),
                (f"c.beqz x{short}, L{target}", ("branch", "beq", short, 0, target)),
                (f"c.bnez x{short}, L{target}", ("branch", "bne", short, 0, target)),
                (f"jal x31, L{target}", ("branch", "beq", 0, 0, target)), (f"c.j L{target}", ("branch", "beq", 0, 0, target)),
                (f"la t6, L{target}; c.jr t6", ("branch", "beq", 0, 0, target)),
                (f"la t6, L{target}; jalr x31, 0(t6)", ("branch", "beq", 0, 0, target))]))
        else:
            # Compressed forms by name: the assembler must not choose another.
            x, y = rng.choice(SHORT), rng.choice(SHORT)
            imm = rng.choice([v for v in range(-32, 32) if v])
            text, effect = rng.choice([
                (f"c.addi x{x}, {imm}", ("i", "addi", x, x, imm)), (f"c.li x{x}, {imm}", ("i", "addi", x, 0, imm)),
                (f"c.andi x{x}, {imm}", ("i", "andi", x, x, imm)), (f"c.mv x{x}, x{y}", ("r", "add", x, 0, y)),
                (f"c.add x{x}, x{y}", ("r", "add", x, x, y)), (f"c.sub x{x}, x{y}", ("r", "sub", x, x, y)),
                (f"c.xor x{x}, x{y}", ("r", "xor", x, x, y)), (f"c.or x{x}, x{y}", ("r", "or", x, x, y)),
                (f"c.and x{x}, x{y}", ("r", "and", x, x, y)), (f"c.slli x{x}, {abs(imm) % 31 + 1}", ("shift", "slli", x, x, abs(imm) % 31 + 1)),
                (f"c.srli x{x}, {abs(imm) % 31 + 1}", ("shift", "srli", x, x, abs(imm) % 31 + 1)),
                (f"c.srai x{x}, {abs(imm) % 31 + 1}", ("shift", "srai", x, x, abs(imm) % 31 + 1)),
                (f"c.lui x{x}, {abs(imm) % 31 + 1}", ("lui", x, abs(imm) % 31 + 1 << 12)),
                (f"c.lw x{x}, {abs(imm) // 2 * 4 % 64}(s0)", ("load", "lw", x, abs(imm) // 2 * 4 % 64, 4)),
                (f"c.sw x{x}, {abs(imm) // 2 * 4 % 64}(s0)", ("store", "sw", x, abs(imm) // 2 * 4 % 64, 4))])
            code.append((text, effect))
    return code


def interpret(code, start, memory):
    x = list(start)
    data = bytearray(memory)
    at = 0
    while at < len(code):
        effect = code[at][1]
        at += 1
        kind = effect[0]
        rd, value = 0, 0
        if kind == "r":
            rd, value = effect[2], m.BASE[effect[1]](x[effect[3]], x[effect[4]])
        elif kind == "i":
            name = {"addi": "add", "slti": "slt", "sltiu": "sltu", "xori": "xor", "ori": "or", "andi": "and"}[effect[1]]
            rd, value = effect[2], m.BASE[name](x[effect[3]], effect[4] & m.M)
        elif kind == "shift":
            rd, value = effect[2], m.BASE[effect[1][:3]](x[effect[3]], effect[4])
        elif kind == "lui":
            rd, value = effect[1], effect[2]
        elif kind == "load":
            rd, value = effect[2], int.from_bytes(data[effect[3]:effect[3] + effect[4]], "little", signed=not effect[1].endswith("u"))
        elif kind == "store":
            data[effect[3]:effect[3] + effect[4]] = (x[effect[2]] & ((1 << 8 * effect[4]) - 1)).to_bytes(effect[4], "little")
        else:
            a, b = x[effect[2]], x[effect[3]]
            taken = {"beq": a == b, "bne": a != b, "blt": m.s(a) < m.s(b), "bge": m.s(a) >= m.s(b), "bltu": a < b, "bgeu": a >= b}[effect[1]]
            if taken:
                at = effect[4]
        if rd:
            x[rd] = int(value) & m.M
    return [x[r] for r in FREE] + list(struct.unpack("<16I", data))


def assembly(programs):
    """Each program fills 29 words of `results`: its registers, then its data."""
    text = ["  .option norelax", "  .text", "  .global run_all", "run_all:", "  addi sp, sp, -16", "  sw ra, 0(sp)", "  sw s0, 4(sp)", "  sw s1, 8(sp)"]
    for p, (code, start, memory) in enumerate(programs):
        text += [f"  la s0, data_{p}"] + [f"  li x{r}, {start[r]}" for r in FREE]
        for at, (line, _) in enumerate(code):
            text += [f"P{p}L{at}:", "  " + line.replace(" L", f" P{p}L")]
        text += [f"P{p}L{len(code)}:", f"  la t6, results + {p * 4 * (len(FREE) + 16)}"]
        text += [f"  sw x{r}, {4 * k}(t6)" for k, r in enumerate(FREE)]
        for k in range(16):
            text += [f"  lw a0, {4 * k}(s0)", f"  sw a0, {4 * (len(FREE) + k)}(t6)"]
    text += ["  lw ra, 0(sp)", "  lw s0, 4(sp)", "  lw s1, 8(sp)", "  addi sp, sp, 16", "  ret", "  .data", "  .balign 4"]
    for p, (_, _, memory) in enumerate(programs):
        text += [f"data_{p}: .word " + ", ".join(str(v) for v in struct.unpack("<16I", memory))]
    text += ["  .bss", "  .balign 4", "  .global results", f"results: .zero {len(programs) * 4 * (len(FREE) + 16)}"]
    return "\n".join(text) + "\n"


PRINT = """
extern "C" { void run_all(); extern unsigned results[]; }
%s
int main() {
  run_all();
  for (int i = 0; i < %d; ++i) {
    for (int d = 28; d >= 0; d -= 4) put("0123456789abcdef"[results[i] >> d & 15]);
    put('\\n');
  }
  return 0;
}
"""
QEMU_LINK = "ENTRY(_start) SECTIONS { . = 0x80000000; .text : { *(.text.start) *(.text*) } .data : { *(.rodata*) *(.data*) *(.sdata*) } .bss : { *(.bss*) *(.sbss*) } . = ALIGN(16) + 4096; stack_top = .; }"
QEMU_START = """  .section .text.start
  .global _start
_start: la sp, stack_top
  call main
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
1: j 1b
"""


def main():
    simulator, compiler, runtime, seeds = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
    qemu = shutil.which("qemu-system-riscv32")
    if "--qemu" not in sys.argv:
        qemu = None
    elif not qemu:
        print("SKIPPED: qemu-system-riscv32 is not installed")
        return SKIPPED
    failures = compared = 0
    flags = ["-march=rv32imc_zicsr", "-mabi=ilp32", "-mno-relax", "-O1", "-ffreestanding", "-fno-exceptions", "-nostdlib", "-std=c++20"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for first in range(0, seeds, BATCH):
            programs, expected = [], []
            for seed in range(first, min(first + BATCH, seeds)):
                rng = random.Random(seed)
                start = [0] * 32
                for r in FREE:
                    start[r] = rng.choice(EDGES) if rng.random() < 0.4 else rng.getrandbits(32)
                memory = struct.pack("<16I", *(rng.choice(EDGES) if rng.random() < 0.4 else rng.getrandbits(32) for _ in range(16)))
                programs.append((generate(rng), start, memory))
                expected += interpret(*programs[-1])
            (folder / "random.S").write_text(assembly(programs))
            (folder / "ours.cpp").write_text('#include "runtime.hpp"\n' + PRINT % ("using rt::put;", len(expected)))
            subprocess.run([compiler, *flags, f"-I{runtime}", "-T", runtime / "link.ld", runtime / "crt0.S", folder / "random.S", folder / "ours.cpp",
                            "-o", folder / "ours.elf", "-lgcc"], check=True)
            machines = [("siracusa-sim", [simulator, folder / "ours.elf"])]
            if qemu:
                (folder / "link.ld").write_text(QEMU_LINK)
                (folder / "start.S").write_text(QEMU_START)
                (folder / "theirs.cpp").write_text(PRINT % ("static void put(char c) { *reinterpret_cast<volatile char*>(0x10000000) = c; }", len(expected)))
                subprocess.run([compiler, *flags, "-T", folder / "link.ld", folder / "start.S", folder / "random.S", folder / "theirs.cpp", "-o",
                                folder / "theirs.elf", "-Wl,--no-warn-rwx-segments", "-lgcc"], check=True)
                machines.append(("qemu", [qemu, "-M", "virt", "-bios", "none", "-nographic", "-kernel", folder / "theirs.elf"]))
            for name, command in machines:
                run = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
                words = [int(line, 16) for line in run.stdout.split()]
                if words != expected:
                    size = len(FREE) + 16
                    wrong = next((i for i, (w, e) in enumerate(zip(words, expected)) if w != e), len(words))
                    failures += 1
                    print(f"FAILED {name}, seed {first + wrong // size}, word {wrong % size}: {run.stderr[-300:]}")
            compared += len(programs)
    print(f"{compared} programs, {failures} failures, against the interpreter" + (" and qemu" if qemu else ""))
    return 1 if failures or compared < seeds else 0


if __name__ == "__main__":
    sys.exit(main())
