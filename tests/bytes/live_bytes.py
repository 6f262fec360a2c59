# SPDX-License-Identifier: Apache-2.0
# Counts the live bytes of a plan, memory by memory and step by step, from its tensors, steps, tiles and roles.
REDUCED = {"matmul": {"in_features"}, "conv2d": {"in_channels", "kernel_rows", "kernel_columns"},
           "max_pool": {"kernel_rows", "kernel_columns"}, "score_chain": {"keys", "depth"}}
# Kinds whose result has one element for each point of the space.
WHOLE = {"add", "sub", "mul", "requantise", "igelu", "ihardswish", "isoftmax", "irms_norm", "ilayer_norm", "inonorm",
         "copy", "integer_div"}
SIZE = {"i8": 1, "u8": 1, "i16": 2, "u16": 2, "i32": 4, "f32": 4}


def result_bytes(step, tensor):
    """Bytes of the result's tile from the tile lengths alone; None where this table does not know the operator."""
    if step["kind"] not in WHOLE and step["kind"] not in REDUCED:
        return None
    elements = 1
    for axis, (length, _) in (step["tile"] or {}).items():
        if axis not in REDUCED.get(step["kind"], ()):
            elements *= length
    return elements * SIZE[tensor["type"]]


def rounded(size, alignment):
    return (size + alignment - 1) // alignment * alignment


class Count:
    """Largest sum of live bytes per memory, and what was found wrong on the way."""

    def __init__(self, plan):
        self.plan, self.tensors, self.steps = plan, {t["name"]: t for t in plan["tensors"]}, plan["steps"]
        self.problems, self.results_checked = [], 0
        self.live = {m: [0] * len(self.steps) for m in plan["memory"]}
        self.alignment = {m: f["alignment"] for m, f in plan["memory"].items()}
        self.l1 = next(iter(plan["memory"]))
        self.count_tensors()
        for s, step in enumerate(self.steps):
            self.count_buffers(s, step)
        self.peak = {m: max(at) for m, at in self.live.items()}

    def add(self, memory, first, last, size):
        for s in range(max(first, 0), last + 1):
            self.live[memory][s] += rounded(size, self.alignment[memory])

    def count_tensors(self):
        last_step = len(self.steps) - 1
        touched = {}
        for s, step in enumerate(self.steps):
            for b in step["buffers"].values():
                touched.setdefault(b["tensor"], []).append(s)
        for name, t in self.tensors.items():
            uses = touched.get(name)
            if not uses:
                self.problems.append("%s is used by no step" % name)
                continue
            # What comes in is there from the start; what goes out stays to the end; constants and states always.
            first = 0 if t["role"] in ("input", "state", "constant") else uses[0]
            last = last_step if t["role"] in ("output", "state", "constant") else uses[-1]
            self.add(t["memory"], first, last, t["bytes"])

    def count_buffers(self, s, step):
        for operand, b in step["buffers"].items():
            tensor = self.tensors[b["tensor"]]
            if operand == "y":
                expected = result_bytes(step, tensor)
                if expected is not None:
                    self.results_checked += 1
                    if expected != b["tile_bytes"]:
                        self.problems.append("%s: its result's tile has %d bytes, the plan says %d" % (step["layer"],
                                                                                                       expected,
                                                                                                       b["tile_bytes"]))
            if b["tile_bytes"] > tensor["bytes"]:
                self.problems.append("%s: the tile of %s has %d bytes, the tensor %d" % (step["layer"], operand,
                                                                                         b["tile_bytes"],
                                                                                         tensor["bytes"]))
            if (b["memory"] == self.l1) != (not b["at"]):
                self.problems.append("%s: %s lives in %s and has %d buffers" % (step["layer"], operand, b["memory"],
                                                                                len(b["at"])))
            for copy in range(len(b["at"])):
                self.add(self.l1, s - b["early"] if copy == 0 else s, s, b["tile_bytes"])
        self.add(self.l1, s, s, step["scratch"]["bytes"])
