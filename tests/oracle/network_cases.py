# SPDX-License-Identifier: Apache-2.0
# Writes seeded random networks, family by family.
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

import networks_attention
import networks_convolutional
import networks_mixed
import networks_unusual
from model_builder import generate

FAMILIES = {**networks_convolutional.FAMILIES, **networks_mixed.FAMILIES, **networks_attention.FAMILIES,
            **networks_unusual.FAMILIES}


def main():
    parser = argparse.ArgumentParser(description="Writes random networks: OUT_FOLDER/family/number.")
    parser.add_argument("out_folder", type=pathlib.Path)
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES), help="only this one (may be repeated)")
    parser.add_argument("--count", type=int, default=10, help="networks per family")
    parser.add_argument("--first", type=int, default=0, help="number of the first network")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for family in options.family or FAMILIES:
        rejected = 0
        for index in range(options.first, options.first + options.count):
            identifier = f"{family}/{index:04d}"
            rejected += generate(options.out_folder / identifier, identifier, FAMILIES[family], options.seed, index,
                                 check_activations=True)
        print(f"{family}: {options.count} networks, {rejected} rejected attempts", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
