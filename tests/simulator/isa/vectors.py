# SPDX-License-Identifier: Apache-2.0
"""Test vectors of all instructions: `name word inputs | expected`, from model.py. Prints them; a fixed seed."""
import random
import re
import sys

import model as m

EDGES = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE,
         0x80808080, 0x7F7F7F7F, 0x80008000, 0x7FFF7FFF, 0x88888888, 0x55555555, 0xAAAAAAAA, 0x01FF80FE]
FLOATS = [0, 0x80000000, 1, 0x80000001, 0x007FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x3FC00000, 0x40490FDB, 0x7F7FFFFF,
          0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFC12345, 0x4B000001, 0x4B800001, 0x3F000000,
          0x4F000000, 0xCF000000, 0x4F800000, 0x33800000, 0x34000001, 0x3F7FFFFF, 0x3F800001, 0x00000003, 0x5F000000]
random.seed(20240607)
out = sys.stdout.write
L1 = 0x10001000


def pick(edges=EDGES):
    return random.choice(edges) if random.random() < 0.5 else random.getrandbits(32)


def r(opcode, f3, f7, rd=10, rs1=11, rs2=12):
    return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode


def i_type(opcode, f3, imm, rd=10, rs1=11):
    return (imm & 0xFFF) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode


def s_type(opcode, f3, imm, rs2=10, rs1=11):
    return (imm >> 5 & 0x7F) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (imm & 31) << 7 | opcode


def emit(name, word, inputs, expected):
    text = lambda pairs: " ".join(f"{k}={v & m.M:x}" for k, v in pairs.items())
    out(f"{name} {word:08x} {text(inputs)} | {text(expected)}\n")


def three(name, word, function, count=24, edges=EDGES):
    """rd, rs1 and rs2 in a0, a1, a2; function(rd, rs1, rs2)."""
    pairs = [(pick(), a, b) for a in edges for b in edges] if count == 0 else [(pick(), pick(edges), pick(edges)) for _ in range(count)]
    for d, a, b in pairs:
        emit(name, word, {"a0": d, "a1": a, "a2": b}, {"a0": int(function(d, a, b)), "a1": a, "a2": b})


# Base --------------------------------------------------------------------------------------------------------------------
CODES = {"add": (0, 0), "sub": (0, 32), "sll": (1, 0), "slt": (2, 0), "sltu": (3, 0), "xor": (4, 0), "srl": (5, 0),
         "sra": (5, 32), "or": (6, 0), "and": (7, 0), "mul": (0, 1), "mulh": (1, 1), "mulhsu": (2, 1), "mulhu": (3, 1),
         "div": (4, 1), "divu": (5, 1), "rem": (6, 1), "remu": (7, 1)}
for name, (f3, f7) in CODES.items():
    three(name, r(0x33, f3, f7), lambda d, a, b: m.BASE[name](a, b), 0 if f7 == 1 else 40)
for name, f3 in {"addi": 0, "slti": 2, "sltiu": 3, "xori": 4, "ori": 6, "andi": 7}.items():
    for imm in (0, 1, -1, 2047, -2048, 0x555):
        for a in EDGES:
            emit(name, i_type(0x13, f3, imm), {"a1": a}, {"a0": int(m.BASE[name.replace("iu", "u").rstrip("i") if name != "sltiu" else "sltu"](a, imm & m.M))})
for name, f3, f7 in (("slli", 1, 0), ("srli", 5, 0), ("srai", 5, 32)):
    for n in (0, 1, 7, 31):
        for a in EDGES:
            emit(name, r(0x13, f3, f7, rs2=n), {"a1": a}, {"a0": m.BASE[name[:-1]](a, n)})
for imm in (0, 1, 0xFFFFF, 0x80000):
    emit("lui", imm << 12 | 10 << 7 | 0x37, {}, {"a0": imm << 12})
    emit("auipc", imm << 12 | 10 << 7 | 0x17, {"pc": 0x1C010000}, {"a0": (imm << 12) + 0x1C010000})


# Jumps and branches: the expectation is the next program counter -----------------------------------------------------------
def branch_word(f3, offset, rs1=11, rs2=12):
    o = offset & 0x1FFF
    return (o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (o >> 1 & 15) << 8 | (o >> 11 & 1) << 7 | 0x63


PC = 0x1C010000
for name, f3, taken in (("beq", 0, lambda a, b: a == b), ("bne", 1, lambda a, b: a != b), ("blt", 4, lambda a, b: m.s(a) < m.s(b)),
                        ("bge", 5, lambda a, b: m.s(a) >= m.s(b)), ("bltu", 6, lambda a, b: a < b), ("bgeu", 7, lambda a, b: a >= b)):
    for offset in (8, -8, 4094, -4096):
        for _ in range(12):
            a, b = pick(), pick()
            b = a if random.random() < 0.3 else b
            emit(name, branch_word(f3, offset), {"pc": PC, "a1": a, "a2": b}, {"pc": PC + (offset if taken(a, b) else 4)})
for name, f3 in (("p.beqimm", 2), ("p.bneimm", 3)):
    for imm in range(-16, 16):
        for a in (imm & m.M, (imm + 1) & m.M, pick()):
            equal = a == imm & m.M
            emit(name, branch_word(f3, 20, rs2=imm & 31), {"pc": PC, "a1": a}, {"pc": PC + (20 if equal == (f3 == 2) else 4)})
for offset in (4, -4, 0xFFFFE, -0x100000, 2048):
    o = offset & 0x1FFFFF
    emit("jal", (o >> 20 & 1) << 31 | (o >> 1 & 1023) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 255) << 12 | 10 << 7 | 0x6F,
         {"pc": PC}, {"pc": PC + offset, "a0": PC + 4})
for offset in (0, 1, -1, 2047, -2048):
    emit("jalr", i_type(0x67, 0, offset), {"pc": PC, "a1": PC + 100}, {"pc": (PC + 100 + offset) & ~1, "a0": PC + 4})
    emit("jalr", i_type(0x67, 0, offset, rd=11), {"pc": PC, "a1": PC + 100}, {"pc": (PC + 100 + offset) & ~1, "a1": PC + 4})


# Loads and stores: 16 bytes of memory at L1 -----------------------------------------------------------------------------------
def memory_inputs():
    return bytes(random.choice((0, 0x7F, 0x80, 0xFF, random.getrandbits(8))) for _ in range(16))


def loads(name, f3, f7, size, signed):
    for _ in range(6):
        data = memory_inputs()
        for form in ("plain", "post", "post_rr", "rr"):
            at, step = random.randrange(0, 16 - size + 1), random.choice((size, -size, 0, 12, -3))
            value = int.from_bytes(data[at:at + size], "little", signed=signed)
            if form in ("post", "post_rr"):
                base, after = L1 + at, L1 + at + step
            else:
                base = after = L1 + at - step
            word = {"plain": i_type(3, f3, step), "post": i_type(0x0B, f3, step), "post_rr": r(0x0B, 7, f7), "rr": r(3, 7, f7)}[form]
            label = name if form == "plain" else "p." + name
            emit(label, word, {"a1": base, "a2": step, "mem": int.from_bytes(data[0:4], "little"), "mem1": int.from_bytes(data[4:8], "little"),
                               "mem2": int.from_bytes(data[8:12], "little"), "mem3": int.from_bytes(data[12:16], "little")},
                 {"a0": value, "a1": after, "a2": step})


for args in (("lb", 0, 0, 1, True), ("lh", 1, 8, 2, True), ("lw", 2, 16, 4, True), ("lbu", 4, 32, 1, False), ("lhu", 5, 40, 2, False)):
    loads(*args)
for name, f3, size in (("sb", 0, 1), ("sh", 1, 2), ("sw", 2, 4)):
    for _ in range(6):
        for form in ("plain", "post", "post_rr", "rr"):
            data = bytearray(memory_inputs())
            before = bytes(data)
            at, step, value = random.randrange(0, 16 - size + 1), random.choice((size, -size, 0, 12, -3)), pick()
            data[at:at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
            post = form in ("post", "post_rr")
            base = L1 + at if post else L1 + at - step
            word = {"plain": s_type(0x23, f3, step), "post": s_type(0x2B, f3, step), "post_rr": r(0x2B, f3 + 4, 0, rd=13, rs2=10),
                    "rr": r(0x23, f3 + 4, 0, rd=13, rs2=10)}[form]
            words = lambda d, k: int.from_bytes(d[4 * k:4 * k + 4], "little")
            emit(name if form == "plain" else "p." + name, word,
                 {"a0": value, "a1": base, "a3": step, "mem": words(before, 0), "mem1": words(before, 1), "mem2": words(before, 2), "mem3": words(before, 3)},
                 {"a0": value, "a1": base + step if post else base, "a3": step, "mem": words(data, 0), "mem1": words(data, 1), "mem2": words(data, 2), "mem3": words(data, 3)})

# Xpulp scalar ----------------------------------------------------------------------------------------------------------------
for name, f7, f3 in (("p.abs", 2, 0), ("p.ff1", 8, 0), ("p.fl1", 8, 1), ("p.clb", 8, 2), ("p.cnt", 8, 3), ("p.exths", 8, 4),
                     ("p.exthz", 8, 5), ("p.extbs", 8, 6), ("p.extbz", 8, 7)):
    for a in EDGES + [pick() for _ in range(20)]:
        emit(name, r(0x33, f3, f7, rs2=0), {"a1": a}, {"a0": m.UNARY[name](a)})
for name, f7, f3 in (("p.slet", 2, 2), ("p.sletu", 2, 3), ("p.min", 2, 4), ("p.minu", 2, 5), ("p.max", 2, 6), ("p.maxu", 2, 7), ("p.ror", 4, 5)):
    three(name, r(0x33, f3, f7), lambda d, a, b: m.BINARY[name](a, b), 0)
three("p.mac", r(0x33, 0, 0x21), m.ACCUMULATE["p.mac"], 60)
three("p.msu", r(0x33, 1, 0x21), m.ACCUMULATE["p.msu"], 60)
for bits in range(32):
    for a in EDGES:
        emit("p.clip", r(0x33, 1, 0x0A, rs2=bits), {"a1": a}, {"a0": m.clip_bits(a, bits)})
        emit("p.clipu", r(0x33, 2, 0x0A, rs2=bits), {"a1": a}, {"a0": m.clipu_bits(a, bits)})
positive = [0, 1, 127, 128, 255, 32767, 0x7FFFFFFF, 0x12345]
for a in EDGES:
    for b in positive:
        emit("p.clipr", r(0x33, 5, 0x0A), {"a1": a, "a2": b}, {"a0": m.clip(a, -b - 1, b)})
        emit("p.clipur", r(0x33, 6, 0x0A), {"a1": a, "a2": b}, {"a0": m.clip(a, 0, b)})
for kind, f3 in (("extract", 0), ("extractu", 1), ("insert", 2), ("bclr", 3), ("bset", 4)):
    for _ in range(120):
        d, a = pick(), pick()
        width, start = random.randrange(32), random.randrange(32)
        if random.random() < 0.7:
            start = random.randrange(0, 32 - width)
        value = m.field(kind, d, a, width + 1, start)
        emit("p." + kind, r(0x33, f3, 0x60 | width, rs2=start), {"a0": d, "a1": a}, {"a0": value})
        emit("p." + kind.replace("extractu", "extractur") + ("" if kind == "extractu" else "r"), r(0x33, f3, 0x40),
             {"a0": d, "a1": a, "a2": width << 5 | start}, {"a0": value})
for op, f3 in (("add", 2), ("sub", 3)):
    for u, r_, select in (("", "", 0), ("u", "", 2), ("", "R", 0), ("u", "R", 2)):
        for n in (0, 1, 5, 16, 31):
            kind = f"{op}{u}{r_}N"
            for _ in range(16):
                d, a, b = pick(), pick(), pick()
                code = f3 + (4 if r_ else 0)
                emit("p." + kind, r(0x5B, code, select << 5 | n), {"a0": d, "a1": a, "a2": b}, {"a0": m.normalised(kind, d, a, b, n)})
                emit("p." + kind + "r", r(0x5B, code, (select | 1) << 5), {"a0": d, "a1": a, "a2": n}, {"a0": m.normalised(kind, None, d, a, n)})
for op, low in (("mul", 0), ("mac", 1)):
    for half, sign, select in (("", "s", 2), ("hh", "s", 3), ("", "u", 0), ("hh", "u", 1)):
        for rounding in ("", "R"):
            kind = f"{op}{half}{sign}{rounding}N"
            for n in (0, 1, 5, 15, 31):
                for _ in range(10):
                    d, a, b = pick(), pick(), pick()
                    # The name's "s" of the sign stands behind mul or mac.
                    marked = kind[3:]
                    emit("p." + kind, r(0x5B, low + (4 if rounding else 0), select << 5 | n), {"a0": d, "a1": a, "a2": b},
                         {"a0": m.multiplied(("mac" if op == "mac" else "mxl") + marked, d, a, b, n)})

# Packed -------------------------------------------------------------------------------------------------------------------------
ORDER = ["add", "sub", "avg", "avgu", "min", "minu", "max", "maxu", "srl", "sra", "sll", "or", "xor", "and"]
COMPARE = ["cmpeq", "cmpne", "cmpgt", "cmpge", "cmplt", "cmple", "cmpgtu", "cmpgeu", "cmpltu", "cmpleu"]
OP5 = {name: k << 2 for k, name in enumerate(ORDER)} | {name: k << 2 | 2 for k, name in enumerate(COMPARE)} | {
    "dotup": 0x40, "dotusp": 0x44, "dotsp": 0x4C, "sdotup": 0x50, "sdotusp": 0x54, "sdotsp": 0x5C}
for name, f7 in OP5.items():
    for form, width, f3 in (("", "h", 0), ("sc", "h", 4), ("", "b", 1), ("sc", "b", 5)):
        label = f"pv.{name}.{form + '.' if form else ''}{width}"
        three(label, r(0x57, f3, f7), lambda d, a, b: m.packed(name, form, width, d, a, b, 0), 50)
    for width, f3 in (("h", 6), ("b", 7)):
        for imm in (0, 1, 31, 32, 63, 5, 0x2A):
            for _ in range(8):
                d, a = pick(), pick()
                emit(f"pv.{name}.sci.{width}", r(0x57, f3, f7 | (imm & 1), rs2=imm >> 1), {"a0": d, "a1": a},
                     {"a0": int(m.packed(name, "sci", width, d, a, 0, imm))})
    if not name.startswith("cmp"):
        for form, width, f3, low in (("", "n", 2, 0), ("sc", "n", 3, 0), ("", "c", 2, 1), ("sc", "c", 3, 1)):
            label = f"pv.{name}.{form + '.' if form else ''}{width}"
            three(label, r(0x57, f3, f7 | low), lambda d, a, b: m.packed(name, form, width, d, a, b, 0), 40)
for width, f3, low in (("h", 0, 0), ("b", 1, 0), ("n", 2, 0), ("c", 2, 1)):
    for a in EDGES:
        emit("pv.abs." + width, r(0x57, f3, 0x38 | low, rs2=0), {"a1": a}, {"a0": m.packed_move("abs", width, 0, a, 0, 0)})
for op, f7 in (("extract", 0x3C), ("extractu", 0x48), ("insert", 0x58)):
    for width, f3, n in (("h", 6, 2), ("b", 7, 4)):
        for imm in range(n):
            for _ in range(12):
                d, a = pick(), pick()
                emit(f"pv.{op}.{width}", r(0x57, f3, f7 | (imm & 1), rs2=imm >> 1), {"a0": d, "a1": a}, {"a0": m.packed_move(op, width, d, a, 0, imm)})
for op, width, f3, f7 in (("shuffle", "h", 0, 0x60), ("shuffle", "b", 1, 0x60), ("shuffle2", "h", 0, 0x64), ("shuffle2", "b", 1, 0x64),
                          ("pack", "h", 0, 0x68), ("packhi", "b", 1, 0x6C), ("packlo", "b", 1, 0x70)):
    three(f"pv.{op}.{width}", r(0x57, f3, f7), lambda d, a, b: m.packed_move(op, width, d, a, b, 0), 60)
for imm in range(64):
    for op, f3, f7, label in (("shuffle.sci", 6, 0x60, "pv.shuffle.sci.h"), ("shuffleI0", 7, 0x60, "pv.shuffleI0.sci.b"),
                              ("shuffleI1", 7, 0x74, "pv.shuffleI1.sci.b"), ("shuffleI2", 7, 0x78, "pv.shuffleI2.sci.b"),
                              ("shuffleI3", 7, 0x7C, "pv.shuffleI3.sci.b")):
        if op == "shuffle.sci" and imm > 3:
            continue
        a = pick()
        emit(label, r(0x57, f3, f7 | (imm & 1), rs2=imm >> 1), {"a1": a}, {"a0": m.packed_move(op, "b", 0, a, 0, imm)})

# mac&load -------------------------------------------------------------------------------------------------------------------------
for name, f7, sa, sw in (("mlsdotup", 0x70, 0, 0), ("mlsdotusp", 0x74, 1, 0), ("mlsdotsup", 0x6C, 0, 1), ("mlsdotsp", 0x7C, 1, 1)):
    for f3, width in enumerate("hbnc"):
        for imm in range(32):
            regs = [pick() for _ in range(6)]
            d, value = pick(), pick()
            a, w = regs[imm & 1], regs[2 + (imm >> 1 & 3)]
            after = list(regs)
            if imm & 8:
                after[imm & 1] = value
            if imm & 16:
                after[2 + (imm >> 1 & 3)] = value
            emit(f"pv.{name}.{width}", r(0x77, f3, f7, rs2=imm),
                 {"a0": d, "a1": L1, "mem": value} | {f"s{k}": v for k, v in enumerate(regs)},
                 {"a0": d + m.dot(a, w, m.WIDTH[width], sa, sw), "a1": L1 + (4 if imm & 24 else 0)} | {f"s{k}": v for k, v in enumerate(after)})

# Floating point: f registers a0..a3 in both forms; flags -----------------------------------------------------------------------------
for name, f7 in (("fadd.s", 0), ("fsub.s", 4), ("fmul.s", 8), ("fdiv.s", 0x0C)):
    for mode in range(5):
        for _ in range(60):
            a, b = pick(FLOATS), pick(FLOATS)
            bits, flags = m.float_operation(name, a, b, 0, mode)
            emit(name, r(0x53, mode, f7), {"f1": a, "f2": b}, {"f0": bits, "flags": flags})
for mode in range(5):
    for _ in range(60):
        a = pick(FLOATS)
        bits, flags = m.square_root(a, mode)
        emit("fsqrt.s", r(0x53, mode, 0x2C, rs2=0), {"f1": a}, {"f0": bits, "flags": flags})
        for op, rs2 in (("fcvt.w.s", 0), ("fcvt.wu.s", 1)):
            bits, flags = m.float_to_int(a, mode, rs2 == 0)
            emit(op, r(0x53, mode, 0x60, rs2=rs2), {"f1": a}, {"a0": bits, "flags": flags})
        v = pick()
        for op, rs2 in (("fcvt.s.w", 0), ("fcvt.s.wu", 1)):
            bits, flags = m.round_float(m.Fraction(m.s(v) if rs2 == 0 else v), mode)
            emit(op, r(0x53, mode, 0x68, rs2=rs2), {"a1": v}, {"f0": bits, "flags": flags})
for name, opcode in (("fmadd.s", 0x43), ("fmsub.s", 0x47), ("fnmsub.s", 0x4B), ("fnmadd.s", 0x4F)):
    for mode in range(5):
        for _ in range(60):
            a, b, c = pick(FLOATS), pick(FLOATS), pick(FLOATS)
            if random.random() < 0.3:
                c = m.float_operation("fmul.s", a, b, 0, 0)[0] ^ 0x80000000
            bits, flags = m.float_operation(name, a, b, c, mode)
            emit(name, 13 << 27 | r(opcode, mode, 0), {"f1": a, "f2": b, "f3": c}, {"f0": bits, "flags": flags})
for a in FLOATS:
    emit("fclass.s", r(0x53, 1, 0x70, rs2=0), {"f1": a}, {"a0": m.float_class(a)})
    for b in FLOATS:
        for op, f3 in (("fle.s", 0), ("flt.s", 1), ("feq.s", 2)):
            value, flags = m.float_compare(op, a, b)
            emit(op, r(0x53, f3, 0x50), {"f1": a, "f2": b}, {"a0": value, "flags": flags})
        for op, f3 in (("fmin.s", 0), ("fmax.s", 1)):
            value, flags = m.float_extreme(op, a, b)
            emit(op, r(0x53, f3, 0x14), {"f1": a, "f2": b}, {"f0": value, "flags": flags})
        for op, f3, sign in (("fsgnj.s", 0, b), ("fsgnjn.s", 1, ~b), ("fsgnjx.s", 2, a ^ b)):
            emit(op, r(0x53, f3, 0x10), {"f1": a, "f2": b}, {"f0": (a & 0x7FFFFFFF) | (sign & 0x80000000)})
