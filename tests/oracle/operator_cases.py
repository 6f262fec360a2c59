# SPDX-License-Identifier: Apache-2.0
# Writes seeded random cases of single operators and of the short patterns that importers fuse.
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

import cases_elements
import cases_movement
import cases_products
from model_builder import generate

CASES = {**cases_products.CASES, **cases_elements.CASES, **cases_movement.CASES}


def main():
    parser = argparse.ArgumentParser(description="Writes random cases of single operators: OUT_FOLDER/operator/number.")
    parser.add_argument("out_folder", type=pathlib.Path)
    parser.add_argument("--operator", action="append", choices=sorted(CASES), help="only this one (may be repeated)")
    parser.add_argument("--count", type=int, default=20, help="cases per operator")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for operator in options.operator or CASES:
        attempts = 0
        for index in range(options.first, options.first + options.count):
            identifier = f"{operator}/{index:03d}"
            attempts += generate(options.out_folder / identifier, identifier, CASES[operator], options.seed, index)
        print(f"{operator}: {options.count} cases, {attempts} rejected", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
