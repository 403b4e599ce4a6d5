#!/usr/bin/env python3
"""Changes tokens and lines of the sources in test/ and docs/, and of drawn programs, and has the compiler look at what came of them.

`fluffyc check` has to end within its time with status 0 or 1, and what it accepts has to compile. A failure is made smaller
and printed with its seed; `mutate.py --seed N --count 1` repeats it.

usage: mutate.py [--build DIR] [--seconds N] [--seed N] [--count N] [--keep DIR]
"""

import argparse
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

import generate
from reduce import reduce_lines

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|\w+|->|<-|\+\+|\.\.\.?|&&|\|\||[=!<>]=|\n|[^\S\n]+|.')
CHECK_SECONDS = 20
BUILD_SECONDS = 60


def kind_of(piece):
    return "text" if piece[0] == '"' else "number" if piece[0].isdigit() else "word" if piece[0].isalpha() else piece


def sources():
    return sorted(file for folder in ("test", "docs") for file in Path(folder).rglob("*.fl") if file.stat().st_size < 40_000)


def mutated(text, other, draw):
    """A source with one to four changes; `other` is a second source, from which tokens and lines are taken."""
    for _ in range(draw.choice((1, 1, 2, 3, 4))):
        pieces = TOKEN.findall(text) if draw.random() < 0.75 else text.splitlines(keepends=True)
        strange = TOKEN.findall(other) if draw.random() < 0.75 else other.splitlines(keepends=True)
        solid = [i for i, piece in enumerate(pieces) if not piece.isspace()]
        if not solid or not strange:
            return other
        at, from_ = draw.choice(solid), draw.choice(solid)
        change = draw.randrange(9)
        if change > 5:
            # A word for a word, a number for a number: what comes of it is often still well-formed.
            alike = [i for i in solid if kind_of(pieces[i]) == kind_of(pieces[at])]
            pieces[at] = pieces[draw.choice(alike)]
        elif change == 0:
            del pieces[at]
        elif change == 1:
            pieces.insert(at, pieces[from_])
        elif change == 2:
            pieces[at], pieces[from_] = pieces[from_], pieces[at]
        elif change == 3:
            pieces[at] = pieces[from_]
        elif change == 4:
            pieces[at] = draw.choice(strange)
        else:
            pieces.insert(at, draw.choice(strange))
        text = "".join(pieces)
    return text


class Compiler:
    def __init__(self, build, folder):
        self.program = os.path.abspath(os.path.join(build, "fluffyc"))
        self.file = os.path.join(folder, "mutated.fl")
        self.object = os.path.join(folder, "mutated.o")
        self.accepted = 0

    def run(self, seconds, *arguments):
        """Status and what was printed; the status is "hang" if it computed for too long, however busy the machine is."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))

        try:
            done = subprocess.run([self.program, *arguments], capture_output=True, timeout=30 * seconds, errors="replace", preexec_fn=limit)
            return "hang" if done.returncode == -signal.SIGXCPU else done.returncode, done.stderr
        except subprocess.TimeoutExpired:
            return "hang", ""

    def wrong(self, text):
        """What is wrong with how the compiler takes this source: a short text, or None."""
        Path(self.file).write_text(text)
        status, printed = self.run(CHECK_SECONDS, "check", self.file)
        if status not in (0, 1):
            return f"check: {status}"
        if "internal" in printed:
            return "check: internal error"
        if status == 1:
            return None if printed else "check: nothing printed"
        self.accepted += 1
        status, printed = self.run(BUILD_SECONDS, "build", "--emit=obj", self.file, "-o", self.object)
        if status == 0 or (status == 1 and "E0702" in printed):  # a module without main is no program
            return None
        return f"build: {status}" if status != 1 else "build: fails: " + printed.strip().split("\n")[0][:60]


def main():
    os.chdir(Path(__file__).resolve().parents[2])
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--keep", default="", help="a folder for the sources that fail")
    options = parser.parse_args()
    texts = [file.read_text() for file in sources()]
    deadline = time.monotonic() + options.seconds
    failures = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        compiler = Compiler(options.build, folder)
        for seed in range(options.seed, options.seed + options.count):
            if time.monotonic() > deadline and tried:
                break
            draw = random.Random(seed)
            drawn = draw.random() < 0.25
            text = mutated(generate.program(seed)[0] if drawn else draw.choice(texts), draw.choice(texts), draw)
            tried += 1
            wrong = compiler.wrong(text)
            if wrong:
                failures += 1
                smaller = reduce_lines(text, lambda shorter, wrong=wrong: compiler.wrong(shorter) == wrong)
                print(f"FAIL fuzz mutate --seed {seed}: {wrong}\n{smaller}", flush=True)
                if options.keep:
                    Path(options.keep, f"{seed}.fl").write_text(f"// {wrong}\n{smaller}")
    print(f"mutate: {tried} sources from seed {options.seed}, {compiler.accepted} of them correct, {failures} failures", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
