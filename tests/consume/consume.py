# SPDX-License-Identifier: Apache-2.0
# The ways into a user's project: an installed package, a subfolder, a committed plan without a solver.
"""consume.py installed | subfolder | subfolder_with_tools | committed_plan | unfused"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

EXAMPLES = os.path.join(harness.ROOT, "examples")


def call(*words, folder=None):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, cwd=folder)
    harness.check(done.returncode == 0, " ".join(map(str, words)) + "\n" + done.stdout[-2500:] + done.stderr[-2500:])
    return done.stdout


def project(folder, *options):
    return call("cmake", "-G", "Ninja", "-S", os.path.join(HERE, "project"), "-B", folder, "-DCMAKE_BUILD_TYPE=Release",
                "-DEXAMPLES=" + EXAMPLES,
                "-DCMAKE_CXX_COMPILER=" + harness.CXX, *options)


def installed(top):
    """Installs into a prefix, moves the prefix, and builds against it: nothing may point back to where it was made."""
    call("cmake", "--install", harness.BUILD, "--prefix", os.path.join(top, "first"))
    prefix = os.path.join(top, "moved")
    os.rename(os.path.join(top, "first"), prefix)
    project(os.path.join(top, "build"), "-DCMAKE_PREFIX_PATH=" + prefix)
    call("cmake", "--build", os.path.join(top, "build"), "-j", "1")
    print(call(os.path.join(top, "build", "consumer")), end="")
    commands = call("ninja", "-C", os.path.join(top, "build"), "-t", "commands", "consumer")
    inside = [f for f in re.findall(r"-(?:isystem|I) ?(\S+)", commands)
              if os.path.realpath(f).startswith(os.path.join(harness.ROOT, "include"))]
    harness.check(not inside, "the build uses the source tree: %s" % inside)


def subfolder(top, *options):
    """The library as a subfolder; the command is one that was built before, as in a cross build."""
    options = options or ("-DDEEPLOY_COMMAND=" + harness.DEEPLOY, "-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON")
    project(os.path.join(top, "build"), "-DDEEPLOY_SOURCE=" + harness.ROOT, *options)
    call("cmake", "--build", os.path.join(top, "build"), "-j", "1", "--target", "consumer")
    print(call(os.path.join(top, "build", "consumer")), end="")


def subfolder_with_tools(top):
    """The same; the user's build makes the command, too."""
    subfolder(top, "-DBUILD_TESTING=OFF")


def committed_plan(top):
    """The tools of an installation without GLPK: the planner's library is not there."""
    prefix, made = os.path.join(top, "prefix"), os.path.join(top, "made")
    call("cmake", "--install", harness.BUILD, "--prefix", prefix)
    header = os.path.join(EXAMPLES, "01_three_layers", "network.hpp")
    harness.command("plan", header, "--network", "three_layers::network", "--out", made, "--l1", 8000)
    library = [os.path.join(folder, f) for folder, _, files in os.walk(prefix) for f in files
               if f == "libdeeploy_planner.a"]
    harness.check(len(library) == 1, "the planner was not installed once: %s" % library)
    os.remove(library[0])
    project(os.path.join(top, "build"), "-DCMAKE_PREFIX_PATH=" + prefix,
            "-DCOMMITTED_PLAN=" + os.path.join(made, "plan.hpp"), "-DDEEPLOY_ONLY_PLANNED=ON")
    call("cmake", "--build", os.path.join(top, "build"), "-j", "1")
    print(call(os.path.join(top, "build", "planned_consumer")), end="")
    # And truly without a planner: planning itself must be refused, with words.
    command = os.path.join(prefix, "bin", "deeploy")
    done = subprocess.run([command, "plan", header, "--network", "three_layers::network", "--out",
                           os.path.join(top, "no")], capture_output=True, text=True, check=False)
    harness.check(done.returncode == 2 and "DPL-6205" in done.stderr,
                  "planning without a planner: %d %s" % (done.returncode, done.stderr))
    # A plan that was changed by hand is refused by the build.
    with open(os.path.join(made, "plan.hpp"), encoding="utf-8") as f:
        plan = f.read()
    broken = re.sub(r"(\.model = 0x)([0-9a-f])", lambda m: m[1] + ("1" if m[2] != "1" else "2"), plan, count=1)
    harness.check(broken != plan, "the plan has no hash of its model")
    harness.write(os.path.join(made, "plan.hpp"), broken)
    done = subprocess.run(["cmake", "--build", os.path.join(top, "build"), "-j", "1"], capture_output=True, text=True,
                          check=False)
    harness.check(done.returncode != 0 and "DPL-3" in done.stdout + done.stderr, "a stale plan was built")


def unfused(top):
    """Attention that does not fit as one layer: planned by itself, and with a plan that was made so before."""
    harness.need_oracle()
    sys.path.insert(0, os.path.join(HERE, "..", "bitexact"))
    from attention_graph import two_chains
    two_chains(top)
    harness.command("plan", os.path.join(top, "net.onnx"), "--inputs", os.path.join(top, "inputs.npz"), "--name", "as_planned", "--l1", 2400,
                    "--out", os.path.join(top, "made"))
    project(os.path.join(top, "build"), "-DDEEPLOY_SOURCE=" + harness.ROOT, "-DDEEPLOY_COMMAND=" + harness.DEEPLOY, "-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON",
            "-DDEEPLOY_ONLY_PLANNED=ON", "-DATTENTION=" + top)
    told = call("cmake", "--build", os.path.join(top, "build"), "-j", "1", "--target", "by_itself_weights", "as_planned_weights")
    harness.check(told.count("note: layer model::by_itself::") == 2 and "::as_planned::" not in told, told)
    harness.check("ninja: no work to do" in call("cmake", "--build", os.path.join(top, "build"), "--target", "by_itself_weights", "as_planned_weights"), "built again")
    print("attention in single layers, twice")


def main():
    with harness.Folder() as top:
        {"installed": installed, "subfolder": subfolder, "subfolder_with_tools": subfolder_with_tools,
         "committed_plan": committed_plan, "unfused": unfused}[sys.argv[1]](top)


harness.main(main)
