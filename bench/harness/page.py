"""Puts the tables of a run into a page of Markdown, between two markers; the rest of it is written by hand."""

import datetime
import re
from pathlib import Path

import results
import table

# The first marker may name the groups of works that the page shows: `figures of messages, processes: …`.
FIGURES = re.compile(r"(<!-- figures(?: of ([a-z, ]+))?: written by `make bench` -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def introduction(versions, rounds):
    machine = results.machine()
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (f"{datetime.date.today().isoformat()}, {machine['processor']}, {machine['processors']} processors, Linux {machine['kernel']}; "
            f"{rounds} rounds; {names}.")


def write(path, rows, versions, rounds):
    """Replaces what stands between the markers."""
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    found = FIGURES.search(text)
    if not found:
        raise SystemExit(f"bench: {path} has no markers as {FIGURES.pattern}")
    groups = found[2].split(", ") if found[2] else None
    shown = [row for row in rows if groups is None or row.work.group in groups]
    content = f"{introduction(versions, rounds)}\n\n{table.render_markdown(shown)}\n"
    path.write_text(text[:found.end(1)] + content + text[found.start(3):], encoding="utf-8")
