# SPDX-License-Identifier: Apache-2.0
# Windows of one line that are read in place, as whole words: the last one ends behind the images that the cores made of the input.
# The simulator's sanitizer sees where nobody wrote what is read there; results are right all the same, as the weights have zeros there.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("support", "calibration")]
import harness


def line_windows(layers, shape, outputs, taps, pads, groups=1):
    """A convolution of 1 x taps over an input that lies channel by channel."""
    def make(b):
        x = layers.new_input(b, shape, "i8")
        w = layers.weights(b, [outputs, shape[1] // groups, 1, taps])
        return [layers.requant(b, layers.forms.conv(b, x, w, None, [1, 1], pads, None, groups))]
    return make


def main():
    harness.need_oracle()
    harness.need_program(harness.RISCV + "g++", "gcc-riscv64-unknown-elf")
    import layers
    # All images together are whole words, or a word would be written in part.
    nets = {"no_padding": line_windows(layers, [1, 2, 3, 22], 8, 7, [0, 0, 0, 0]),
            "padding_behind": line_windows(layers, [1, 6, 1, 22], 5, 3, [0, 1, 0, 1]),
            "rows_of_padding": line_windows(layers, [2, 8, 7, 11], 4, 7, [3, 2, 3, 9], 4),
            "three_channels": line_windows(layers, [1, 3, 4, 20], 4, 3, [1, 1, 2, 1])}
    with harness.Folder() as folder:
        check = {"DEEPLOY_SIMULATOR": harness.checking_simulator(folder)}
        for name, make in nets.items():
            case = os.path.join(folder, name)
            file = lambda part: os.path.join(case, part)
            layers.write(name, make, case)
            for board in ("siracusa", "siracusa:macload"):
                harness.command("validate", file("network.onnx"), "--inputs", file("inputs.npz"), "--expect", file("outputs.npz"), "--board", board,
                                "--engines", "cluster", "--quiet", environment=check)
                print("%s on %s: equal, no finding" % (name, board))


harness.main(main)
