"""Makes a failing source smaller: drops runs of lines, long ones first, as long as what is left fails in the same way."""

import time


def reduce_lines(source, fails, seconds=60):
    """The smallest source found for which fails(source) holds within about so many seconds; fails(source) holds at the start."""
    lines = source.split("\n")
    deadline = time.monotonic() + seconds
    size = len(lines) // 2
    while size >= 1:
        at = 0
        dropped = False
        while at < len(lines) and time.monotonic() < deadline:
            shorter = lines[:at] + lines[at + size :]
            if fails("\n".join(shorter)):
                lines = shorter
                dropped = True
            else:
                at += size
        if not (dropped and size == 1):
            size //= 2
    return "\n".join(lines)
