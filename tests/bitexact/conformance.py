# SPDX-License-Identifier: Apache-2.0
# The conformance networks as a test: a part of the sweep that has each family and all operators, or all of it. On a board's
# simulator its sanitizer looks on.
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
             "--cache", os.path.join(harness.CACHE, "sweep_checked" if "--board" in sys.argv else "sweep"), *sys.argv[1:]]
    with harness.Folder() as temporary:
        status = subprocess.run(sweep, check=False, env=dict(os.environ, DEEPLOY_SIMULATOR=harness.checking_simulator(temporary))).returncode
    harness.check(status == 0, "the sweep ended with %d" % status)


harness.main(main)
