"""Kind `chaos`: test/chaos/*.fl, programs that hurt a tree of supervisors at random and compare it with a model after each step. Under each
strategy, on the parallel schedule and on the seeded one, where time is virtual and each seed of the program also seeds the schedule. A sample;
with CHAOS_SEEDS=n (`make chaos`) n seeds for each."""

import os
import re
import tempfile
import threading
from pathlib import Path

import programs
from pool import Case, execute

STRATEGIES = ("one_for_one", "one_for_all", "rest_for_one")
SAMPLE, SAMPLE_SANITIZED = 25, 6
STEPS = 60
TIMEOUT = 1800


class Program:
    """Built once, when it is needed first."""

    def __init__(self, settings, file):
        self.folder = tempfile.TemporaryDirectory(prefix="fluffy-chaos-")
        self.path = os.path.join(self.folder.name, "program")
        self.problem = programs.build(settings, file, "optimised", self.path)
        self.environment = programs.sanitizer_environment(settings.variant)

    def run(self, strategy, first, count, clock, environment):
        """(what went wrong or None, the number of steps)"""
        arguments = [self.path, strategy, str(first), str(count), str(STEPS), clock]
        outcome = execute(arguments, TIMEOUT, env={**self.environment, **environment})
        done = re.fullmatch(r".*, (\d+) steps, the model agrees\n", outcome.stdout)
        if outcome.status == 0 and done and not outcome.timed_out:
            return None, int(done[1])
        crash = outcome.stderr.find(" crashed: ")
        shown = outcome.stderr[max(0, crash - 2000):][:6000]
        return f"{environment} {' '.join(arguments[1:])}: {outcome.describe_end()}\n{outcome.stdout}{shown}", 0


def parallel(program, strategy, seeds):
    return program.run(strategy, 1, seeds, "real", {})


def seeded(program, strategy, seeds):
    steps = 0
    for seed in range(1, seeds + 1):
        problem, made = program.run(strategy, seed, 1, "virtual", {"FLUFFY_SCHEDULE": f"seed:{seed}"})
        if problem:
            return problem, steps
        steps += made
    return None, steps


def check(built, run, name, strategy, seeds, show):
    program = built()
    if program.problem:
        return program.problem
    problem, steps = run(program, strategy, seeds)
    if show and not problem:
        print(f"{strategy}, {name} schedule: {seeds} seeds, {steps} steps, the model agrees", flush=True)
    return problem


def cases(settings):
    asked = os.environ.get("CHAOS_SEEDS")
    seeds = int(asked or (SAMPLE_SANITIZED if settings.variant else SAMPLE))
    for file in settings.select(sorted(Path("test/chaos").glob("*.fl"))):
        def built(file=file, built=[], lock=threading.Lock()):
            with lock:
                if not built:
                    built.append(Program(settings, file))
                return built[0]

        for strategy in STRATEGIES:
            for name, run in (("parallel", parallel), ("seeded", seeded)):
                yield Case("chaos", f"{file} {strategy}, {name} schedule",
                           lambda b=built, r=run, n=name, s=strategy: check(b, r, n, s, seeds, asked))
