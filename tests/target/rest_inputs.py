# SPDX-License-Identifier: Apache-2.0
# One row of a linear layer of which the NPU takes whole steps of 252 inputs and the cores the others: in the simulator's sanitizer, alone
# and where a unit's result is the next layer's input, of which the cores read a part too.
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("support", "calibration")]
import harness


def row(layers, widths, kinds, bias, by_channel):
    """Linear layers one after the other; kinds: of the input, then of each result."""
    def make(b):
        y = layers.new_input(b, [1, widths[0]], kinds[0])
        for inputs, outputs, kind in zip(widths, widths[1:], kinds[1:]):
            w = layers.weights(b, [inputs, outputs])
            if bias:
                y = b.node("Gemm", y, w, b.constant(layers.random_integers(b, [outputs], -2000, 2000)))
            else:
                y = b.node("MatMul", y, w)
            y = layers.requant(b, y, 1 if by_channel else None, layers.NARROW, kind == "i8")
        return [y]
    return make


def main():
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    import layers
    seeds = range(int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else range(3)
    nets = {"chain": ([256, 256, 256, 510], ["i8", "i8", "u8", "i8"], True, False), "wide": ([1024, 256, 344], ["u8", "i8", "i8"], False, False),
            "channels": ([260, 512, 99], ["i8", "u8", "i8"], False, True)}
    for seed in seeds:
        r = random.Random(seed)
        widths = [252 * r.randint(1, 5) + r.randint(1, 40), r.randint(1, 300)]
        nets["row%d_%d_%d" % (seed, *widths)] = (widths, [r.choice(["i8", "u8"]) for _ in widths], r.random() < 0.5, r.random() < 0.3)
    taken = 0
    with harness.Folder() as folder:
        check = {"DEEPLOY_SIMULATOR": harness.checking_simulator(folder)}
        for name, what in nets.items():
            case = os.path.join(folder, name)
            file = lambda part: os.path.join(case, part)
            layers.write(name, row(layers, *what), case)
            for l1 in (262144, 12000):
                harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", "siracusa",
                                "--engines", "npu,cluster", "--l1", l1, "--json", file("report.json"), "--cache", harness.CACHE, "--quiet", environment=check)
                r = harness.read(file("report.json"))
                forms = [s["form"] for s in r["steps"]]
                taken += forms.count("folded_rest")
                print("%s, %d bytes: equal, no finding; %d cycles, %d estimated; %s" % (name, l1, r["cycles"], sum(s["estimated_cycles"] for s in r["steps"]), " ".join(forms)))
    harness.check(taken >= 8, "only %d layers have the form that is tested" % taken)


harness.main(main)
