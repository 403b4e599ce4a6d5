"""What the rounds gave: figures by work and peer, and the ratios that are reported."""

import json
import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Row:
    """The samples of one work. Failures and figures are kept by peer; ratios compare samples of the same round."""

    work: object
    figures: dict = field(default_factory=dict)  # peer's name → one figure a round, None where it failed
    failures: dict = field(default_factory=dict)  # peer's name → why
    results: dict = field(default_factory=dict)  # peer's name → what it worked out
    distributions: dict = field(default_factory=dict)  # peer's name → percentiles, one tuple a round

    def add(self, peer, sample):
        self.figures.setdefault(peer, []).append(sample.figure)
        if sample.result:
            self.results[peer] = sample.result
        if sample.distribution:
            self.distributions.setdefault(peer, []).append(sample.distribution)

    def distribution(self, peer):
        """Each percentile's median over the rounds."""
        return [statistics.median(column) for column in zip(*self.distributions.get(peer, []))]

    def fail(self, peer, why):
        self.failures[peer] = why
        self.figures.setdefault(peer, []).append(None)

    def median(self, peer):
        taken = [figure for figure in self.figures.get(peer, []) if figure is not None]
        return statistics.median(taken) if taken else None

    def best_peer(self):
        """The peer with the least median: no language of actors itself is C, which marks the limit and does not compete."""
        medians = {peer: self.median(peer) for peer in self.figures if peer not in ("fluffy", "c")}
        medians = {peer: value for peer, value in medians.items() if value}
        return min(medians, key=medians.get) if medians else None

    def ratios(self, peer):
        """Fluffy's figure over the peer's, one for each round that has both."""
        pairs = zip(self.figures.get("fluffy", []), self.figures.get(peer, []))
        return [ours / theirs for ours, theirs in pairs if ours is not None and theirs]

    def disagreement(self):
        """The results by peer, if they are not all the same."""
        return self.results if len(set(self.results.values())) > 1 else None

    def as_json(self):
        best = self.best_peer()
        return {"title": self.work.title, "group": self.work.group, "unit": self.work.unit, "figures": self.figures,
                "best_peer": best, "ratios": self.ratios(best) if best else [], "goal_ratio": None if self.work.absolute else self.work.goal_ratio, "goal": self.work.goal,
                "distributions": {peer: self.distribution(peer) for peer in self.distributions}, "failures": self.failures}


def machine():
    """What the figures depend on besides the programs."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {"processor": models[0] if models else platform.machine(), "processors": os.cpu_count(),
            "kernel": ".".join(platform.release().split(".")[:2])}


def save(path, rows, versions, settings):
    """Writes everything as JSON; the folder is made."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "versions": versions, "settings": settings,
               "works": {row.work.name: row.as_json() for row in rows}}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
