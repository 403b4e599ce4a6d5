#!/usr/bin/env python3
"""The test runner: finds the tests of each kind by folder, runs them in parallel, prints the failures and a summary.

usage: main.py [--build DIR] [--variant asan|ubsan|tsan] [--full] [--bless] [--jobs N] [--slowest N] [--seed N] KIND… [PATH…]
A path keeps only the tests whose file's path contains it.
"""

import argparse
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import chaos
import cli
import diagnostics
import documents
import fault
import fuzz
import hosts
import models
import programs
import soak
import stress
import units
from pool import run_cases

KINDS = {"unit": units, "run": programs, "check": diagnostics, "docs": documents, "cli": cli, "hosts": hosts, "stress": stress,
         "fuzz": fuzz, "model": models, "fault": fault, "chaos": chaos, "soak": soak}


class Settings:
    def __init__(self, options, paths):
        self.build = options.build
        self.variant = options.variant
        self.out = os.path.join(options.build, options.variant) if options.variant else options.build
        self.full = options.full
        self.bless = options.bless
        self.seed = options.seed
        self.paths = paths
        # Programs are built by the product; only `check` runs the sanitized compiler.
        self.product_compiler = os.path.abspath(os.path.join(options.build, "fluffyc"))
        self.compiler = os.path.abspath(os.path.join(self.out, "fluffyc"))

    def select(self, files):
        return [file for file in files if not self.paths or any(path in str(file) for path in self.paths)]


def parse_command_line():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--variant", default="", choices=["", "asan", "ubsan", "tsan"])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--slowest", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("words", nargs="+")
    options = parser.parse_args()
    kinds = [word for word in options.words if word in KINDS]
    return options, kinds or list(KINDS), [word for word in options.words if word not in KINDS]


def main():
    os.chdir(Path(__file__).resolve().parents[2])
    options, kinds, paths = parse_command_line()
    settings = Settings(options, paths)
    cases = [case for kind in kinds for case in KINDS[kind].cases(settings)]
    totals = run_cases(cases, options.jobs, options.slowest)
    for kind, (passed, failed) in totals.items():
        print(f"{kind}: {passed} passed, {failed} failed")
    passed, failed = (sum(column) for column in zip(*totals.values())) if totals else (0, 0)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
