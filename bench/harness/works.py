"""The works of bench/works.toml and bench/savina/works.toml."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
KINDS = ("figure", "resident", "build", "start")


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
    args: list = field(default_factory=list)
    quick: list = field(default_factory=list)

    @property
    def goal_ratio(self):
        return self.goal / self.best

    def arguments(self, quick):
        return [str(arg) for arg in (self.quick if quick else self.args)]

    def source(self, extension):
        path = BENCH / self.folder / f"{self.program}.{extension}"
        return path if path.exists() else None


def load_file(path, folder, prefix):
    with open(BENCH / path, "rb") as file:
        return [Work(name=prefix + name, folder=folder, **{"program": name, **row}) for name, row in tomllib.load(file).items()]


def load_works(only):
    """All works, or those that `only` names, in the table's order; SystemExit names a word that is none."""
    works = load_file("works.toml", "micro", "") + load_file("savina/works.toml", "savina", "savina.")
    assert all(work.kind in KINDS for work in works)
    unknown = set(only) - {work.name for work in works} - {work.group for work in works}
    if unknown:
        raise SystemExit(f"bench: no such work: {', '.join(sorted(unknown))}\n"
                         f"there are: {', '.join(work.name for work in works)}\n"
                         f"and the groups: {', '.join(dict.fromkeys(work.group for work in works))}")
    return [work for work in works if not only or work.name in only or work.group in only]
