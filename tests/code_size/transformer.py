# SPDX-License-Identifier: Apache-2.0
# Writes a transformer of any number of equal blocks as model.hpp: each block has weights and requantisations of its own.
"""usage: transformer.py OUT_FOLDER BLOCKS"""
import os
import sys

ROWS, HEADS, WIDTH, INNER = 16, 4, 16, 128
MODEL = HEADS * WIDTH


class Writer:
    def __init__(self):
        self.lines, self.names, self.offset = [], [], 0

    def tensor(self, name, shape, element="i8", role=""):
        self.lines.append("struct %s : tensor<%s, %s, shape<%s>%s> {};" % (name, name, element,
                                                                           ", ".join(map(str, shape)), role))
        return name

    def constant(self, name, shape, element="i8"):
        size = 4 if element == "i32" else 1
        for extent in shape:
            size *= extent
        self.lines.append("struct %s : constant<%s, %s, shape<%s>, image_place{%d, %d}> {};" % (name, name, element,
                                                                                                ", ".join(map(str,
                                                                                                              shape)),
                                                                                                              self.offset, self.offset + 1))
        self.offset += (size + 3) // 4 * 4
        return name

    def layer(self, name, kind, *words):
        self.lines.append("struct %s : op::%s<%s, %s> {};" % (name, kind, name, ", ".join(words)))
        self.names.append(name)

    def linear(self, name, x, y, outputs, inputs, block):
        w = self.constant(name + "_weight", (outputs, inputs))
        seen = "view<%s, {.of = {%d, %d}, .stride = {1, %d}}>" % (w, inputs, outputs, inputs)
        self.layer(name, "matmul", x, seen, y, "{.result = {.shift = 10, .mul = %d}}" % (3 + block))


def block(w, k, x, role):
    n = lambda name: "%s_%d" % (name, k)
    norm = w.tensor(n("normed"), (ROWS, MODEL))
    w.layer(n("norm"), "irms_norm", x, w.constant(n("norm_weight"), (MODEL,), "i32"), norm, "{.shift = 16}")
    for part in ("query", "key", "value"):
        w.linear(n("make_" + part), norm, w.tensor(n(part), (ROWS, MODEL)), MODEL, MODEL, k)
    heads = "{.of = {%d, %d, %d}, .stride = {%d, %d, 1}}" % (HEADS, ROWS, WIDTH, WIDTH, MODEL)
    turned = "{.of = {%d, %d, %d}, .stride = {%d, 1, %d}}" % (HEADS, WIDTH, ROWS, WIDTH, MODEL)
    scores = w.tensor(n("scores"), (HEADS, ROWS, ROWS))
    w.layer(n("score"), "matmul", "view<%s, %s>" % (n("query"), heads), "view<%s, %s>" % (n("key"), turned), scores,
            "{.result = {.shift = 6, .mul = %d}}" % (k + 1))
    shares = w.tensor(n("shares"), (HEADS, ROWS, ROWS), "u8")
    w.layer(n("weigh"), "isoftmax", scores, shares, "{.coefficient_b = 85, .coefficient_c = 3770, .log2 = 63}")
    context = w.tensor(n("context"), (ROWS, MODEL))
    w.layer(n("gather"), "matmul", shares, "view<%s, %s>" % (n("value"), heads), "view<%s, %s>" % (context, heads),
            "{.result = {.shift = 8, .mul = %d}}" % (k + 1))
    mixed, sum_1, wide = w.tensor(n("mixed"), (ROWS, MODEL)), w.tensor(n("sum"), (ROWS, MODEL)), w.tensor(n("wide"),
                                                                                                          (ROWS, INNER))
    w.linear(n("mix"), context, mixed, MODEL, MODEL, k)
    w.layer(n("add_attention"), "add", x, mixed, sum_1, "{.result = {.shift = 1}}")
    w.linear(n("widen"), sum_1, wide, INNER, MODEL, k)
    active = w.tensor(n("active"), (ROWS, INNER))
    w.layer(n("activate"), "igelu", wide, active, "{.b = -40, .one = 1743, .result = {.shift = 14, .mul = %d}}" % (k + 2))
    narrow, y = w.tensor(n("narrow"), (ROWS, MODEL)), w.tensor(n("y"), (ROWS, MODEL), role=role)
    w.linear(n("narrow_down"), active, narrow, MODEL, INNER, k)
    w.layer(n("add_inner"), "add", sum_1, narrow, y, "{.result = {.shift = 1}}")
    return y


def write(folder, blocks):
    os.makedirs(folder, exist_ok=True)
    w = Writer()
    x = w.tensor("x", (ROWS, MODEL), role=", role::input")
    for k in range(blocks):
        x = block(w, k, x, ", role::output" if k == blocks - 1 else "")
    with open(os.path.join(folder, "model.hpp"), "w", encoding="utf-8") as f:
        f.write("#pragma once\n#include <deeploy/model.hpp>\n\nnamespace transformer {\nusing namespace deeploy;\n\n%s\n\n"
                "struct network : deeploy::network<network, %s> {};\n}  // namespace transformer\n" % ("\n".join(w.lines), ", ".join(w.names)))
    with open(os.path.join(folder, "constants.bin"), "wb") as f:
        f.write(bytes(i * 37 % 251 for i in range(w.offset)))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
