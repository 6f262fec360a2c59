# SPDX-License-Identifier: Apache-2.0
# The conformance networks as a test: a part of the sweep that has each family and all operators, or all of it.
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness


def main():
    folder = harness.need_conformance()
    sweep = [sys.executable, "-B", os.path.join(HERE, "..", "sweep", "sweep.py"), "--deeploy", harness.DEEPLOY,
             "--conformance", folder,
             "--cache", os.path.join(harness.CACHE, "sweep"), *sys.argv[1:]]
    status = subprocess.run(sweep, check=False).returncode
    harness.check(status == 0, "the sweep ended with %d" % status)


harness.main(main)
