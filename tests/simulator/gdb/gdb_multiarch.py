# SPDX-License-Identifier: Apache-2.0
"""A session of gdb-multiarch with the simulator, once over a pipe and once over TCP: breakpoints, steps, registers,
memory, threads, stepping one core while seven stand at the same breakpoint, the program's status, detaching. Status 77
(skipped) without gdb-multiarch.
Usage: gdb_multiarch.py siracusa-sim FOLDER_WITH_ELF_FILES"""
import pathlib
import re
import shutil
import socket
import subprocess
import sys

SKIPPED = 77
SESSION = """
break main
continue
printf "first sp=%08x pc=%08x main=%08x\\n", $sp, $pc, (unsigned) &main
set $before = $pc
stepi
printf "stepi %d\\n", $pc - $before
set var $s11 = 0x12345678
printf "register %x\\n", $s11
set var $s11 = 0
tbreak rt::start_cluster
continue
printf "source %d %d\\n", source[1], source[63]
finish
break cluster_main
continue
info threads
printf "core %d %d\\n", core, $a0
set var sums[3] = 0x600df00d
x/1xw &sums[3]
stepi
stepi
step
printf "still core %d\\n", core
clear cluster_main
break hello.cpp:28 if core == 6
continue
printf "conditional core %d block %d\\n", core, block[6]
thread apply all print $pc
set scheduler-locking on
stepi
stepi
stepi
set scheduler-locking off
delete
continue
"""
WANTED = [
    r"hit Breakpoint 1, main|Breakpoint 1, main", r"first sp=1c[0-9a-f]{6} pc=(\w+) main=\w+", r"stepi [24]\b", r"register 12345678", r"source 1 63",
    r"hit Breakpoint \d, cluster_main", r"Thread 9 \(fabric controller\)", r"Thread 8 \(core 7\)", r"core (\d) \1\b", r"<sums\+12>:\s+0x600df00d",
    r"still core \d", r"conditional core 6 block 12", r"Thread \d+ \(Thread 9 \(fabric controller\)\)", r"exited with code 07\]"]
DETACH = "break cluster_main\ncontinue\ndetach\n"


def gdb(debugger, elf, target, commands, folder):
    script = folder / "session.gdb"
    script.write_text(f"set pagination off\nset confirm off\nset tcp connect-timeout 30\ntarget remote {target}\n{commands}")
    return subprocess.run([debugger, "-nx", "-batch", "-x", script, elf], capture_output=True, text=True, timeout=120)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def over_tcp(simulator, elf, debugger, commands, folder):
    """The debugger's output and the simulator's status."""
    port = free_port()
    process = subprocess.Popen([simulator, elf, "--gdb", str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        run = gdb(debugger, elf, f"127.0.0.1:{port}", commands, folder)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return run, process.returncode, out + err


def check(name, run, wanted):
    text = run.stdout + run.stderr
    at = 0
    for pattern in wanted:
        found = re.compile(pattern).search(text, at)
        assert found, f"{name}: no /{pattern}/ in\n{text}"
        at = found.end() if "Thread" not in pattern else at
    assert run.returncode == 0 and "internal-error" not in text and "rror" not in run.stderr, f"{name}:\n{text}"


def main():
    simulator, programs = sys.argv[1], pathlib.Path(sys.argv[2])
    elf = programs / "hello.elf"
    debugger = shutil.which("gdb-multiarch")
    if not debugger:
        print("SKIPPED: gdb-multiarch is not installed")
        return SKIPPED
    run = gdb(debugger, elf, f"| {simulator} {elf} --gdb -", SESSION, programs)
    check("pipe", run, WANTED)
    run, status, text = over_tcp(simulator, elf, debugger, SESSION, programs)
    check("TCP", run, WANTED)
    assert status == 7 and "total 2016" in text, f"TCP: status {status}, {text}"
    # The program runs on to its end when the debugger leaves; it must not die of the closed connection.
    run, status, text = over_tcp(simulator, elf, debugger, DETACH, programs)
    check("detach", run, [r"hit Breakpoint", r"detached"])
    assert status == 7 and "total 2016" in text, f"detach: status {status}, {text}"
    # A fault stops at the instruction, in the right thread, with the name of the signal.
    faulty = programs / "faults_unmapped.elf"
    run, status, text = over_tcp(simulator, faulty, debugger, "continue\nbt\nkill\n", programs)
    check("fault", run, [r"SIGSEGV", r"#0 "])
    assert status == 125, f"fault: status {status}, {text}"
    # A port that is taken is an error of the command line, and the loopback interface is the only one that listens.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        run = subprocess.run([simulator, elf, "--gdb", str(taken.getsockname()[1])], capture_output=True, text=True, timeout=60)
        assert run.returncode == 2 and "cannot listen" in run.stderr, run.stderr
    print("gdb-multiarch: pipe, TCP, detach, fault")
    return 0


if __name__ == "__main__":
    sys.exit(main())
