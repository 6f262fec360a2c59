# SPDX-License-Identifier: Apache-2.0
# Writes a network of any number of layers and shape classes as model.hpp, for measuring what the compiler makes of it.
"""usage: synthetic.py OUT_FOLDER LAYERS

A chain of linear layers, norms, activations, softmaxes, residual sums and requantisations. Widths, element types, roundings
and biases change from block to block, so that many shape classes appear: of tiles, and of kernels.
"""
import json
import os
import sys


class Model:
    def __init__(self):
        self.tensors, self.constants, self.layers, self.names = [], [], [], []
        self.offset = 0

    def tensor(self, name, element, shape, role=""):
        extents = ", ".join(map(str, shape))
        self.tensors.append(f"struct {name} : tensor<{name}, {element}, shape<{extents}>{role}> {{}};")
        return name

    def constant(self, name, element, shape):
        size = 4 if element == "i32" else 1
        for extent in shape:
            size *= extent
        extents = ", ".join(map(str, shape))
        self.constants.append(f"struct {name} : constant<{name}, {element}, shape<{extents}>, image_place{{{self.offset}, {self.offset + 1}}}> {{}};")
        self.offset += (size + 3) // 4 * 4
        return name

    def layer(self, name, text):
        self.layers.append(f"struct {name} : {text.replace('SELF', name)} {{}};")
        self.names.append(name)


ROUNDINGS = ("half_up", "half_away", "half_even", "down", "to_zero")


def result(i, block, shift, mul, element):
    """A requantisation to i8 or u8, with the rounding of this block."""
    limits = ", .low = 0, .high = 255" if element == "u8" else ""
    return f".result = {{.round = rounding::{ROUNDINGS[(block + i) % len(ROUNDINGS)]}, .shift = {shift}, .mul = {mul}{limits}}}"


def build(count):
    m = Model()
    rows, width = 4, 32
    current = m.tensor("input", "i8", (rows, width), ", role::input")
    residual = current
    for i in range(count):
        kind, block = i % 10, i // 10
        last = i == count - 1
        name, out = f"layer_{i}", f"x_{i}"
        role = ", role::output" if last else ""
        element = "u8" if (block + i) % 3 == 0 else "i8"
        if kind == 4:
            element = "u8"
        elif kind == 1:
            element = "i8"
        before, width_before = current, width
        if kind in (0, 3, 6) and not last and kind != 6:
            width = 16 + (i * 7) % 48
        m.tensor(out, element, (rows, width), role)
        if kind in (0, 3, 6):
            weight = m.constant(f"w_{i}", "i8", (width, width_before))
            bias = f", bias<{m.constant(f'b_{i}', 'i32', (width,))}>" if block % 2 else ""
            m.layer(name, f"op::matmul<SELF, {before}, view<{weight}, {{.of = {{{width_before}, {width}}}, .stride = {{1, {width_before}}}}}>, {out},"
                          f" {{{result(i, block, 9, i % 13 + 1, element)}}}{bias}>")
        elif kind == 1:
            m.layer(name, f"op::irms_norm<SELF, {before}, {m.constant(f'w_{i}', 'i32', (width,))}, {out}, {{.shift = 16}}>")
        elif kind == 2:
            m.layer(name, f"op::ihardswish<SELF, {before}, {out}, {{.one_over_six = 42, .three = 181, .six = 362, {result(i, block, 16, i % 7 + 3, element)}}}>")
        elif kind == 4:
            m.layer(name, f"op::isoftmax<SELF, {before}, {out}, {{.coefficient_b = 85, .coefficient_c = 3770, .log2 = 63}}>")
        elif kind == 5:
            m.layer(name, f"op::requantise<SELF, {before}, {out}, {{{result(i, block, 10, i % 5 + 400, element)}}}>")
            residual = out
        elif kind == 7:
            other = residual if residual == f"x_{i - 2}" else before
            m.layer(name, f"op::add<SELF, {before}, {other}, {out}, {{{result(i, block, 1, 1, element)}}}>")
        elif kind == 8:
            m.layer(name, f"op::igelu<SELF, {before}, {out}, {{.b = -40, .one = 1743, {result(i, block, 14, i % 9 + 2, element)}}}>")
        else:
            m.layer(name, f"op::mul<SELF, {before}, {before}, {out}, {{{result(i, block, 7, 1, element)}}}>")
        current = out
    return m


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    m = build(count)
    with open(os.path.join(folder, "model.hpp"), "w") as f:
        f.write("#pragma once\n#include <deeploy/model.hpp>\n\nnamespace model::synthetic {\nusing namespace deeploy;\n\n")
        f.write("\n".join(m.constants + m.tensors + m.layers))
        f.write("\n\nstruct network : deeploy::network<network,\n    " + ",\n    ".join(m.names) + "> {};\n}  // namespace model::synthetic\n")
    with open(os.path.join(folder, "constants.bin"), "wb") as f:
        f.write(bytes(i * 37 % 251 for i in range(m.offset)))
    with open(os.path.join(folder, "model.json"), "w") as f:
        json.dump({"name": "synthetic", "network": "model::synthetic::network", "inputs": [], "outputs": [],
                   "tensors": [], "values": {}}, f)


if __name__ == "__main__":
    main()
