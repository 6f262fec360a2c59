# SPDX-License-Identifier: Apache-2.0
# docs/errors.md has a heading for each code of codes.hpp and none besides; every code that a source uses is in that table.
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
table = re.findall(r'^\s*X\((\d{4}), (?:(\S+), )?"([^"]+)"\)', (root / "include/deeploy/detail/codes.hpp").read_text(), re.M)
codes = {code: (relation, text) for code, relation, text in table}
problems = []
if len(codes) != len(table):
    problems.append("codes.hpp has a code twice: " + ", ".join(sorted({c for c, *_ in table if [t[0] for t in table].count(c) > 1})))
if not codes:
    problems.append("codes.hpp has no table")

page = (root / "docs/errors.md").read_text()
sections = re.split(r"^### ", page, flags=re.M)[1:]
headings = [re.match(r"DPL-(\d{4}) ", s) for s in sections]
named = [h[1] for h in headings if h]
problems += [f"heading without a code: {s.splitlines()[0]}" for s, h in zip(sections, headings) if not h]
problems += [f"docs/errors.md has no heading for DPL-{c}" for c in codes if c not in named]
problems += [f"docs/errors.md explains DPL-{c}, which is not in codes.hpp" for c in named if c not in codes]
problems += [f"docs/errors.md explains DPL-{c} twice" for c in set(named) if named.count(c) > 1]
if named != sorted(named):
    problems.append("the headings of docs/errors.md are not in order")
for section, heading in zip(sections, headings):
    if not heading:
        continue
    code = heading[1]
    body = section.split("\n", 1)[1]
    example = re.search(r"^    (.*)$", body, re.M)
    if not example or f"DPL-{code}" not in "\n".join(re.findall(r"^    (.*)$", body, re.M)):
        problems.append(f"DPL-{code} has no example message")
    if "What to do:" not in body or len(body.split("What to do:", 1)[1].strip()) < 15:
        problems.append(f"DPL-{code} does not say what to do")
    if len(re.split(r"^    |What to do:", body, maxsplit=1, flags=re.M)[0].strip()) < 20:
        problems.append(f"DPL-{code} does not say what it means")
    # The compiler prints the text of the table: the example must have it.
    if code in codes and codes[code][0] and codes[code][1] not in body:
        problems.append(f"DPL-{code}: the example differs from codes.hpp: {codes[code][1]}")

used = {}
for folder in ("generators", "include", "boards", "kernels", "cmake"):
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".cmake") or path.name == "codes.hpp":
            continue
        text = path.read_text()
        for code in re.findall(r"DPL-(\d{4})|(?:complain|error|warn|diagnostic|check)[(<]\s*(\d{4})\b|refused\{(\d{4})|push_back\(\{(\d{4}),|\b(?:return|throw) \{(\d{4}),", text):
            used.setdefault(next(filter(None, code)), path)
problems += [f"{path.relative_to(root)} uses DPL-{code}, which is not in codes.hpp" for code, path in sorted(used.items()) if code not in codes]
for problem in problems:
    print("FAILED", problem)
print(f"{len(codes)} codes in the table, {len(named)} explained, {len(used)} seen in sources; {len(problems)} problems")
sys.exit(1 if problems else 0)
