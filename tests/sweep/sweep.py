# SPDX-License-Identifier: Apache-2.0
# Every integer network of the conformance cases, all samples, at every L1 size: planned, proved, run, compared bit by bit.
"""./run sweep [WORD..] [--l1 BYTES,BYTES] [--l2 BYTES] [--jobs N] [--fresh] [--no-tight]"""
import argparse
import concurrent.futures
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases
import runs

SIZES = (262144, 64000, 20000, 10000, 5000)
GOOD = ("equal",)


def line_of(case, results):
    words = []
    for l1, r in results.items():
        text = "%d %s" % (l1, r["status"])
        if r["status"] == "different":
            text += " (%d of %d elements%s)" % (r.get("different", 0), r.get("elements", 0),
                                                ", first layer " + r["first"] if r.get("first") else "")
        if r.get("cycles"):
            text += " %d cycles (%d estimated)" % (r["cycles"], r["estimated"])
        words.append(text + ("*" if r.get("cached") else ""))
    seconds = sum(r["seconds"] for r in results.values() if not r.get("cached"))
    compared = max(r.get("compared", 0) for r in results.values())
    layers = ", %d tensors between layers" % compared if compared else ""
    samples = "%d sample%s" % (len(case.inputs), "s" if len(case.inputs) > 1 else "")
    return "%-52s %s  (%s%s, %.1f s)" % (case.name, "  ".join(words), samples, layers, seconds)


def table_of(all_results, sizes):
    lines = ["%9s %7s %10s %11s %7s %9s %10s" % ("L1", "equal", "different", "infeasible", "other", "seconds",
                                                 "worst gap")]
    for l1 in sizes:
        column = [results[l1] for _, results in all_results]
        count = {s: sum(r["status"] == s for r in column) for s in ("equal", "different", "infeasible")}
        gaps = [r["gap"] for r in column if "gap" in r]
        lines.append("%9d %7d %10d %11d %7d %9.1f %9.2f %%" % (l1, count["equal"], count["different"],
                                                               count["infeasible"], len(column) - sum(count.values()),
                                                             sum(r["seconds"] for r in column), 100 * max(gaps) if gaps
                                                             else float("nan")))
    return "\n".join(lines)


def in_parallel(jobs, function, items, report):
    """Results in the order of `items`; the biggest first, so that no long one is left for the end."""
    results = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        begun = {pool.submit(function, item): item for item in sorted(items, key=lambda c: -c.bytes())}
        try:
            for done in concurrent.futures.as_completed(begun):
                results[begun[done].name] = done.result()
                report(begun[done], done.result())
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return [(item, results[item.name]) for item in items]


def arguments():
    here = argparse.ArgumentParser(description=__doc__)
    here.add_argument("only", nargs="*", help="only cases whose name contains one of these words")
    here.add_argument("--deeploy", required=True, help="the command")
    here.add_argument("--conformance", default=os.environ.get("DEEPLOY_CONFORMANCE")
                      or os.path.join(cases.ROOT, "..", "shared", "conformance"))
    here.add_argument("--l1", default=",".join(map(str, SIZES)), help="sizes of L1, separated by commas")
    here.add_argument("--l2", type=int, default=1024000)
    here.add_argument("--jobs", type=int, default=2)
    here.add_argument("--cache", help="folder for results and compiled kernels (default: sweep beside the command)")
    here.add_argument("--fresh", action="store_true", help="do not take results of earlier sweeps")
    here.add_argument("--board", help="a board that has a simulator; its runs count cycles (default: the host)")
    here.add_argument("--engines", help="engines of the board that may be used, separated by commas")
    here.add_argument("--tight", type=int, default=500,
                      help="a size at which what cannot fit must be explained; 0: not tried")
    return here.parse_args()


def main():
    a = arguments()
    sizes = [int(s) for s in a.l1.split(",")]
    if not os.path.isdir(a.conformance):
        print("SKIPPED: the conformance networks are not in %s; set DEEPLOY_CONFORMANCE" % a.conformance)
        return 77
    chosen = cases.find_cases(a.conformance, a.only)
    if not chosen:
        print("no integer case in %s matches %s" % (a.conformance, a.only))
        return 2
    sweep = runs.Sweep(a.deeploy, a.cache or os.path.join(os.path.dirname(os.path.abspath(a.deeploy)), "sweep"), a.l2,
                       a.fresh, (["--board", a.board] if a.board else []) + (["--engines", a.engines] if a.engines else []))
    begun = time.time()
    print("%d cases at %d sizes of L1, L2 %d bytes; * from an earlier sweep of the same files and sources" % (len(chosen), len(sizes), a.l2))
    everything = in_parallel(a.jobs, lambda c: sweep.run_case(c, sizes), chosen, lambda c,
                             r: print(line_of(c, r), flush=True))
    bad = [(c.name, l1, r) for c, results in everything for l1, r in results.items() if r["status"] not in GOOD]
    tight = in_parallel(a.jobs, lambda c: sweep.tight(c, a.tight), chosen, lambda c, r: None) if a.tight else []
    bad += [(c.name, a.tight, r) for c, r in tight if r["status"] not in ("equal", "explained")]
    print()
    for name, l1, r in bad:
        print("FAILED %s at %d: %s %s" % (name, l1, r["status"], r.get("message", "")))
    print(table_of(everything, sizes))
    if tight:
        explained = sum(r["status"] == "explained" for _, r in tight)
        print("at %d bytes: %d fit and are equal, %d cannot and say why, %d wrong" % (a.tight,
                                                                                      sum(r["status"] == "equal" for _,
                                                                                          r in tight), explained,
                                                                                 len(tight) - explained - sum(r["status"] == "equal" for _, r in tight)))
    print("%d of %d equal, %.0f s" % (sum(r["status"] in GOOD for _, results in everything for r in results.values()),
                                      len(everything) * len(sizes), time.time() - begun))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
