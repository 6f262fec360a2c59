# SPDX-License-Identifier: Apache-2.0
# What a case says: how its files are made, the command, what must come of it.
import dataclasses
import typing


@dataclasses.dataclass
class Case:
    name: str
    make: typing.Callable           # (folder) -> words of the command; "@out" stands for the folder of the output
    status: int                     # 0 equal or done, 1 different, 2 user error, 3 infeasible
    codes: list                     # exactly these codes are on stderr, warnings included
    words: list = dataclasses.field(default_factory=list)   # all of these are on stderr
    absent: list = dataclasses.field(default_factory=list)  # none of these is
    seconds: float = 60
    environment: dict = dataclasses.field(default_factory=dict)
    twice: bool = True              # once into a fresh folder, once over files of an earlier call
    limit_file_bytes: int = 0       # RLIMIT_FSIZE: what a full disk does to a write


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def imported(path, *more, types=("x=i8",)):
    # Types are given, so that the only messages are those about what is wrong.
    words = ["import", str(path), "--out", "@out", *more]
    for t in types:
        words += ["--type", t]
    return words
