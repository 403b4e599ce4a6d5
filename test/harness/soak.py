"""Kind `soak`: test/soak/*.fl, programs that do everything at once for some seconds and count what they lose. Their memory (what is
resident and not a file's) is looked at each second. It may grow for the first tenth (a minute of the ten of `make soak`): caches of blocks,
stacks and control blocks fill up to the most that was ever in use at once. From then on it has to stay.

"Stays" means: the median of the last tenth is at most that of the second tenth and TOLERANCE more. How much is in use at a moment depends on
which rounds meet, so medians are compared, and the most that can be in use at once was not necessarily seen in the first minute. A
leak of one message in a hundred would be tens of MB at the end of ten minutes. A run of less than a minute, on a machine that
does other things, shows only whether memory grows out of all proportion."""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import programs
from pool import Case

SECONDS = 10
TOLERANCE_SHARE, TOLERANCE_MB = 0.15, 5
SHORT, SHORT_SHARE, SHORT_MB = 60, 2, 50  # the same for runs of fewer seconds
GRACE = 120  # seconds that the last rounds may take


def resident_mb(pid):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def watch(process, seconds):
    """The memory, second by second; None: it did not end in time."""
    sizes, start = [], time.monotonic()
    while process.poll() is None:
        if time.monotonic() > start + seconds + GRACE:
            process.kill()
            process.wait()
            return None
        size = resident_mb(process.pid)
        if size is not None and time.monotonic() < start + seconds:
            sizes.append(size)
        time.sleep(1)
    return sizes


def judge(sizes):
    """(a line about it, whether it is well)"""
    tenth = max(2, len(sizes) // 10)
    settled, end = statistics.median(sizes[tenth:2 * tenth]), statistics.median(sizes[-tenth:])
    share, more = (SHORT_SHARE, SHORT_MB) if len(sizes) < SHORT else (TOLERANCE_SHARE, TOLERANCE_MB)
    allowed = settled * (1 + share) + more
    line = (f"memory: {settled:.1f} MB after {tenth} to {2 * tenth} s, {end:.1f} MB in the last {tenth} s of {len(sizes)} "
            f"({min(sizes[tenth:]):.1f} to {max(sizes[tenth:]):.1f} between, {allowed:.1f} allowed)")
    return line, end <= allowed


def run(settings, file, seconds, show):
    with tempfile.TemporaryDirectory(prefix="fluffy-soak-") as folder:
        program = os.path.join(folder, "program")
        problem = programs.build(settings, file, "optimised", program)
        if problem:
            return problem
        out, err = open(os.path.join(folder, "out"), "w+"), open(os.path.join(folder, "err"), "w+")
        process = subprocess.Popen([program, str(seconds)], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder,
                                   start_new_session=True, env={**os.environ, **programs.sanitizer_environment(settings.variant)})
        try:
            sizes = watch(process, seconds)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        out.seek(0)
        printed = out.read()
        with open(os.path.join(folder, "err"), "rb") as file:
            file.seek(max(0, os.path.getsize(file.name) - 4000))
            errors = file.read().decode("utf-8", "replace")
        if sizes is None:
            return f"did not end within {GRACE} s of its time\n{printed}{errors}"
        if process.returncode != 0 or not printed.endswith("nothing lost\n"):
            return f"ended with status {process.returncode}\n{printed}{errors}"
        line, well = judge(sizes)
        if show:
            print(printed + line, flush=True)
        if not well and not settings.variant:  # sanitizers keep what was freed
            return line + "\n" + " ".join(f"{size:.0f}" for size in sizes)
    return None


def cases(settings):
    seconds = int(os.environ.get("SOAK_SECONDS", SECONDS))
    for file in settings.select(sorted(Path("test/soak").glob("*.fl"))):
        yield Case("soak", f"{file} for {seconds} s", lambda f=file: run(settings, f, seconds, "SOAK_SECONDS" in os.environ))
