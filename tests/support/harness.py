# SPDX-License-Identifier: Apache-2.0
# What the scripts of the tests share: the command, compilers, temporary folders, generated networks.
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEEPLOY = os.path.abspath(os.environ.get("DEEPLOY") or os.path.join(ROOT, "build", "deeploy"))
CACHE = os.environ.get("DEEPLOY_TEST_CACHE") or os.path.join(os.path.dirname(DEEPLOY), "test_cache")
BUILD = os.environ.get("DEEPLOY_BUILD") or os.path.dirname(DEEPLOY)
SIMULATOR = os.environ.get("DEEPLOY_SIMULATOR") or os.path.join(BUILD, "boards", "siracusa", "simulator", "siracusa-sim")
CXX = os.environ.get("CXX") or "c++"
INCLUDES = ["-I" + os.path.join(ROOT, folder) for folder in ("include", "kernels", "boards")]
RISCV = "riscv64-unknown-elf-"
RISCV_FLAGS = ["-march=rv32imc", "-mabi=ilp32", "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-nostdlib"]


class Failed(Exception):
    """A check did not hold."""


def check(holds, text):
    if not holds:
        raise Failed(text)


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(77)


def conformance():
    """The folder of the conformance networks, or None."""
    folder = os.environ.get("DEEPLOY_CONFORMANCE") or os.path.join(ROOT, "..", "shared", "conformance")
    return os.path.abspath(folder) if os.path.isdir(folder) else None


def need_conformance():
    folder = conformance()
    if folder is None:
        skip("the conformance networks are not in ../shared/conformance; set DEEPLOY_CONFORMANCE")
    return folder


def have_oracle():
    try:
        import numpy, onnx  # noqa: F401
        return True
    except ImportError:
        return False


def need_oracle():
    if not have_oracle():
        skip("random networks need python3-numpy and python3-onnx")


def need_program(name, package):
    if shutil.which(name) is None:
        skip("%s is missing (package %s)" % (name, package))
    return name


def oracle(script, *words):
    """Runs a generator of tests/oracle."""
    done = subprocess.run([sys.executable, "-B", os.path.join(ROOT, "tests", "oracle", script), *map(str, words)],
                          capture_output=True, text=True, check=False)
    check(done.returncode == 0, "%s failed: %s" % (script, done.stderr[-800:]))


def command(*words, folder=None, environment=None, expect=0):
    """Runs the command; its output."""
    done = subprocess.run([DEEPLOY, *map(str, words)], capture_output=True, text=True, check=False, cwd=folder,
                          env=None if environment is None else dict(os.environ, **environment))
    check(expect is None or done.returncode == expect, "deeploy %s ended with %d, expected %s\n%s%s" % (
        " ".join(map(str, words)), done.returncode, expect, done.stdout[-1500:], done.stderr[-1500:]))
    return done


def checking_simulator(folder):
    """The simulator with its sanitizer, as a program that DEEPLOY_SIMULATOR may name: a finding ends a run with 123."""
    path = write(os.path.join(folder, "checking-simulator"), '#!/bin/sh\nexec "%s" --check "$@"\n' % SIMULATOR)
    os.chmod(path, 0o755)
    return path


class Folder:
    """A temporary folder that is removed at the end."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="deeploy-test-")
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def planned(network, folder, *options, types=()):
    """Imports (when it is an ONNX file) and plans into `folder`; the plan as read from plan.json."""
    model = network
    if network.endswith(".onnx"):
        inputs = os.path.join(os.path.dirname(network), "inputs.npz")
        words = ["import", network, "--out", folder, "--name", "network_x"]
        for t in types:
            words += ["--type", t]
        command(*words, *(["--inputs", inputs] if os.path.exists(inputs) and not types else []))
        model = folder
    command("plan", model, "--out", folder, *options)
    return read(os.path.join(folder, "plan.json"))


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def compiled(words):
    """Compiles; seconds of CPU and the most memory in MiB that the compiler used."""
    begun = time.time()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    check(process.returncode == 0, "%s\n%s" % (" ".join(words), output[-3000:]))
    return {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.time() - begun, "peak_mib": used.ru_maxrss / 1024}


def firmware_unit(folder, network, header="model.hpp", name="unit"):
    """Writes a translation unit as firmware has it: types, kernels, plan, executor; one function that runs the network."""
    text = ('#include "%s"\n#include <host/kernels.hpp>\n#include "plan.hpp"\n#include "%s"\n\n'
            'extern "C" bool run_network(deeploy::u8* const* sections) { return firmware::run<%s>(sections); }\n'
            % (header, os.path.join(ROOT, "tests", "support", "firmware.hpp"), network))
    return write(os.path.join(folder, name + ".cpp"), text)


def main(function):
    """Runs a test; prints why it failed."""
    try:
        function()
    except Failed as problem:
        print("FAILED: %s" % problem)
        sys.exit(1)
    print("passed")
