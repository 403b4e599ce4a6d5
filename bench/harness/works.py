"""The works of bench/works.toml and bench/savina/works.toml."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import generate

BENCH = Path(__file__).resolve().parent.parent
KINDS = ("figure", "resident", "build", "size", "start", "scaling")


@dataclass
class Work:
    name: str
    title: str
    folder: str  # of its programs, below bench/
    group: str = "savina"
    unit: str = "ms"
    goal: float = 1.0
    best: float = 1.0  # of the best peer, where goal was set
    kind: str = "figure"
    program: str = ""  # the stem of its sources
    lines: int = 0  # of a program that is generated
    long: bool = False  # left out of a quick run
    debug: bool = False  # built without optimisation
    host: bool = False  # a program in C, STEM.c, with a library `work` made of STEM.fl
    absolute: bool = False  # `goal` is the figure itself: there is no peer
    prints: str = ""  # the unit that the program prints, if that is another one
    args: list = field(default_factory=list)
    quick: list = field(default_factory=list)
    check: list = field(default_factory=list)  # for check.py

    @property
    def goal_ratio(self):
        return self.goal / self.best

    @property
    def printed_unit(self):
        return self.prints or self.unit

    def arguments(self, quick):
        return [str(arg) for arg in (self.quick if quick else self.args)]

    def source(self, extension, generated):
        """The program in a language, or None if there is none there; a generated one lies in the folder `generated`."""
        if self.lines:
            return generate.source(generated, self.lines, extension)
        path = BENCH / self.folder / f"{self.program}.{extension}"
        return path if path.exists() else None


def load_file(path, folder, prefix):
    with open(BENCH / path, "rb") as file:
        return [Work(name=prefix + name, **{"folder": folder, "program": name, **row}) for name, row in tomllib.load(file).items()]


def load_works(only, quick):
    """All works, or those that `only` names, in the table's order, for a quick run without the long ones; SystemExit names a word that is none."""
    works = load_file("works.toml", "micro", "") + load_file("savina/works.toml", "savina", "savina.")
    assert all(work.kind in KINDS for work in works)
    unknown = set(only) - {work.name for work in works} - {work.group for work in works}
    if unknown:
        raise SystemExit(f"bench: no such work: {', '.join(sorted(unknown))}\n"
                         f"there are: {', '.join(work.name for work in works)}\n"
                         f"and the groups: {', '.join(dict.fromkeys(work.group for work in works))}")
    if quick:
        works = [work for work in works if not work.long]
    return [work for work in works if not only or work.name in only or work.group in only]
