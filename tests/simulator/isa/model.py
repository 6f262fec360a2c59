# SPDX-License-Identifier: Apache-2.0
"""What each instruction does, written from the manuals with Python's integers and fractions, apart from the simulator."""
from fractions import Fraction
import math

M = 0xFFFFFFFF


def s(v, bits=32):
    v &= (1 << bits) - 1
    return v - (1 << bits) if v >> (bits - 1) else v


def lanes(v, bits):
    return [(v >> i) & ((1 << bits) - 1) for i in range(0, 32, bits)]


def pack(values, bits):
    return sum((v & ((1 << bits) - 1)) << (i * bits) for i, v in enumerate(values))


# Base integer: (rs1, rs2) -> rd ------------------------------------------------------------------------------------------
def divide(a, b):
    if b == 0:
        return -1
    q = abs(a) // abs(b)
    return -q if (a < 0) != (b < 0) else q


def remainder(a, b):
    return a if b == 0 else a - b * divide(a, b)


BASE = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "sll": lambda a, b: a << (b & 31),
    "slt": lambda a, b: s(a) < s(b), "sltu": lambda a, b: a < b, "xor": lambda a, b: a ^ b,
    "srl": lambda a, b: a >> (b & 31), "sra": lambda a, b: s(a) >> (b & 31), "or": lambda a, b: a | b,
    "and": lambda a, b: a & b, "mul": lambda a, b: a * b, "mulh": lambda a, b: s(a) * s(b) >> 32,
    "mulhsu": lambda a, b: s(a) * b >> 32, "mulhu": lambda a, b: a * b >> 32,
    "div": lambda a, b: divide(s(a), s(b)), "divu": lambda a, b: divide(a, b),
    "rem": lambda a, b: remainder(s(a), s(b)), "remu": lambda a, b: remainder(a, b),
}

# Xpulp scalar -----------------------------------------------------------------------------------------------------------
def ff1(a):
    return next((i for i in range(32) if a >> i & 1), 32)


def fl1(a):
    return next((i for i in range(31, -1, -1) if a >> i & 1), 32)


def clb(a):
    if a == 0:
        return 0
    sign = a >> 31
    n = 0
    while n < 31 and (a >> (30 - n) & 1) == sign:
        n += 1
    return n


UNARY = {
    "p.abs": lambda a: abs(s(a)), "p.ff1": ff1, "p.fl1": fl1, "p.clb": clb, "p.cnt": lambda a: bin(a).count("1"),
    "p.exths": lambda a: s(a, 16), "p.exthz": lambda a: a & 0xFFFF, "p.extbs": lambda a: s(a, 8),
    "p.extbz": lambda a: a & 0xFF,
}
BINARY = {
    "p.slet": lambda a, b: s(a) <= s(b), "p.sletu": lambda a, b: a <= b, "p.min": lambda a, b: min(s(a), s(b)),
    "p.minu": min, "p.max": lambda a, b: max(s(a), s(b)), "p.maxu": max,
    "p.ror": lambda a, b: (a >> (b & 31)) | (a << (32 - (b & 31))),
}
ACCUMULATE = {"p.mac": lambda d, a, b: d + a * b, "p.msu": lambda d, a, b: d - a * b}


def clip(a, low, high):
    return low if s(a) <= low else high if s(a) >= high else s(a)


def clip_bits(a, bits):
    high = (1 << (bits - 1)) - 1 if bits else 0
    return clip(a, -high - 1, high)


def clipu_bits(a, bits):
    high = (1 << (bits - 1)) - 1 if bits else 0
    return clip(a, 0, high)


def field(kind, d, a, width, start):
    ones = (1 << width) - 1
    if kind == "extract":
        return s(s(a) >> start, width)
    if kind == "extractu":
        return (a >> start) & ones
    if kind == "insert":
        return (d & ~(ones << start)) | ((a & ones) << start)
    if kind == "bclr":
        return a & ~(ones << start)
    return a | (ones << start)


def normalised(kind, d, a, b, n):
    """p.addN and relatives: 32-bit sums, then a shift; `a op b`."""
    value = (a + b) if kind.startswith("add") else (a - b)
    if "R" in kind and n > 0:
        value += 1 << (n - 1)
    value &= M
    return value >> n if "u" in kind[3:] else s(value) >> n


def multiplied(kind, d, a, b, n):
    high = "hh" in kind
    signed = "s" in kind.replace("p.", "")
    pick = (lambda v: v >> 16) if high else (lambda v: v & 0xFFFF)
    x, y = pick(a), pick(b)
    if signed:
        x, y = s(x, 16), s(y, 16)
    value = x * y + (d if kind.startswith("mac") else 0)
    if "R" in kind and n > 0:
        value += 1 << (n - 1)
    value &= M
    return s(value) >> n if signed else value >> n


# Packed -----------------------------------------------------------------------------------------------------------------
WIDTH = {"h": 16, "b": 8, "n": 4, "c": 2}


def average(a, b, bits, signed):
    total = (a + b) & ((1 << bits) - 1)
    return s(total, bits) >> 1 if signed else total >> 1


LANE = {
    "add": lambda a, b, w: a + b, "sub": lambda a, b, w: a - b,
    "avg": lambda a, b, w: average(a, b, w, True), "avgu": lambda a, b, w: average(a, b, w, False),
    "min": lambda a, b, w: min(s(a, w), s(b, w)), "minu": lambda a, b, w: min(a, b),
    "max": lambda a, b, w: max(s(a, w), s(b, w)), "maxu": lambda a, b, w: max(a, b),
    "srl": lambda a, b, w: a >> (b % w), "sra": lambda a, b, w: s(a, w) >> (b % w), "sll": lambda a, b, w: a << (b % w),
    "or": lambda a, b, w: a | b, "xor": lambda a, b, w: a ^ b, "and": lambda a, b, w: a & b,
    "cmpeq": lambda a, b, w: -(a == b), "cmpne": lambda a, b, w: -(a != b),
    "cmpgt": lambda a, b, w: -(s(a, w) > s(b, w)), "cmpge": lambda a, b, w: -(s(a, w) >= s(b, w)),
    "cmplt": lambda a, b, w: -(s(a, w) < s(b, w)), "cmple": lambda a, b, w: -(s(a, w) <= s(b, w)),
    "cmpgtu": lambda a, b, w: -(a > b), "cmpgeu": lambda a, b, w: -(a >= b),
    "cmpltu": lambda a, b, w: -(a < b), "cmpleu": lambda a, b, w: -(a <= b),
}
# op -> (first operand signed, second signed, adds to rd)
DOT = {"dotup": (0, 0, 0), "dotusp": (0, 1, 0), "dotsp": (1, 1, 0), "sdotup": (0, 0, 1), "sdotusp": (0, 1, 1),
       "sdotsp": (1, 1, 1)}
UNSIGNED_IMMEDIATE = {"avgu", "minu", "maxu", "srl", "sra", "sll", "cmpgtu", "cmpgeu", "cmpltu", "cmpleu", "dotup", "sdotup"}


def dot(a, b, bits, sa, sb):
    return sum((s(x, bits) if sa else x) * (s(y, bits) if sb else y) for x, y in zip(lanes(a, bits), lanes(b, bits)))


def packed(op, form, width, d, a, b, imm):
    bits = WIDTH[width]
    if form == "sc":
        b = pack([b] * (32 // bits), bits)
    elif form == "sci":
        b = pack([imm if op in UNSIGNED_IMMEDIATE else s(imm, 6)] * (32 // bits), bits)
    if op in DOT:
        sa, sb, add = DOT[op]
        return (d if add else 0) + dot(a, b, bits, sa, sb)
    return pack([LANE[op](x, y, bits) for x, y in zip(lanes(a, bits), lanes(b, bits))], bits)


def packed_move(op, width, d, a, b, imm):
    bits = WIDTH[width]
    n = 32 // bits
    x, old, select = lanes(a, bits), lanes(d, bits), lanes(b, bits)
    if op == "abs":
        return pack([abs(s(v, bits)) for v in x], bits)
    if op == "extract":
        return s(x[imm % n], bits)
    if op == "extractu":
        return x[imm % n]
    if op == "insert":
        old[imm % n] = x[0]
        return pack(old, bits)
    if op == "shuffle":
        return pack([x[v % n] for v in select], bits)
    if op == "shuffle2":
        return pack([(x if v & n else old)[v % n] for v in select], bits)
    if op == "shuffle.sci":
        halves = lanes(a, 16)
        return pack([halves[imm & 1], halves[imm >> 1 & 1]], 16)
    if op.startswith("shuffleI"):
        return pack([x[imm & 3], x[imm >> 2 & 3], x[imm >> 4 & 3], x[int(op[8])]], 8)
    if op == "pack":
        return (a & 0xFFFF) << 16 | (b & 0xFFFF)
    two = (a & 0xFF) << 8 | (b & 0xFF)
    return (d & 0xFFFF) | two << 16 if op == "packhi" else (d & 0xFFFF0000) | two


# Floating point ----------------------------------------------------------------------------------------------------------
NAN = 0x7FC00000
NV, DZ, OF, UF, NX = 16, 8, 4, 2, 1


def unpack_float(v):
    """(kind, sign, exact value)"""
    sign, e, m = v >> 31, v >> 23 & 255, v & 0x7FFFFF
    if e == 255:
        return ("nan" if m else "inf", sign, None)
    value = Fraction(m, 1 << 23) * Fraction(1, 1 << 126) if e == 0 else (1 + Fraction(m, 1 << 23)) * Fraction(2) ** (e - 127)
    return ("zero" if value == 0 else "finite", sign, -value if sign else value)


def signalling(v):
    return (v & 0x7F800000) == 0x7F800000 and (v & 0x7FFFFF) and not v & 0x400000


def to_int(x, mode):
    low = math.floor(x)
    rest = x - low
    if mode == 1:
        return low if x >= 0 or rest == 0 else low + 1
    if mode == 2:
        return low
    if mode == 3:
        return low if rest == 0 else low + 1
    if rest * 2 != 1:
        return low + (rest * 2 > 1)
    return low + (low & 1) if mode == 0 else (low + 1 if x > 0 else low)


def round_float(x, mode, zero_sign=0):
    """Exact value -> (bits, flags)."""
    if x == 0:
        return zero_sign << 31, 0
    sign = x < 0
    magnitude = abs(x)
    e = 0
    while magnitude >= Fraction(2) ** (e + 1):
        e += 1
    while magnitude < Fraction(2) ** e:
        e -= 1
    directed = {2: 3, 3: 2}.get(mode, mode) if sign else mode
    ulp = Fraction(2) ** (max(e, -126) - 23)
    mantissa = to_int(magnitude / ulp, directed)
    inexact = mantissa * ulp != magnitude
    # Tiny after rounding: as if the exponent had no lower end.
    free = Fraction(2) ** (e - 23)
    tiny = to_int(magnitude / free, directed) * free < Fraction(2) ** -126
    value = mantissa * ulp
    flags = NX if inexact else 0
    if value >= Fraction(2) ** 128:
        infinite = directed in (0, 3, 4)
        return (sign << 31) | (0x7F800000 if infinite else 0x7F7FFFFF), OF | NX
    if inexact and tiny:
        flags |= UF
    if value < Fraction(2) ** -126:
        bits = int(value / Fraction(2) ** -149)
    else:
        e2 = 0
        while value >= Fraction(2) ** (e2 + 1):
            e2 += 1
        while value < Fraction(2) ** e2:
            e2 -= 1
        bits = (e2 + 127) << 23 | int((value / Fraction(2) ** e2 - 1) * (1 << 23))
    return (sign << 31) | bits, flags


def float_operation(name, a, b, c, mode):
    """fadd and relatives: (bits, flags)."""
    if name in ("fsub.s",):
        return float_operation("fadd.s", a, b ^ (0x80000000 if not is_nan(b) else 0), 0, mode) if not is_nan(b) else nan_of(a, b)
    if name == "fadd.s":
        (ka, sa, x), (kb, sb, y) = unpack_float(a), unpack_float(b)
        if "nan" in (ka, kb):
            return nan_of(a, b)
        if ka == "inf" or kb == "inf":
            if ka == kb and sa != sb:
                return NAN, NV
            return (a if ka == "inf" else b), 0
        zero = sa if sa == sb and x + y == 0 and ka == "zero" else (1 if mode == 2 else 0)
        if x + y == 0 and not (ka == "zero" and kb == "zero" and sa == sb):
            zero = 1 if mode == 2 else 0
        return round_float(x + y, mode, zero)
    if name == "fmul.s":
        (ka, sa, x), (kb, sb, y) = unpack_float(a), unpack_float(b)
        if "nan" in (ka, kb):
            return nan_of(a, b)
        if {ka, kb} == {"inf", "zero"}:
            return NAN, NV
        if "inf" in (ka, kb):
            return (sa ^ sb) << 31 | 0x7F800000, 0
        return round_float(x * y, mode, sa ^ sb)
    if name == "fdiv.s":
        (ka, sa, x), (kb, sb, y) = unpack_float(a), unpack_float(b)
        if "nan" in (ka, kb):
            return nan_of(a, b)
        if ka == kb and ka in ("inf", "zero"):
            return NAN, NV
        if ka == "inf":
            return (sa ^ sb) << 31 | 0x7F800000, 0
        if kb == "inf":
            return (sa ^ sb) << 31, 0
        if kb == "zero":
            return (sa ^ sb) << 31 | 0x7F800000, DZ
        return round_float(x / y, mode, sa ^ sb)
    # Fused: a * b + c with signs.
    if name in ("fnmsub.s", "fnmadd.s") and not is_nan(a):
        a ^= 0x80000000
    if name in ("fmsub.s", "fnmadd.s") and not is_nan(c):
        c ^= 0x80000000
    (ka, sa, x), (kb, sb, y), (kc, sc, z) = unpack_float(a), unpack_float(b), unpack_float(c)
    if {ka, kb} == {"inf", "zero"}:
        return NAN, NV
    if "nan" in (ka, kb, kc):
        return NAN, NV if signalling(a) or signalling(b) or signalling(c) else 0
    sp = sa ^ sb
    if "inf" in (ka, kb):
        return (NAN, NV) if kc == "inf" and sc != sp else (sp << 31 | 0x7F800000, 0)
    if kc == "inf":
        return c, 0
    total = x * y + z
    both_zero = x * y == 0 and z == 0
    zero = sp if both_zero and sp == sc else (1 if mode == 2 else 0)
    return round_float(total, mode, zero)


def is_nan(v):
    return (v & 0x7FFFFFFF) > 0x7F800000


def nan_of(*values):
    return NAN, NV if any(signalling(v) for v in values) else 0


def square_root(a, mode):
    kind, sign, x = unpack_float(a)
    if kind == "nan":
        return nan_of(a)
    if kind == "zero":
        return a, 0
    if sign:
        return NAN, NV
    if kind == "inf":
        return a, 0
    # Scaled integer root with a sticky bit far below any rounding position.
    scaled = x * Fraction(4) ** 200
    whole = scaled.numerator // scaled.denominator
    root = math.isqrt(whole)
    exact = Fraction(root, 1 << 200)
    if exact * exact != x:
        exact = Fraction(2 * root + 1, 1 << 201)
    return round_float(exact, mode)


def float_to_int(v, mode, signed):
    low, high = (-(1 << 31), (1 << 31) - 1) if signed else (0, M)
    kind, sign, x = unpack_float(v)
    if kind == "nan":
        return high & M, NV
    if kind == "inf":
        return (low if sign else high) & M, NV
    n = to_int(x, mode)
    if n < low or n > high:
        return (low if n < low else high) & M, NV
    return n & M, NX if n != x else 0


def float_compare(name, a, b):
    if is_nan(a) or is_nan(b):
        return 0, NV if name != "feq.s" or signalling(a) or signalling(b) else 0
    x, y = (unpack_float(v) for v in (a, b))
    key = lambda k: (math.inf if not k[1] else -math.inf) if k[0] == "inf" else k[2]
    p, q = key(x), key(y)
    return int({"feq.s": p == q, "flt.s": p < q, "fle.s": p <= q}[name]), 0


def float_extreme(name, a, b):
    flags = NV if signalling(a) or signalling(b) else 0
    if is_nan(a) and is_nan(b):
        return NAN, flags
    if is_nan(a) or is_nan(b):
        return (b if is_nan(a) else a), flags
    order = lambda v: -(v & 0x7FFFFFFF) - 1 if v >> 31 else v
    pick = min if name == "fmin.s" else max
    return pick((a, b), key=order), flags


def float_class(v):
    kind, sign, _ = unpack_float(v)
    if kind == "nan":
        return 1 << (8 if signalling(v) else 9)
    if kind == "inf":
        return 1 << (0 if sign else 7)
    if kind == "zero":
        return 1 << (3 if sign else 4)
    subnormal = (v >> 23 & 255) == 0
    return 1 << ((2 if subnormal else 1) if sign else (5 if subnormal else 6))
