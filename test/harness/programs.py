"""Kind `run`: programs of test/run and docs/examples, built under each profile and run under each schedule."""

import os
import shutil
import tempfile
import zlib
from pathlib import Path

import expect
from pool import Case, execute

BUILD_TIMEOUT = 600
PARALLEL = "parallel"
HARD = "seed:1, with a collection at every poll"
HARD_SAMPLE = 6  # one program of so many, others where a sanitizer runs; with --full all
SOME = -1  # each program has another number of workers, of WORKERS
WORKERS = (1, 2, 16, 64)
QUICK = [("optimised", PARALLEL, 0), ("optimised", "seed:1", 0), ("debug", PARALLEL, SOME)]
FULL = [(profile, schedule, 0) for profile in ("optimised", "debug")
        for schedule in (PARALLEL, "seed:1", "seed:2", "seed:3")] + [("debug", PARALLEL, workers) for workers in WORKERS]
SANITIZED = {"asan": [("optimised", PARALLEL, 2), ("debug", "seed:1", 0)], "tsan": [("optimised", PARALLEL, 4)]}
SANITIZERS = {"asan": "address", "tsan": "thread"}
# What more than one process runs in: all that the thread sanitizer can find something in.
CONCURRENT = ("test/run/processes/", "test/run/otp/", "test/run/supervision/", "test/run/memory/",
              "test/run/shared/", "test/run/extern/", "docs/examples/")


def sanitizer_environment(variant):
    """The leak check is off: what a process leaves is freed with its arena, and at the end of a program not at all."""
    if variant == "asan":
        return {"ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0"}
    if variant == "tsan":
        return {"TSAN_OPTIONS": "halt_on_error=1:exitcode=66"}
    return {}


def number_of(file):
    """The same in each run."""
    return zlib.crc32(str(file).encode())


def is_collected_hard(settings, file):
    return settings.variant != "tsan" and (settings.full or number_of(file) % HARD_SAMPLE == (1 if settings.variant else 0))


def plans_for(settings, file, expected):
    if expected.module or settings.variant in expected.excluded:
        return []
    plans = FULL if settings.full else SANITIZED.get(settings.variant, QUICK)
    if is_collected_hard(settings, file):
        plans = plans + [("optimised", HARD, 0)]
    if expected.only:
        plans = [plan for plan in plans if (plan[1] == PARALLEL) == (expected.only == "parallel")]
    return plans


def environment(settings, expected, schedule, workers):
    env = {"FLUFFY_VERIFY": "1", **sanitizer_environment(settings.variant), **expected.env}
    if schedule == HARD:
        env["FLUFFY_COLLECT"] = "hard"
    if schedule != PARALLEL:
        env["FLUFFY_SCHEDULE"] = schedule.split(",")[0]
    if expected.workers or workers:
        env["FLUFFY_WORKERS"] = str(expected.workers or workers)
    return env


def build(settings, file, profile, output, faults=False):
    """`faults`: its allocations can be made to fail, as always in sanitized programs."""
    compiler = os.path.join(settings.build, "faults", "fluffyc") if faults and not settings.variant else settings.product_compiler
    argv = [compiler, "build", str(file), "-o", output]
    if profile == "debug":
        argv.append("--debug")
    if settings.variant in SANITIZERS:
        argv.append("--sanitize=" + SANITIZERS[settings.variant])
    outcome = execute(argv, BUILD_TIMEOUT, env={"FLUFFY_VERIFY": "1"})
    if outcome.timed_out or outcome.status != 0:
        return f"building {outcome.describe_end()}\n{outcome.stderr[:4000]}"
    return None


def check_program(settings, file, profile, schedules, expected):
    with tempfile.TemporaryDirectory(prefix="fluffy-test-") as folder:
        program = os.path.join(folder, "program")
        problem = build(settings, file, profile, program)
        if problem:
            return problem
        for schedule, workers in schedules:
            if workers == SOME:
                workers = WORKERS[number_of(file) % len(WORKERS)]
            hard = schedule == HARD or os.environ.get("FLUFFY_COLLECT") == "hard"
            slower = 6 if hard or settings.variant in SANITIZERS else 1
            outcome = execute([program, *expected.args], expected.timeout * slower, expected.stdin,
                              environment(settings, expected, schedule, workers), folder)
            problem = expect.compare(expected, outcome)
            if problem:
                return f"under the schedule {schedule}{f' with {workers} workers' if workers else ''}:\n{problem}"
    return None


def cases_of_file(settings, file, kind="run", name=None):
    expected = expect.parse(file.read_text())
    plans = plans_for(settings, file, expected)
    for profile in dict.fromkeys(plan[0] for plan in plans):
        schedules = [plan[1:] for plan in plans if plan[0] == profile]
        yield Case(kind, f"{name or file} [{profile}]",
                   lambda p=profile, s=schedules: check_program(settings, file, p, s, expected))


def bless_file(settings, file):
    with tempfile.TemporaryDirectory(prefix="fluffy-test-") as folder:
        program = os.path.join(folder, "program")
        problem = build(settings, file, "optimised", program)
        if problem:
            return problem
        expected = expect.parse(file.read_text())
        outcome = execute([program, *expected.args], expected.timeout, expected.stdin,
                          environment(settings, expected, "seed:1", 0), folder)
        if outcome.timed_out or outcome.status != expected.status:
            return f"not blessed: {outcome.describe_end()}\n{outcome.stderr}"
        blessed = file.with_suffix(".blessed")
        blessed.write_text(expect.bless(file.read_text(), outcome.stdout))
        shutil.move(blessed, file)
    return None


def cases(settings):
    for file in settings.select(sorted([*Path("test/run").rglob("*.fl"), *Path("docs/examples").glob("*.fl")])):
        if settings.variant == "tsan" and not settings.full and not str(file).startswith(CONCURRENT):
            continue
        if settings.bless:
            yield Case("bless", str(file), lambda file=file: bless_file(settings, file))
        else:
            yield from cases_of_file(settings, file)
