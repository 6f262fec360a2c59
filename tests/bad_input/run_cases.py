# SPDX-License-Identifier: Apache-2.0
# Runs the tables of cases: exit status, codes and words of the messages, and that nothing was left half-written or aside.
import argparse
import hashlib
import importlib
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the test-suite runs this in the source tree

MESSAGE = re.compile(r"^deeploy[a-z -]*: \[DPL-(\d{4})\] (.*)$")
SANITIZER = re.compile(r"Sanitizer|runtime error:")


def snapshot(folder):
    """Every path below a folder with what it holds."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            seen[str(path.relative_to(folder))] = "special"
        else:
            seen[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return seen


def messages(text):
    return [(int(m[1]), m[2]) for m in map(MESSAGE.match, text.splitlines()) if m]


def limits(case):
    def apply():
        if case.limit_file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (case.limit_file_bytes, case.limit_file_bytes))
    return apply


def call(deeploy, words, folder, case):
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = os.environ | {"TMPDIR": str(temporary)} | case.environment
    environment = {key: value.replace("@folder", str(folder)) for key, value in environment.items()}
    done = subprocess.run([deeploy, *words], capture_output=True, timeout=case.seconds, env=environment, cwd=folder, preexec_fn=limits(case))
    return done.returncode, done.stderr.decode("utf-8", "replace"), sorted(p.name for p in temporary.iterdir())


def problems_of(case, status, text, left, before, after):
    """What is not as the case says."""
    found = messages(text)
    if status != case.status:
        yield f"exit status {status}, expected {case.status}"
    if sorted(code for code, _ in found) != sorted(case.codes):
        yield f"codes {sorted(code for code, _ in found)}, expected {sorted(case.codes)}"
    for word in case.words:
        if word not in text:
            yield f"stderr lacks {word!r}"
    for word in case.absent:
        if word in text:
            yield f"stderr has {word!r}"
    for code, line in found:
        # What is wrong; what to do. Longer explanations say it in a line of their own.
        if ";" not in line and "try:" not in text and ": say " not in line:
            yield f"DPL-{code} names no remedy: {line}"
    if SANITIZER.search(text):
        yield "a sanitizer complains"
    if left:
        yield f"left in the temporary folder: {left}"
    aside = [p for p in after if p.endswith(".part")]
    if aside:
        yield f"left aside: {aside}"
    if status not in (0, 1) and before != after:
        changed = sorted(set(before.items()) ^ set(after.items()))
        yield f"files changed: {[name for name, _ in changed]}"


def run(deeploy, case, with_earlier):
    with tempfile.TemporaryDirectory(prefix="deeploy-bad-") as name:
        folder = pathlib.Path(name)
        (folder / "tmp").mkdir()
        words = case.make(folder)
        out = folder / "made" / "out"
        if with_earlier:  # what an earlier call has made must stay as it was
            out.mkdir(parents=True)
            for file in ("model.hpp", "model.json", "constants.bin", "plan.hpp"):
                (out / file).write_text("of an earlier call\n")
        words = [str(w).replace("@out", str(out)) for w in words]
        before = snapshot(folder)
        status, text, left = call(deeploy, words, folder, case)
        return list(problems_of(case, status, text, left, before, snapshot(folder))), text, words


def main():
    parser = argparse.ArgumentParser(description="Runs tables of bad input.")
    parser.add_argument("--deeploy", required=True)
    parser.add_argument("--only", help="cases whose name contains this")
    parser.add_argument("--show", action="store_true", help="print what each case says on stderr")
    parser.add_argument("tables", nargs="+", help="modules with CASES")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    os.environ["DEEPLOY_UNDER_TEST"] = options.deeploy
    count = failed = 0
    for table in options.tables:
        for case in importlib.import_module(table).CASES:
            if options.only and options.only not in case.name:
                continue
            for with_earlier in (False, True) if case.twice else (False,):
                count += 1
                wrong, text, words = run(options.deeploy, case, with_earlier)
                if options.show and not with_earlier:
                    print(f"== {case.name}\n{text}", end="")
                if wrong:
                    failed += 1
                    print(f"FAILED {table}: {case.name}{' (with files of an earlier call)' if with_earlier else ''}\n  deeploy {' '.join(words)}")
                    print("".join(f"  {w}\n" for w in wrong) + "".join(f"  | {line}\n" for line in text.splitlines()), end="")
    print(f"{count} calls, {failed} failed")
    if count == 0:
        print("no case was run")
    return 1 if failed or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
