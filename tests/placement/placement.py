# SPDX-License-Identifier: Apache-2.0
# `deeploy place` on the memory-placement instances A to F; the placement is checked here, pair by pair, not by the command.
import csv
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import harness

CAPACITY, MOST_SECONDS = 1048576, 60


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def overlaps(placed):
    """Pairs that live at once and share bytes: a sweep over time, each newcomer against all that live."""
    found, live = [], []
    for r in sorted(placed, key=lambda r: r["lower"]):
        live = [o for o in live if o["upper"] > r["lower"]]
        found += [(o["id"], r["id"]) for o in live if o["offset"] < r["offset"] + r["size"]
                  and r["offset"] < o["offset"] + o["size"]]
        live.append(r)
    return found


def main():
    folder = os.path.join(harness.need_conformance(), "allocator")
    files = sorted(f for f in os.listdir(folder) if f.endswith(".csv"))
    harness.check(len(files) >= 6, "only %d instances" % len(files))
    with harness.Folder() as top:
        for name in files:
            out, given = os.path.join(top, name), rows(os.path.join(folder, name))
            begun = time.time()
            harness.command("place", os.path.join(folder, name), "--capacity", CAPACITY, "--out", out)
            seconds = time.time() - begun
            placed = [{k: int(v) for k, v in r.items() if k != "id"} | {"id": r["id"]} for r in rows(out)]
            same = {(r["id"], int(r["lower"]), int(r["upper"]), int(r["size"]))
                    for r in given} == {(r["id"], r["lower"], r["upper"], r["size"]) for r in placed}
            harness.check(same and len(given) == len(placed), "%s: the items came back changed" % name)
            outside = [r["id"] for r in placed if r["offset"] < 0 or r["offset"] + r["size"] > CAPACITY]
            harness.check(not outside, "%s: outside of the memory: %s" % (name, outside[:5]))
            wrong = overlaps(placed)
            harness.check(not wrong, "%s: overlap: %s" % (name, wrong[:5]))
            # The bar is 60 s; a placement takes milliseconds, so that load cannot matter.
            harness.check(seconds < MOST_SECONDS, "%s took %.1f s" % (name, seconds))
            print("%s: %d items placed in %.2f s, peak %d of %d" % (name, len(placed), seconds,
                                                                    max(r["offset"] + r["size"] for r in placed),
                                                                    CAPACITY), flush=True)


harness.main(main)
