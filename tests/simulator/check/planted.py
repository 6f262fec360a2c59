# SPDX-License-Identifier: Apache-2.0
"""Runs each planted bug under --check, at several distances in time: the finding must name both parties.
Usage: planted.py siracusa-sim FOLDER_WITH_ELF_FILES"""
import pathlib
import re
import subprocess
import sys

# Bug -> what its finding must say.
EXPECT = {
    1: r"core 0 at .*victim_reads.*reads 0x[0-9a-f]+ \(block\+\d+\), which DMA transfer 1 \(4096 bytes from .*\) of core 0 at .*bring.*in flight",
    2: r"race: core 0 at .*victim_reads.*reads .*\(block\+20\), which DMA transfer 1 has written",
    3: r"core 0 at .*victim_writes.*writes .*\(block\+4092\), which DMA transfer 1 \(4096 bytes to .*\) of core 0 at .*take.*reads: it is in flight",
    4: r"core 0 at .*victim_reads.*reads .*\(outputs\+7\), which NPU job \d+ of core 0 at .*start_npu.*will write: it is in flight",
    5: r"core 0 at .*victim_writes.*writes .*\(activations\+300\), which NPU job \d+ of core 0 at .*start_npu.*reads: it is in flight",
    6: r"core 0 at .*victim_reads.*\(never_written\+12\), which was never written",
    7: r"core 0 at .*victim_reads.*\(l2_never_written\+12\), which was never written",
    8: r"race: core 5 at .*victim_reads.*reads .*\(word\+0\), which core 2 at .*victim_writes.*has written",
    9: r"race: core 6 at .*victim_writes.*writes .*\(word\+0\), which core 1 at .*victim_writes.*has written",
    10: r"race: core 6 at .*victim_writes.*writes .*\(word\+0\), which core 1 at .*victim_reads.*has read",
    11: r"stack overflow: core 3 at .*recurse.*which is the stack of core 2",
    12: r"core 0 at .*bug.*writes OUTFEAT_PTR of NPU job \d+ of core 0, which is queued",
    13: r"DMA transfer 1 \(64 bytes from .*\) of core 0 at .*will write.*\(activations\+0\).*which NPU job \d+ of core 0 at .*start_npu.*reads: both are in flight",
    14: r"race: core 4 at .*victim_reads.*reads .*\(block\+36\), which DMA transfer 1 has written",
    15: r"race: NPU job \d+ of core 0 at .*start_npu.*reads .*\(activations\+40\), which core 3 at .*victim_writes.*has written",
    18: r"core 6 at .*victim_reads.*\(word\+0\), which was never written",
    17: r"race: core 5 at .*victim_reads.*reads .*\(word\+0\), which core 2 at .*victim_writes.*has written",
    19: r"core 0 at .*victim_reads.*reads .*\(outside\+4092\), which uDMA transfer 1 \(4096 bytes to L2 .*\) of core 0 at .*start_l3.*will write: it is in flight",
    20: r"core 0 at .*victim_writes.*writes .*\(outside\+4092\), which uDMA transfer 1 \(4096 bytes from L2 .*\) of core 0 at .*start_l3.*reads: it is in flight",
    21: r"race: core 4 at .*victim_reads.*reads .*\(outside\+12\), which uDMA transfer 1 has written",
    16: r"stack overflow: core 0 at .*recurse.*writes its stack at 0x[0-9a-f]+ \(\w+\+\d+\)",
}


def main():
    simulator, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = sorted(folder.glob("planted_*.elf"))
    failures = 0
    for elf in cases:
        bug = int(elf.stem.split("_")[1])
        plain = subprocess.run([simulator, elf, "--max-cycles", "3000000"], capture_output=True, text=True)
        run = subprocess.run([simulator, elf, "--check", "--max-cycles", "3000000"], capture_output=True, text=True)
        found = [line for line in run.stderr.splitlines() if re.search(EXPECT[bug], line)]
        # A program may end badly after its stack has run over; without --check the others end well.
        ends_well = plain.returncode == 0 or bug in (11, 16)
        if not found or run.returncode == 0 or not ends_well:
            failures += 1
            print(f"FAILED {elf.name}: plain {plain.returncode}, checked {run.returncode}, expected /{EXPECT[bug]}/ in\n{run.stderr}")
    print(f"{len(cases)} programs with bugs of {len(EXPECT)} kinds, {failures} failures")
    kinds = {int(elf.stem.split("_")[1]) for elf in cases}
    return 1 if failures or kinds != set(EXPECT) else 0


if __name__ == "__main__":
    sys.exit(main())
