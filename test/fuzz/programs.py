#!/usr/bin/env python3
"""Draws programs (generate.py), compiles each optimised and not, and runs it by parallel workers and by drawn schedules.

Every run has to print what the generator computed, with status 0, within its time. A failure is made smaller and printed with its
seed; `programs.py --seed N --count 1` repeats it.

usage: programs.py [--build DIR] [--seconds N] [--seed N] [--count N] [--keep DIR]
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

import generate
from reduce import reduce_lines

BUILD_SECONDS = 300
RUN_SECONDS = 300


def run(command, seconds, **environment):
    """(status, what was printed, messages); the status is "hang" if it took too long."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, errors="replace", env={**os.environ, **environment})
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        return "hang", "", ""


class Trial:
    """One program in all its ways to run."""

    def __init__(self, build, folder, seed):
        self.compiler = os.path.abspath(os.path.join(build, "fluffyc"))
        self.file = os.path.join(folder, "drawn.fl")
        self.program = os.path.join(folder, "drawn")
        draw = random.Random(seed)
        schedules = [f"seed:{draw.randrange(1000)}" for _ in range(2)]
        hard = {"FLUFFY_COLLECT": "hard"}  # a collection at every opportunity
        self.ways = [([], {"FLUFFY_WORKERS": "2"}), ([], {"FLUFFY_SCHEDULE": schedules[0]}), ([], {"FLUFFY_WORKERS": "2", **hard}),
                     (["--debug"], {"FLUFFY_SCHEDULE": schedules[1]}), (["--debug"], {"FLUFFY_SCHEDULE": schedules[0], **hard})]

    def outcomes(self, text):
        """(the way, status, output, messages) of each run, or of a build that fails."""
        Path(self.file).write_text(text)
        built = None
        for options, environment in self.ways:
            way = " ".join(options + [f"{name}={value}" for name, value in environment.items()])
            if built != options:
                status, _, messages = run([self.compiler, "build", *options, self.file, "-o", self.program], BUILD_SECONDS)
                if status != 0:
                    yield "build " + way, status, "", messages
                    return
                built = options
            yield way, *run([self.program], RUN_SECONDS, FLUFFY_VERIFY="1", **environment)

    def wrong(self, text, expected):
        """(what kind of failure, the whole of it), or None."""
        for way, status, output, messages in self.outcomes(text):
            if status != 0:
                errors = [line for line in messages.split("\n") if line.startswith("error")]
                return f"{way}: status {status} {errors[0][:60] if errors else ''}", messages[-3000:]
            if output != expected:
                return f"{way}: prints something else", f"printed:\n{output}expected:\n{expected}"
        return None

    def differs(self, text):
        """Whether two runs of a program whose output is not known differ; that of a smaller program is not."""
        seen = set()
        for way, status, output, _ in self.outcomes(text):
            if way.startswith("build"):
                return False
            seen.add((status, output))
        return len(seen) > 1


def smaller(trial, text, expected):
    kind = trial.wrong(text, expected)[0]
    if "status" in kind:
        return reduce_lines(text, lambda shorter: (trial.wrong(shorter, expected) or [None])[0] == kind)
    return reduce_lines(text, trial.differs) if trial.differs(text) else text


def main():
    os.chdir(Path(__file__).resolve().parents[2])
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--keep", default="", help="a folder for the programs that fail")
    options = parser.parse_args()
    deadline = time.monotonic() + options.seconds
    failures = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.count):
            if time.monotonic() > deadline and tried:
                break
            text, lines = generate.program(seed)
            expected = "".join(line + "\n" for line in lines)
            tried += 1
            trial = Trial(options.build, folder, seed)
            wrong = trial.wrong(text, expected)
            if wrong:
                failures += 1
                print(f"FAIL fuzz programs --seed {seed}: {wrong[0]}\n{wrong[1]}\n{smaller(trial, text, expected)}", flush=True)
                if options.keep:
                    Path(options.keep, f"{seed}.fl").write_text(text)
                    Path(options.keep, f"{seed}.expected").write_text(expected)
    print(f"programs: {tried} programs from seed {options.seed}, {failures} failures", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
