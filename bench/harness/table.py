"""The results as text: one line a work, in the terminal or as Markdown."""

import statistics


def number(value):
    """Three digits that count."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio_text(ratios):
    if not ratios:
        return "-"
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def verdict(row):
    if row.work.absolute:
        figure = row.median("fluffy")
        return "" if figure is None else "met" if figure <= row.work.goal else "behind"
    best = row.best_peer()
    ratios = row.ratios(best) if best else []
    if not ratios:
        return ""
    return "met" if statistics.median(ratios) <= row.work.goal_ratio else "behind"


def goal(work):
    return f"{number(work.goal)} {work.unit}" if work.absolute else f"{work.goal_ratio:.2f}"


def columns(rows):
    """The peers that have a figure anywhere, Fluffy first and C last."""
    seen = dict.fromkeys(peer for row in rows for peer in row.figures)
    order = {"fluffy": -1, "c": 1}
    return sorted(seen, key=lambda peer: order.get(peer, 0))


def cells(rows):
    peers = columns(rows)
    yield ["work", "unit", *peers, "to best peer", "goal", ""]
    for row in rows:
        best = row.best_peer()
        yield [row.work.title, row.work.unit, *(number(row.median(peer)) for peer in peers),
               ratio_text(row.ratios(best)) + f" {best}" if best else "-", goal(row.work), verdict(row)]


def render(rows):
    """Aligned columns: names to the left, figures to the right; below them the distributions, if there are any."""
    spread = list(distribution_cells(rows))
    return align(list(cells(rows))) + ("\n\n" + align(spread) if len(spread) > 1 else "")


def align(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = []
    for line in lines:
        parts = [cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        text.append("  ".join(parts).rstrip())
    return "\n".join(text)


def render_markdown(rows):
    """A table for each group, then one of the distributions."""
    tables = []
    for group in dict.fromkeys(row.work.group for row in rows):
        members = [row for row in rows if row.work.group == group]
        tables.append(f"### {group.capitalize()}\n\n" + markdown(list(cells(members))))
    spread = list(distribution_cells(rows))
    if len(spread) > 1:
        tables.append("### Distributions\n\n" + markdown(spread))
    return "\n\n".join(tables)


def markdown(lines):
    rule = ["---", "---"] + ["---:"] * (len(lines[0]) - 2)
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule, *lines[1:]])


def distribution_cells(rows):
    """A line for each peer of each work whose figure is a percentile."""
    yield ["work", "unit", "peer", "50 %", "90 %", "99 %", "99.9 %", "latest"]
    for row in rows:
        for peer in row.distributions:
            yield [row.work.title, row.work.unit, peer, *(number(value) for value in row.distribution(peer))]
