# SPDX-License-Identifier: Apache-2.0
# One case at one memory size: planned, compiled, run and compared by `deeploy validate`; the result is kept.
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

import cases

INFEASIBLE = 3
STATUS = {0: "equal", 1: "different", 2: "refused", INFEASIBLE: "infeasible"}


class Sweep:
    def __init__(self, deeploy, cache, l2, fresh=False, board=(), layers=True):
        """`board`: words that choose board and engines, such as --board siracusa; none: the host."""
        self.board, self.layers = list(board), layers
        self.deeploy, self.cache, self.l2, self.fresh = os.path.abspath(deeploy), os.path.abspath(cache), l2, fresh
        self.sources = cases.digest_of_sources(deeploy)
        self.objects = os.path.join(self.cache, "objects")
        for name in ("results", "objects"):
            os.makedirs(os.path.join(self.cache, name), exist_ok=True)
        self.prune(200)

    def prune(self, most):
        """Kernels are small and shared by many networks; generators are big and serve one: only the last ones stay. Two tests may do so at
        the same time."""
        generators = []
        for f in os.scandir(self.objects):
            with contextlib.suppress(FileNotFoundError):
                generators += [(f.stat().st_mtime, f.path)] if f.name.startswith("generator-") else []
        for _, file in sorted(generators)[:-most]:
            with contextlib.suppress(FileNotFoundError):
                os.remove(file)

    def call(self, words):
        done = subprocess.run([self.deeploy] + words, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def file_of(self, case, options):
        return os.path.join(self.cache, "results", cases.key_of(case, self.sources, options) + ".json")

    def known(self, case, options):
        file = self.file_of(case, options)
        if self.fresh or not os.path.exists(file):
            return None
        with open(file, encoding="utf-8") as f:
            return dict(json.load(f), cached=True)

    def keep(self, case, options, result):
        file = self.file_of(case, options)
        with open(file + ".new%d" % os.getpid(), "w", encoding="utf-8") as f:
            json.dump(result, f)
        os.replace(f.name, file)
        return result

    def run_case(self, case, sizes):
        """Results by L1 size. The import is made once and serves all of them."""
        results, missing = {}, []
        for l1 in sizes:
            known = self.known(case, ["validate", l1, self.l2, *self.board])
            results[l1] = known
            if known is None:
                missing.append(l1)
        if not missing:
            return results
        folder = tempfile.mkdtemp(prefix="deeploy-sweep-")
        try:
            imported = os.path.join(folder, "import")
            begun = time.time()
            status, _, errors = self.call(["import", case.network, "--inputs", case.inputs[0], "--out", imported])
            seconds = time.time() - begun
            for l1 in missing:
                if status != 0:
                    results[l1] = {"status": STATUS.get(status, "crashed"), "seconds": seconds,
                                   "message": errors.strip()[-400:]}
                    continue
                results[l1] = self.validate(case, imported, l1, folder)
                results[l1]["seconds"] += seconds
                seconds = 0
                if results[l1]["status"] != "interrupted":
                    self.keep(case, ["validate", l1, self.l2, *self.board], results[l1])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return results

    def validate(self, case, imported, l1, folder):
        report = os.path.join(folder, "report.json")
        if os.path.exists(report):
            os.remove(report)
        words = ["validate", imported, "--l1", str(l1), "--l2", str(self.l2), "--json", report, "--cache", self.objects, *self.board]
        for inputs, expected in zip(case.inputs, case.expected):
            words += ["--inputs", inputs, "--expect", expected]
        if case.activations and self.layers:
            words += ["--layers", "--activations", case.activations]
        begun = time.time()
        status, output, errors = self.call(words)
        result = {"status": STATUS.get(status, "interrupted" if status in (130, -2) else "crashed"),
                  "seconds": time.time() - begun}
        if status != 0:
            result["message"] = ((output if status == 1 and output else errors).strip())[-600:]
        if os.path.exists(report):
            with open(report, encoding="utf-8") as f:
                r = json.load(f)
            # The command's exit status must agree with what it reports.
            if (status == 0) != (r["equal"] and all(o["different"] == 0 for o in r["outputs"])):
                result["status"] = "crashed"
            result.update(gap=r["plan"]["gap"], outputs=len(r["outputs"]),
                          elements=sum(o["elements"] for o in r["outputs"]),
                          different=sum(o["different"] for o in r["outputs"]), cycles=r["cycles"], estimated=sum(s["estimated_cycles"] for s in r["steps"]),
                          compared=r.get("layer_comparison", {}).get("compared", 0),
                          first=r.get("layer_comparison", {}).get("first_differing", ""))
        elif status == 0:
            result["status"] = "crashed"
        return result

    def tight(self, case, l1):
        """At a size where little fits: a plan that works, or exit 3 and words that say layer, need and what is there."""
        options = ["tight", l1, self.l2]
        known = self.known(case, options)
        if known:
            return known
        folder = tempfile.mkdtemp(prefix="deeploy-sweep-")
        try:
            begun = time.time()
            status, _, errors = self.call(["import", case.network, "--inputs", case.inputs[0], "--out", folder])
            result = self.validate(case, folder, l1, folder) if status == 0 else {"status": "refused",
                                                                                  "message": errors}
            result["seconds"] = time.time() - begun
            if result["status"] == "infeasible":
                explained = re.search(r"\[DPL-5\d{3}\]",
                                      result["message"]) and str(l1) in result["message"].replace(" ", "").replace(",",
                                                                                                                   "")
                result["status"] = "explained" if explained else "unexplained"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return self.keep(case, options, result)
