#!/usr/bin/env python3
"""Runs the same work in Fluffy and in every peer that is installed, interleaved, for several rounds, and reports ratios.

usage: main.py [--build DIR] [--rounds N] [--quick] [--peers a,b|none] [--markdown] [--out FILE.json] [--page FILE.md] [WORK or GROUP…]

A figure is the median of the rounds; a ratio is Fluffy's figure over the best peer's, taken round by round, with its least and
greatest. --page puts the tables into a page, between its markers; as often as there are pages. Without peers it shows Fluffy's figures alone. The status is 1 if a program of Fluffy's fails or results differ.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True

import charts
import measure
import page
import peers
import results
import table
from works import load_works


@dataclass
class Program:
    peer: object
    source: Path
    folder: Path

    @property
    def command(self):
        return self.peer.command(self.peer.run, self.source, self.folder)

    @property
    def output(self):
        """The file that building it gave."""
        return Path(self.peer.command([self.peer.output], self.source, self.folder)[0])


def parse_command_line():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", default="")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--out", default="")
    parser.add_argument("--page", action="append", default=[])
    parser.add_argument("works", nargs="*")
    return parser.parse_args()


def choose_peers(options):
    ours = peers.fluffy(Path(options.build) / "fluffyc")
    if not ours.installed():
        raise SystemExit(f"bench: no compiler at {ours.needs[0]}: run `make` first")
    known = {peer.name: peer for peer in peers.PEERS}
    wanted = [name for name in options.peers.split(",") if name]
    if wanted == ["none"]:
        return [ours]
    for name in wanted:
        if name not in known:
            raise SystemExit(f"bench: no such peer: {name} (there are {', '.join(known)})")
        if not known[name].installed():
            raise SystemExit(f"bench: {name} is not installed: scripts/install-peers gets it")
    if wanted:
        return [ours] + [known[name] for name in wanted]
    return [ours] + [peer for peer in peers.PEERS if peer.installed()]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def build_all(row, chosen, root):
    """The programs of one work that could be built; the others are noted as failures."""
    programs = []
    for peer in chosen:
        peer = peer.for_work(row.work)
        source = row.work.source(peer.extension, root / "generated")
        if not source or not peer.build or (row.work.kind == "size" and not peer.whole):
            continue
        folder = root / row.work.folder / (source.stem + "_debug" * row.work.debug) / peer.name
        if not peers.up_to_date(peer, source, folder):
            progress(f"building {source.name}")
            wrong = peers.build(peer, source, folder)
            if wrong:
                row.fail(peer.name, wrong)
                continue
            (folder / "built").touch()
        programs.append(Program(peer, source, folder))
    return programs


def run_round(row, programs, quick):
    for program in programs:
        if program.peer.name in row.failures:
            continue
        try:
            row.add(program.peer.name, measure.take(program, row.work, quick))
        except measure.Failure as failure:
            row.fail(program.peer.name, str(failure))


def complain(rows):
    """Prints what went wrong; returns whether that makes the whole run a failure."""
    bad = False
    for row in rows:
        for peer, why in row.failures.items():
            print(f"{row.work.name}: {peer} failed: {why}", file=sys.stderr)
            bad |= peer == "fluffy"
        if row.disagreement():
            print(f"{row.work.name}: results differ: {row.disagreement()}", file=sys.stderr)
            bad = True
    return bad


def main():
    options = parse_command_line()
    chosen = choose_peers(options)
    rows = [results.Row(work) for work in load_works(options.works, options.quick)]
    root = Path(options.build).resolve() / "bench"
    programs = {row.work.name: build_all(row, chosen, root) for row in rows}
    rounds = options.rounds or (2 if options.quick else 5)
    for number in range(rounds):
        for row in rows:
            progress(f"round {number + 1} of {rounds}: {row.work.title}")
            run_round(row, programs[row.work.name], options.quick)
    progress("")
    print(table.render_markdown(rows) if options.markdown else table.render(rows))
    versions = {peer.name: peer.version_text() for peer in chosen}
    for path in options.page:
        page.write(path, rows, versions, rounds)
    if options.out:
        results.save(options.out, rows, versions, {"rounds": rounds, "quick": options.quick})
        charts.save(Path(options.out).with_suffix(".html"), rows, versions)
    return 1 if complain(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
