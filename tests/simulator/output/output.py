# SPDX-License-Identifier: Apache-2.0
"""The files and reports that a user sees: statistics, profile, timeline, trace, cycle limit, Ctrl-C, wrong command lines.
Usage: output.py siracusa-sim FOLDER_WITH_ELF_FILES"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

failures = []


def check(condition, text):
    if not condition:
        failures.append(text)


def main():
    simulator, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    kernels, npu, hello = folder / "calibration_kernels.elf", folder / "calibration_npu.elf", folder / "hello.elf"
    run = lambda *args: subprocess.run([simulator, *map(str, args)], capture_output=True, text=True, timeout=120)
    with tempfile.TemporaryDirectory() as scratch:
        path = lambda name: pathlib.Path(scratch) / name
        plain = run(kernels, "--stats", path("plain.json"))
        watched = run(kernels, "--stats", path("s.json"), "--profile", path("p.txt"), "--timeline", path("t.json"))
        check(watched.returncode == 0 and watched.stdout == plain.stdout, "observers change the program")
        stats = json.loads(path("s.json").read_text())
        check(stats == json.loads(path("plain.json").read_text()), "observers change the statistics")
        core = stats["cores"][0]
        check(core["instructions"] == sum(core["instructions_by_class"].values()), "classes do not add up")
        check(core["instructions"] + sum(core["stall_cycles"].values()) <= stats["cycles"], "more core cycles than cycles")
        # The mac&load kernel: 9 a turn, 64 turns, 5 before, run four times by core 0.
        check(core["instructions_by_class"]["mac_load"] == 4 * (64 * 9 + 5), "mac&load count")
        check(stats["energy_microjoules"]["model"].startswith("level 0"), "energy without its label")
        profile = path("p.txt").read_text()
        check("matmul_mac_load" in profile and "bank_conflict=" in profile and "kernels.S:" in profile, "profile")
        names = {e["name"] for e in json.loads(path("t.json").read_text())["traceEvents"]}
        check({"matmul", "sleep", "thread_name"} <= names, "timeline")
        run(npu, "--stats", path("n.json"), "--timeline", path("nt.json"))
        jobs = json.loads(path("n.json").read_text())["npu"]["job_list"]
        check(all(j["busy_cycles"] == sum(j["phase_cycles"].values()) for j in jobs) and len(jobs) > 20, "NPU phases")
        check(any(e["tid"] == 40 and e["ph"] == "X" for e in json.loads(path("nt.json").read_text())["traceEvents"]), "NPU row")
        two = run(npu, "--npu-weight-cycles", "2", "--stats", path("n2.json"))
        check(two.returncode == 0 and json.loads(path("n2.json").read_text())["npu"]["busy_cycles"] > sum(j["busy_cycles"] for j in jobs), "k = 2")
        trace = run(kernels, "--trace", "3:matmul_mac_load").stdout
        check(trace.count("pv.mlsdotsup.b") == 2 * 64 * 8 and "lp.setupi" in trace, "trace")
    limited = run(hello, "--max-cycles", "500")
    check(limited.returncode == 124 and "core 3" in limited.stderr and "fabric controller: at 0x" in limited.stderr, "limit")
    check(run(folder / "nothing.elf").returncode == 2 and run(__file__).returncode == 2, "wrong files")
    check(run(hello, "--trace", "9:main").returncode == 2 and run(hello, "--gdb", "x").returncode == 2, "wrong options")
    check(run(hello, "--l3", f"{__file__}@0x100").returncode == run(hello).returncode, "HyperRAM's content changes a program that does not read it")
    for wrong in ("/no/such/file", f"{__file__}@here", f"{__file__}@", f"{__file__}@0x3FFFFFF"):
        check(run(hello, "--l3", wrong).returncode == 2, f"--l3 {wrong}")
    endless = subprocess.Popen([simulator, folder / "endless.elf"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    endless.send_signal(signal.SIGINT)
    _, errors = endless.communicate(timeout=20)
    check(endless.returncode == 124 and "interrupted" in errors and "spin" in errors, f"Ctrl-C: {errors}")
    for f in failures:
        print("FAILED", f)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
