# SPDX-License-Identifier: Apache-2.0
"""Runs the calibration programs and holds their cycles against those of the public simulator, and the NPU against the
cycle formula. Usage: calibration.py siracusa-sim FOLDER_WITH_ELF_FILES [--markdown FILE]"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

# Row of our program, what it is, theirs (low, high), and how many of the row's unit our figure holds.
ROWS = [
    ("dma", "dma_in_64", "DMA L2 to L1, 64 B", 30, 30, 1), ("dma", "dma_in_256", "DMA L2 to L1, 256 B", 53, 53, 1),
    ("dma", "dma_in_1024", "DMA L2 to L1, 1 KiB", 149, 149, 1), ("dma", "dma_in_4096", "DMA L2 to L1, 4 KiB", 533, 533, 1),
    ("dma", "dma_in_8192", "DMA L2 to L1, 8 KiB", 1043, 1043, 1), ("dma", "dma_out_64", "DMA L1 to L2, 64 B", 30, 30, 1),
    ("dma", "dma_out_1024", "DMA L1 to L2, 1 KiB", 149, 149, 1), ("dma", "dma_out_8192", "DMA L1 to L2, 8 KiB", 1043, 1043, 1),
    ("dma", "dma_in_16x64_stride_128", "DMA L2 to L1, 16 lines of 64 B", 248, 248, 1),
    ("dma", "dma_to_weights_4096", "DMA L1 to weight memory, 4 KiB", 570, 605, 1),
    ("dma", "dma_from_weights_4096", "DMA weight memory to L1, 4 KiB", 570, 605, 1),
    ("dma", "dma_in_and_out_4096", "DMA 4 KiB in and 4 KiB out at once", 655, 655, 1),
    ("core", "barrier_first", "barrier, the first time", 25, 25, 1), ("core", "barrier_warm", "barrier, warm", 6, 8, 1),
    ("core", "barrier_16", "16 barriers in a loop", 185, 185, 1), ("core", "load_l1_x10", "load from L1", 1, 1, 10),
    ("core", "load_l2_x10", "load from L2", 15, 15, 10), ("core", "load_weights_x10", "load from weight memory", 5, 5, 10),
    ("core", "load_peripheral_x10", "load from a peripheral", 4, 4, 10), ("core", "load_use_x10", "load and use (1 + 1 + stall)", 3, 3, 10),
    ("core", "branch_taken_x10", "taken branch", 3, 3, 10),
    ("core", "cache_off_64_lines", "cache off, a line of 4 instructions beyond their 4", 15, 15, 64),
    ("kernels", "hammer_8_cores_100", "8 cores at one bank, an iteration", 8, 8, 100),
    ("kernels", "dot_loop_64", "int8 dot loop, 4 MAC", 4, 4, 64), ("kernels", "matmul_1_core", "matmul 4 x 2, 2048 MAC, 1 core", 992, 992, 1),
    ("kernels", "matmul_8_cores", "the same on each of 8 cores", 1110, 1140, 1),
    ("kernels", "mac_load_1_core", "the same with mac&load, 1 core", 640, 672, 1),
    ("jobs", "acquire", "NPU: acquire", 6, 6, 1), ("jobs", "write_24_words", "NPU: 24 job words from L1, each", 5, 5, 24),
    ("jobs", "job_with_dma", "NPU: job beside a 32 KiB DMA transfer, against alone", 5823 / 5679, 5823 / 5679, "job_alone"),
    ("jobs", "job_with_7_cores", "NPU: job beside 7 cores at matmul, against alone", 6154 / 5679, 6154 / 5679, "job_alone"),
]
LESS = {"cache_off_64_lines": 4}  # the nops themselves

# NPU: row, Ki, Ko, H, W, bits, mode, prefetch, theirs.
NPU = [("1x1_32_32_6x6", 170, 173), ("1x1_256_32_6x6", 800, 528), ("1x1_256_256_6x6", 6316, 4156), ("1x1_128_128_12x12", 6860, 4530),
       ("1x1_64_64_24x24", 7948, 5536), ("3x3_28_32_6x6", 417, 417), ("3x3_56_64_12x12", 5972, 5118), ("3x3_112_32_6x6", 1437, 1254),
       ("dw_28_6x6_l1", 188, None), ("1x1_256_256_1x1", 6034, 3874), ("1x1_1024_256_1x1", 23314, 13666), ("1x1_64_256_1x1", 1714, 1426),
       ("1x1_256_64_1x1", 1516, 976), ("3x3_28_256_1x1", 2530, 2530), ("3x3_112_256_1x1", 9370, 9226),
       ("3x3_28_256_1x1_2bit", None, 994), ("3x3_28_256_1x1_4bit", None, 1506), ("3x3_28_256_1x1_6bit", None, 2018)]
WAKE_UP_LIMIT = 25
LAST_LOOK = 12  # at the status register, after the wake-up
START = 3  # cycles between a job's end and the next one's first load


def formula(row, prefetch, k=1):
    """The cycle model of the NPU's fact sheet, section 7, with 8-bit scale, bias and one shift for the layer."""
    parts = row.split("_")
    bits = next((int(p[0]) for p in parts if p.endswith("bit")), 8)
    depthwise = parts[0] == "dw"
    ki, ko = (int(parts[1]), int(parts[1])) if depthwise else (int(parts[1]), int(parts[2]))
    height, width = (int(v) for v in parts[2 if depthwise else 3].split("x"))
    step, group = (32, 32) if parts[0] == "1x1" else (28, 28 if depthwise else 32)
    window = 36 if parts[0] == "1x1" else 64
    ceil = lambda a, b: -(-a // b)
    inputs = 1 if depthwise else ceil(ki, step)
    cycles = window + 6
    tiles = [(min(group, ko - o * group)) for o in range(ceil(ko, group)) for _ in range(ceil(height, 6) * ceil(width, 6))]
    for t, channels in enumerate(tiles):
        for i in range(inputs):
            last = t == len(tiles) - 1 and i == inputs - 1
            words = bits if depthwise else channels if parts[0] == "1x1" else bits * channels
            s = (channels + 4 if depthwise else 6) + k * words + 5
            if prefetch and not last:
                s = max(s, window + 8)
            cycles += s + 2
            if not last:
                cycles += 1 if prefetch else window + 6
        cycles += ceil(channels, 4) + 9 + ceil(channels, 8) + 8
        cycles += 36 + 3
    return cycles


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("simulator")
    parser.add_argument("programs")
    parser.add_argument("--markdown")
    args = parser.parse_args()
    measured, jobs = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("dma", "core", "kernels", "jobs", "npu"):
            stats = pathlib.Path(folder) / "stats.json"
            elf = pathlib.Path(args.programs) / f"calibration_{name}.elf"
            run = subprocess.run([args.simulator, elf, "--max-cycles", "10000000", "--stats", stats], capture_output=True, text=True)
            if run.returncode:
                sys.exit(f"{elf} ended with {run.returncode}: {run.stderr}")
            for line in run.stdout.splitlines():
                key, value = line.rsplit(" ", 1)
                measured[key] = int(value)
                if name == "npu":
                    jobs.append(key)
            if name == "jobs":
                eight = json.loads(stats.read_text())["npu"]["job_list"][-8:]
            if name == "npu":
                busy = [job["busy_cycles"] for job in json.loads(stats.read_text())["npu"]["job_list"]]
    lines = ["| what | theirs | ours | difference |", "|---|---|---|---|"]
    failures, close = [], 0
    for _, key, what, low, high, unit in ROWS:
        ours = measured[key] / measured.get(unit, unit) - LESS.get(key, 0)
        near = min(max(ours, low), high)
        difference = (ours - near) / near
        close += abs(difference) <= 0.05
        if abs(difference) > 0.10:
            failures.append(f"{key}: {ours:.2f} against {low} to {high}")
        lines.append(f"| {what} | {f'{low:.4g}' if low == high else f'{low} to {high}'} | {ours:.4g} | {100 * difference:+.1f} % |")
    if close < 0.75 * len(ROWS):
        failures.append(f"only {close} of {len(ROWS)} rows within 5 %")
    lines += ["", f"{len(ROWS)} rows: {close} within 5 %, {len(ROWS) - len(failures)} within 10 %.", "",
              "| NPU job | theirs | formula, k = 1 | our busy cycles | trigger to wake-up | beyond busy |", "|---|---|---|---|---|---|"]
    if len(busy) != len(jobs):
        failures.append(f"{len(busy)} jobs reported, {len(jobs)} run")
    for key, busy_cycles in zip(jobs, busy):
        prefetch = key.endswith("_prefetch")
        row = key.removesuffix("_prefetch")
        theirs = next(r for r in NPU if r[0] == row)[2 if prefetch else 1]
        expected = formula(row, prefetch)
        more = measured[key] - busy_cycles
        if busy_cycles != expected:
            failures.append(f"{key}: busy {busy_cycles}, formula {expected}")
        if not 0 <= more <= WAKE_UP_LIMIT:
            failures.append(f"{key}: wake-up {more} cycles after the job's end")
        lines.append(f"| {key} | {theirs} | {expected} | {busy_cycles} | {measured[key]} | {more} |")
    one, queued = formula("1x1_256_256_1x1", True), measured["eight_queued_jobs"]
    gaps = [after["started"] - before["ended"] for before, after in zip(eight, eight[1:])]
    put_off = sum(job["stall_cycles"] for job in eight)
    if max(gaps) > START or any(job["busy_cycles"] != one for job in eight) or queued - 8 * one - sum(gaps) - put_off > WAKE_UP_LIMIT + START + LAST_LOOK:
        failures.append(f"8 queued jobs: {queued}, the formula 8 times {one}, gaps {gaps}, put off {put_off}")
    lines += ["", f"8 queued jobs, 1x1, 256 to 256, one pixel, prefetch: {queued} cycles from the first trigger to the last wake-up: 8 times "
              f"{one} by the formula,", f"{max(gaps)} between two jobs, {put_off} put off by the core that writes the next job's words; theirs "
              f"31200 (8 times 3874).", "", f"24 job words read from L2: {measured['write_24_words_from_l2']} cycles, "
              f"{measured['write_24_words_from_l2_cold']} the first time; theirs 554, without a word on the instruction cache."]
    text = "\n".join(lines) + "\n"
    print(text)
    if args.markdown:
        pathlib.Path(args.markdown).write_text("# Calibration of the Siracusa simulator\n\nCycles of small bare-metal programs "
                                               "(tests/simulator/calibration) against the public simulator GVSoC, written by\n"
                                               "`calibration.py`. The NPU follows the model fitted to the chip's RTL instead.\n\n" + text)
    for failure in failures:
        print("FAILED", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
