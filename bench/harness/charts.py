"""The results as one HTML page: for each group of works a chart of every peer's figure relative to Fluffy's, on a logarithmic axis.

Plain SVG, no script, nothing fetched. Peers differ in colour and in the form of their mark, so that the page can be read in black
and white."""

import html
import math
from pathlib import Path

import results
import table

WIDTH, LEFT, RIGHT, ROW_HEIGHT = 960, 380, 30, 34
MARKS = {  # peer → colour and the path of its mark, around (0, 0)
    "erlang": ("#a90533", "M-5-5L5 5M5-5L-5 5"),
    "go": ("#0088a8", "M0-6L6 5H-6Z"),
    "tokio": ("#c4661f", "M-5-5H5V5H-5Z"),
    "crystal": ("#444444", "M0-6L6 0L0 6L-6 0Z"),
    "caf": ("#6a3d9a", "M-6 0H6M0-6V6"),
    "c": ("#2e7d32", "M-5-4L0 5L5-4"),
}
STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#111}
svg{width:100%;height:auto}text{font:13px system-ui,sans-serif}table{border-collapse:collapse;font-size:13px}
td,th{padding:.2em .6em;border-bottom:1px solid #ccc;text-align:right}td:first-child,th:first-child{text-align:left}"""


def relative(row):
    """Each peer's figure over Fluffy's: above 1 is slower than Fluffy."""
    ours = row.median("fluffy")
    if not ours:
        return {}
    return {peer: row.median(peer) / ours for peer in MARKS if row.median(peer)}


class Axis:
    """Decades that hold all values, and where a value lies on them."""

    def __init__(self, values):
        self.low = math.floor(math.log10(min(values + [0.5])))
        self.high = math.ceil(math.log10(max(values + [2])))

    def x(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def decades(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def mark(peer, x, y, title):
    colour, path = MARKS[peer]
    return (f'<path d="{path}" transform="translate({x:.1f} {y})" fill="none" stroke="{colour}" stroke-width="2">'
            f"<title>{html.escape(title)}</title></path>")


def legend(peers, y):
    parts = []
    for i, peer in enumerate(peers):
        x = LEFT + 90 * i
        parts.append(mark(peer, x, y, peer) + f'<text x="{x + 11}" y="{y + 4}">{peer}</text>')
    return parts


def chart(rows):
    """The SVG of one group."""
    values = {row.work.name: relative(row) for row in rows}
    peers = [peer for peer in MARKS if any(peer in of for of in values.values())]
    axis = Axis([value for of in values.values() for value in of.values()])
    top, bottom = 34, 34 + ROW_HEIGHT * len(rows)
    parts = legend(peers, 12)
    for at in axis.decades():
        x = axis.x(at)
        width = 2 if at == 1 else 0.5
        parts.append(f'<path d="M{x:.1f} {top}V{bottom}" stroke="#555" stroke-width="{width}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{at:g}</text>')
    for i, row in enumerate(rows):
        y = top + ROW_HEIGHT * i + ROW_HEIGHT // 2
        parts.append(f'<text x="0" y="{y + 4}">{html.escape(row.work.title[:58])}</text>')
        for peer, value in values[row.work.name].items():
            parts.append(mark(peer, axis.x(value), y, f"{peer}: {value:.2f} times Fluffy's"))
    return f'<svg viewBox="0 0 {WIDTH} {bottom + 24}" role="img">{"".join(parts)}</svg>'


def page(rows, versions):
    machine = results.machine()
    groups = dict.fromkeys(row.work.group for row in rows)
    body = [f"<h1>Fluffy beside its peers</h1><p>{html.escape(machine['processor'])}, {machine['processors']} processors. "
            + html.escape(", ".join(f"{name} {version}" for name, version in versions.items()))
            + ".</p><p>Each mark is a peer's figure divided by Fluffy's in the same run: right of 1, Fluffy is faster or smaller.</p>"]
    for group in groups:
        members = [row for row in rows if row.work.group == group and relative(row)]
        if members:
            body.append(f"<h2>{html.escape(group)}</h2>{chart(members)}")
    lines = list(table.cells(rows))
    body.append("<h2>Figures</h2><table>" + "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in lines) + "</table>")
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Fluffy beside its peers</title><style>{STYLE}</style>{"".join(body)}</html>\n'


def save(path, rows, versions):
    """Writes the page."""
    Path(path).write_text(page(rows, versions), encoding="utf-8")
