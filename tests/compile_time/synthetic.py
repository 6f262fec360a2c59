# SPDX-License-Identifier: Apache-2.0
# Writes a network of any number of layers and shape classes as model.hpp, for measuring what the compiler makes of it.
"""usage: synthetic.py OUT_FOLDER LAYERS

A chain of linear layers, norms, activations, softmaxes, residual sums and requantisations whose widths change from block
to block, so that many shape classes appear.
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


def build(count):
    m = Model()
    rows, width = 4, 32
    current = m.tensor("input", "i8", (rows, width), ", role::input")
    residual = current
    i = 0
    while i < count:
        kind = i % 10
        last = i == count - 1
        name, out = f"layer_{i}", f"x_{i}"
        role = ", role::output" if last else ""
        if kind in (0, 3, 6):
            wide = width if last or kind == 6 else 16 + (i * 7) % 48
            weight = m.constant(f"w_{i}", "i8", (wide, width))
            m.tensor(out, "i8", (rows, wide), role)
            m.layer(name, f"op::matmul<SELF, {current}, view<{weight}, {{.of = {{{width}, {wide}}}, .stride = {{1, {width}}}}}>, {out},"
                          f" {{.result = {{.shift = 9, .mul = {i % 13 + 1}}}}}>")
            width = wide
        elif kind == 1:
            m.tensor(out, "i8", (rows, width), role)
            m.layer(name, f"op::irms_norm<SELF, {current}, {m.constant(f'w_{i}', 'i32', (width,))}, {out}, {{.shift = 16}}>")
        elif kind == 2:
            m.tensor(out, "i8", (rows, width), role)
            m.layer(name, f"op::ihardswish<SELF, {current}, {out}, {{.one_over_six = 42, .three = 181, .six = 362, .result = {{.shift = 16, .mul = {i % 7 + 3}}}}}>")
        elif kind == 4:
            m.tensor(out, "u8", (rows, width), role)
            m.layer(name, f"op::isoftmax<SELF, {current}, {out}, {{.coefficient_b = 85, .coefficient_c = 3770, .log2 = 63}}>")
        elif kind == 5:
            m.tensor(out, "i8", (rows, width), role)
            m.layer(name, f"op::requantise<SELF, {current}, {out}, {{.result = {{.shift = 10, .mul = {i % 5 + 400}}}}}>")
            residual = out
        elif kind == 7:
            m.tensor(out, "i8", (rows, width), role)
            other = residual if residual == f"x_{i - 2}" else current
            m.layer(name, f"op::add<SELF, {current}, {other}, {out}, {{.result = {{.shift = 1}}}}>")
        elif kind == 8:
            m.tensor(out, "i8", (rows, width), role)
            m.layer(name, f"op::igelu<SELF, {current}, {out}, {{.b = -40, .one = 1743, .result = {{.shift = 14, .mul = {i % 9 + 2}}}}}>")
        else:
            m.tensor(out, "i8", (rows, width), role)
            m.layer(name, f"op::mul<SELF, {current}, {current}, {out}, {{.result = {{.shift = 7}}}}>")
        current = out
        i += 1
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
        json.dump({"name": "synthetic", "network": "model::synthetic::network", "inputs": [], "outputs": [], "tensors": [], "values": {}}, f)


main()
