"""The works of bench/works.toml."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
KINDS = ("figure", "resident", "build", "start")


@dataclass
class Work:
    name: str
    title: str
    group: str
    unit: str
    goal: float
    best: float  # of the best peer, where goal was set
    kind: str = "figure"
    program: str = ""  # the stem of its sources; the name, if not given
    args: list = field(default_factory=list)
    quick: list = field(default_factory=list)

    @property
    def goal_ratio(self):
        return self.goal / self.best

    def arguments(self, quick):
        return [str(arg) for arg in (self.quick if quick else self.args)]

    def source(self, extension):
        path = BENCH / "micro" / f"{self.program or self.name}.{extension}"
        return path if path.exists() else None


def load_works(only):
    """All works, or those that `only` names, in the table's order; SystemExit names a word that is none."""
    with open(BENCH / "works.toml", "rb") as file:
        works = [Work(name=name, **row) for name, row in tomllib.load(file).items()]
    assert all(work.kind in KINDS for work in works)
    unknown = set(only) - {work.name for work in works} - {work.group for work in works}
    if unknown:
        raise SystemExit(f"bench: no such work: {', '.join(sorted(unknown))}\n"
                         f"there are: {', '.join(work.name for work in works)}\n"
                         f"and the groups: {', '.join(dict.fromkeys(work.group for work in works))}")
    return [work for work in works if not only or work.name in only or work.group in only]
