"""Puts the tables of a run into a page of Markdown, between two markers; the rest of it is written by hand."""

import datetime
from pathlib import Path

import results
import table

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


def introduction(versions, rounds):
    machine = results.machine()
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (f"{datetime.date.today().isoformat()}, {machine['processor']}, {machine['processors']} processors, Linux {machine['kernel']}; "
            f"{rounds} rounds; {names}.")


def write(path, rows, versions, rounds):
    """Replaces what stands between the markers."""
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"bench: {path} has no markers {BEGIN} and {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    content = f"{BEGIN}\n{introduction(versions, rounds)}\n\n{table.render_markdown(rows)}\n{END}"
    path.write_text(before + content + after, encoding="utf-8")
