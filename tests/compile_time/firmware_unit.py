# SPDX-License-Identifier: Apache-2.0
# Compile time and memory of a 300-layer network's firmware unit: types, proof, kernels and executor at -O2.
"""firmware_unit.py [--compiler g++|clang++-19] [--l1 BYTES]: prints the figures; limits are in limits.json beside it"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness


def unit(folder, layers, l1):
    """Plans a synthetic network; its firmware unit and how many shape classes it has."""
    subprocess.run([sys.executable, "-B", os.path.join(HERE, "synthetic.py"), folder, str(layers)], check=True)
    plan = harness.planned(folder, folder, "--l1", l1)
    harness.check(len({s["layer"] for s in plan["steps"]}) == layers, "the plan has another number of layers")
    return harness.firmware_unit(folder, "model::synthetic::network"), len(plan["kernels"])


def geometries(folder, compiler):
    """How many different sets of extents and tiles the compiled program holds."""
    source = os.path.join(folder, "count.cpp")
    harness.write(source, '#include "model.hpp"\n#include <host/kernels.hpp>\n#include "plan.hpp"\n#include <deeploy/program.hpp>\n#include <cstdio>\n'
                          'int main() { std::printf("%d", deeploy::program<model::synthetic::network, deeploy::board::host>::geometry_count); }\n')
    subprocess.run([compiler, "-std=c++20", "-O0", *harness.INCLUDES, source, "-o", source + ".out"], check=True)
    return int(subprocess.run([source + ".out"], check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--l1", type=int, default=64000)
    a = parser.parse_args()
    limits = harness.read(os.path.join(HERE, "limits.json"))
    mine = limits["compilers"][a.compiler]
    harness.need_program(a.compiler, mine["package"])
    measured = {}
    with harness.Folder() as top:
        for layers in (limits["few_layers"], limits["layers"]):
            folder = os.path.join(top, str(layers))
            source, kernels = unit(folder, layers, a.l1)
            # Default limits of the compiler for constant evaluation: no option raises them.
            used = harness.compiled([a.compiler, "-std=c++20", "-O2", *harness.INCLUDES, "-c", source, "-o",
                                     source + ".o"])
            measured[layers] = used
            print("%s, %d layers at %d bytes of L1: %.1f s of CPU (%.1f s of wall clock), %.0f MiB, %d kernels"
                  % (a.compiler, layers, a.l1, used["cpu_s"], used["wall_s"], used["peak_mib"], kernels), flush=True)
        tiles = geometries(os.path.join(top, str(limits["layers"])), a.compiler)
    few, many = measured[limits["few_layers"]], measured[limits["layers"]]
    growth = many["cpu_s"] / few["cpu_s"]
    print("%d shape classes of kernels, %d of tiles; %d to %d layers: %.1f times the time" % (kernels, tiles,
                                                                                              limits["few_layers"],
                                                                                              limits["layers"], growth))
    # The stricter of the two meanings: each class is compiled kernel code of its own.
    harness.check(min(kernels, tiles) >= limits["least_classes"],
                  "%d shape classes, %d asked" % (min(kernels, tiles), limits["least_classes"]))
    harness.check(many["cpu_s"] <= mine["seconds"], "%.1f s, the limit is %d s" % (many["cpu_s"], mine["seconds"]))
    harness.check(many["peak_mib"] * 1.048576 <= mine["megabytes"],
                  "%.0f MB, the limit is %d MB" % (many["peak_mib"] * 1.048576, mine["megabytes"]))
    harness.check(growth <= limits["growth"], "%.1f times the time of %d layers, the limit is %.1f" % (growth, limits["few_layers"], limits["growth"]))


harness.main(main)
