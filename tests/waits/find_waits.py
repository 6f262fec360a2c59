# SPDX-License-Identifier: Apache-2.0
# Every wait of executor, drivers and kernels, found in their text, with the text that has it no longer.
import glob
import os
import re

FILES = ["include/deeploy/execute.hpp", "include/deeploy/recorder.hpp", "boards/siracusa/reader.hpp", "boards/siracusa/machine.hpp",
         "boards/siracusa/instance.hpp", "boards/siracusa/executor.hpp", "boards/siracusa/runtime/start.cpp", "boards/siracusa/runtime/dma.hpp",
         "boards/siracusa/runtime/npu.hpp", "kernels/cluster/*.hpp", "kernels/npu/*.hpp"]
# A statement that waits; the driver's own name keeps finish() of the kernels' results out.
STATEMENT = re.compile(r"(?<![\w.:>])(?:barrier\(\)|(?:\w+(?:\.|::))?wait\(|wait_for_cluster\(\)|wait_for_event\(|sleep_while\(|"
                       r"(?:machine\.|npu_driver::|Driver::)finish\(|Driver::acquire\(\))")
FUNCTION = re.compile(r"^(?!\s*(?:else|return)\b)[^\n/]*\b(\w+)\([^;{}\n]*\)(?: const)? \{$", re.M)
KEYWORDS = ("if", "for", "while", "switch", "constexpr")
# No firmware has these: the concept's own text, the executor of boards that read no stream, and a lowered tile's run to the end.
NOT_OF_FIRMWARE = {("include/deeploy/execute.hpp", "m.wait(0);"),
                   ("include/deeploy/execute.hpp", "for (int c = 0; c < channel::count; ++c) machine.wait(c);"),
                   ("kernels/npu/lowered.hpp", "Driver::finish();")}
JOINED = "&deeploy::joined_phases<%s, %s>"
# What joined phases need, put behind the definition of a phase.
JOINED_DEFINITION = ("include/deeploy/kernel.hpp", "using kernel_phase = void (*)(int core, int cores, kernel_arguments const&);",
                     " template <kernel_phase first, kernel_phase second> void joined_phases(int core, int cores, kernel_arguments const& a)"
                     " { first(core, cores, a); second(core, cores, a); }")


class Wait:
    def __init__(self, file, text, begin, end, instead):
        line_begin, line_end = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
        self.file, self.line = file, text.count("\n", 0, begin) + 1
        self.words = " ".join(text[line_begin:line_end].split("//")[0].split())
        self.function = ([None] + [m[1] for m in FUNCTION.finditer(text[:line_begin]) if m[1] not in KEYWORDS])[-1]
        # Other lines keep their numbers.
        self.without = text[:begin] + instead + "\n" * text[begin:end].count("\n") + text[end:]

    @property
    def name(self):
        return "%s, %s(): %s" % (self.file, self.function, self.words)


def closing(text, at):
    """Behind the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i + 1
    raise ValueError("no closing bracket")


def arguments(text):
    """Split at the commas outside of all brackets, those of templates among them."""
    depth, begin, parts = 0, 0, []
    for i, c in enumerate(text):
        depth += (c in "([{<") - (c in ")]}>")
        if c == "," and depth == 0:
            parts.append(text[begin:i].strip())
            begin = i + 1
    return parts + [text[begin:].strip()]


def comments(text):
    return [(m.start(), m.end()) for m in re.finditer(r"//[^\n]*", text)]


def statements(file, text):
    hidden = comments(text)
    for m in STATEMENT.finditer(text):
        if any(b <= m.start() < e for b, e in hidden):
            continue
        end = closing(text, text.index("(", m.start()))
        # Definitions have a type before them or a body behind them; what another wait() is returned from is found there.
        if text[end:end + 1] != ";" or re.search(r"(?:void|bool)\s+$", text[:m.start()]) or text[:end].endswith("return wait()"):
            continue
        if m.group().startswith("sleep_while"):
            # Asks once and goes on, so that what asking does is still done.
            asked = text[text.index("(", m.start()) + 1:text.index("}", m.start()) + 1]
            yield Wait(file, text, m.start(), end, "(void)(%s)()" % asked)
        else:
            yield Wait(file, text, m.start(), end, "")


def phase_lists(file, text):
    """Two phases in braces, or the first two of a lowered tile: the barrier between them."""
    for m in re.finditer(r"\{\s*&", text):
        end = closing(text, m.start())
        parts = arguments(text[m.start() + 1:end - 1])
        if len(parts) == 2 and all(p.startswith("&") and ("::" in p) for p in parts):
            yield Wait(file, text, m.start() + 1, end - 1, JOINED % tuple(parts))
    for m in re.finditer(r"(\w+\.phase\[)0\] = (&[^;]+);\s*(?:\1)1\] = (&[^;]+);", text):
        yield Wait(file, text, m.start(), m.end(), "%s0] = %s;" % (m[1], JOINED % (m[2], m[3])))


def phases_by_choice(file, text):
    """A first phase that is taken under a condition, and one of several behind it."""
    for m in re.finditer(r"if constexpr \((.+)\) (\w+)\.phase\[phase\+\+\] = (&[^;]+);", text):
        end = text.index("}();", m.end())
        body = re.sub(r"%s\.phase\[phase\] = (&[^;]+);" % m[2],
                      lambda second: "{ if constexpr (%s) %s.phase[0] = %s; else %s.phase[0] = %s; }" % (m[1], m[2], JOINED % (m[3], second[1]), m[2], second[1]),
                      text[m.end():end])
        wait = Wait(file, text, m.start(), m.end(), "")
        wait.without = text[:m.start()] + body + text[end:]
        yield wait


def shares(file, text):
    """The one barrier behind all phases waits between two of them, and behind the last."""
    for m in re.finditer(r"phase\(.+\);\s*barrier\(\);", text):
        begin = m.end() - len("barrier();")
        for instead, words in (("if (next == nullptr) barrier();", "between phases"), ("if (next != nullptr) barrier();", "behind the last phase")):
            wait = Wait(file, text, begin, m.end(), instead)
            wait.words += " " + words
            yield wait


def find(root):
    waits = []
    for pattern in FILES:
        for path in sorted(glob.glob(os.path.join(root, pattern))):
            file = os.path.relpath(path, root)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            for rule in (statements, shares, phase_lists, phases_by_choice):
                waits += rule(file, text)
    return [w for w in waits if (w.file, w.words) not in NOT_OF_FIRMWARE]
