#!/usr/bin/env python3
"""Compares how many instructions some works take with a baseline that is checked in.

usage: check.py [--build DIR] [--renew] [WORK…]

Works with a line `check` in a works.toml take part, with those arguments, on one worker under valgrind, where instructions can be counted on
any machine. Little of the count depends on the clock (where eight senders flood a receiver, 7 % do); so the baseline is the greatest count of
some runs, and what is over the limit is run again, and its least count decides. A count that is
LIMIT per cent above the baseline makes the status 1; one that far below asks for a new baseline, which --renew writes.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

import peers
from works import BENCH, load_works

LIMIT = 3.0
ATTEMPTS = 3
BASELINE = BENCH / "baseline.json"
# The C library chooses its copies and searches by the processor; these are those of any.
ANY_PROCESSOR = "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM,-BMI1,-BMI2,-MOVBE,-LZCNT,-RTM,-SSSE3,-SSE4_1,-SSE4_2"
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
# Nothing of the caller's: its variables are read through when a program starts, six instructions for each byte.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "FLUFFY_WORKERS": "1", "GLIBC_TUNABLES": ANY_PROCESSOR}


def count(program, arguments):
    """The instructions of one run."""
    done = subprocess.run([shutil.which(VALGRIND[0]), *VALGRIND[1:], program, *arguments], capture_output=True, text=True,
                          env=ENVIRONMENT)
    found = re.search(r"I\s+refs:\s+([0-9,]+)", done.stderr)
    if done.returncode != 0 or not found:
        raise SystemExit(f"bench-check: {program} ended with {done.returncode}: {done.stderr[-2000:]}")
    return int(found.group(1).replace(",", ""))


def change(found, before):
    return 100 * (found / before - 1)


def measure(work, fluffy, root, before):
    """The count of one work: the least of some, unless the first is within the limit; without a baseline the greatest."""
    source = work.source("fl", root / "generated")
    folder = root / work.folder / source.stem / "fluffy"
    fluffy = fluffy.for_work(work)
    wrong = "" if peers.up_to_date(fluffy, source, folder) else peers.build(fluffy, source, folder)
    if wrong:
        raise SystemExit(f"bench-check: {source} can't be built: {wrong}")
    (folder / "built").touch()
    decides = None
    for _ in range(ATTEMPTS):
        found = count(str(folder / "program"), [str(argument) for argument in work.check])
        decides = (min if before else max)(found, decides or found)
        if before and change(decides, before) <= LIMIT:
            break
    return decides


def report(counts, baseline):
    """Prints a line each, and how many are as they should be; returns how many are too much."""
    bad = 0
    for name, found in counts.items():
        before = baseline.get(name)
        percent = change(found, before) if before else 0
        word = "" if before else "not in the baseline"
        if percent > LIMIT:
            word = f"more than {LIMIT:g} % above the baseline"
        elif percent < -LIMIT:
            word = "better: `make bench-baseline` keeps it"
        bad += not before or percent > LIMIT
        print(f"{name:24}{found:14,}  {percent:+6.1f} %  {word}".rstrip())
    print(f"bench: {len(counts) - bad} passed, {bad} failed")
    return bad


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--renew", action="store_true")
    parser.add_argument("works", nargs="*")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        raise SystemExit("bench-check: valgrind is missing, nothing was counted; scripts/deps --dev installs it")
    fluffy = peers.fluffy(Path(options.build) / "fluffyc")
    root = Path(options.build).resolve() / "bench"
    baseline = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    works = [work for work in load_works(options.works, quick=False) if work.check]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda work: measure(work, fluffy, root, not options.renew and baseline.get(work.name)), works)
        counts = dict(zip((work.name for work in works), found))
    if options.renew:
        BASELINE.write_text(json.dumps({**baseline, **counts}, indent=1) + "\n", encoding="utf-8")
        print(f"{BASELINE}: {len(counts)} counts")
        return 0
    return 1 if report(counts, baseline) else 0


if __name__ == "__main__":
    sys.exit(main())
