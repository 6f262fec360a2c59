# SPDX-License-Identifier: Apache-2.0
# The plan that ./run demo breaks by hand has what it changes, and the compiler's refusal names the layer.
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import harness


def main():
    with open(os.path.join(harness.ROOT, "run"), encoding="utf-8") as script:
        edit = re.search(r"local edit='(.*)'\n", script.read())
    harness.check(edit is not None, "./run has no edit of a plan")
    example = os.path.join(harness.ROOT, "examples", "02_digits")
    with harness.Folder() as folder:
        out = os.path.join(folder, "digits")
        harness.command("import", os.path.join(example, "digits.onnx"), "--type", "image=u8", "--name", "digits", "--out", out)
        harness.command("plan", out, "--l1", "64000")
        compiled = [harness.CXX, "-std=c++20", "-I" + folder, *harness.INCLUDES, "-fsyntax-only", os.path.join(example, "main.cpp")]
        whole = subprocess.run(compiled, capture_output=True, text=True, check=False)
        harness.check(whole.returncode == 0, "the plan as it is does not compile:\n" + whole.stderr[-2000:])
        subprocess.run(["sed", "-i", edit[1], os.path.join(out, "plan.hpp")], check=True)
        broken = subprocess.run(compiled, capture_output=True, text=True, check=False)
        harness.check(broken.returncode != 0, "the edit of ./run breaks nothing")
        harness.check("Where = model::digits::conv3" in broken.stderr and "DPL-3023" in broken.stderr, "the refusal is another one:\n" + broken.stderr[-2000:])


harness.main(main)
