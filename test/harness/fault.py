"""Kind `fault`: allocations fail, one after another or from one on. A sample of them, other ones with each seed; with --full all.

test/fault/*.c do it themselves. A program test/fault/*.fl counts its messages; it is run with FLUFFY_FAIL (runtime/memory/alloc.c), in
the seeded schedule with a collection at every poll, and with many workers. It ends well, with its last line "spared" if no process
ended; or it ends for lack of memory, and says so."""

import os
import random
import tempfile
from pathlib import Path

import programs
from pool import Case, execute
from programs import sanitizer_environment

TIMEOUT = 1200
RUN_TIMEOUT = 120  # of one run, which takes some milliseconds: somebody waits for ever
SAMPLE = {"": 60, "asan": 25, "tsan": 15}  # numbers n for each schedule
SCHEDULES = [
    {"FLUFFY_SCHEDULE": "seed:{seed}", "FLUFFY_COLLECT": "hard"},
    {"FLUFFY_WORKERS": "2"},
    {"FLUFFY_WORKERS": "64", "FLUFFY_COLLECT": "hard"},
]
MOST = 1 << 20  # allocations: more the programs don't make


def run_binary(settings, binary):
    if not binary.exists():
        return "was not built"
    most = 0 if settings.full else SAMPLE.get(settings.variant, 60)
    outcome = execute([str(binary.resolve()), str(settings.seed or 1), str(most)], TIMEOUT,
                      env={"FLUFFY_VERIFY": "1", **sanitizer_environment(settings.variant)})
    if outcome.status == 0 and not outcome.timed_out:
        return None
    return f"{outcome.describe_end()}\n{outcome.stdout[-8000:]}{outcome.stderr[-8000:]}"


def run_failing(program, environment, n, count):
    """(what is wrong or None, whether nothing failed)"""
    outcome = execute([program], RUN_TIMEOUT, env={**environment, "FLUFFY_FAIL": f"{n}:{count}"})
    spared = outcome.status == 0 and outcome.stdout == "spared\n"
    well = spared or (outcome.status == 0 and outcome.stdout == "scarce\n")
    lacking = outcome.status == 1 and ("out of memory" in outcome.stderr or "not enough memory" in outcome.stderr)
    lacking = lacking and "broken" not in outcome.stderr  # what the programs call what they find wrong
    if (well or lacking) and not outcome.timed_out:
        return None, spared
    return (f"FLUFFY_FAIL={n}:{count} {environment}: {outcome.describe_end()}\n"
            f"{outcome.stdout[-2000:]}{outcome.stderr[-8000:]}"), False


def try_schedule(program, environment, numbers, draw):
    """Up to the first power of two from which on nothing fails; then a sample below."""
    last = 1
    while last < MOST:
        problem, spared = run_failing(program, environment, last, MOST * MOST)
        if problem or spared:
            break
        last *= 2
    if problem:
        return problem
    wanted = range(1, last + 1) if numbers == 0 else sorted(draw.randint(1, last) for _ in range(numbers))
    for n in wanted:
        problem = run_failing(program, environment, n, draw.choice([1, MOST * MOST]))[0]
        if problem:
            return problem
    return None


def run_program(settings, file):
    seed = settings.seed or 1
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="fluffy-fault-") as folder:
        program = os.path.join(folder, "program")
        problem = programs.build(settings, file, "optimised", program, faults=True)
        for schedule in SCHEDULES if not problem else []:
            environment = {"FLUFFY_VERIFY": "1", **sanitizer_environment(settings.variant),
                           **{name: value.format(seed=seed) for name, value in schedule.items()}}
            problem = try_schedule(program, environment, 0 if settings.full else SAMPLE.get(settings.variant, 60), draw)
            if problem:
                break
    return problem


def cases(settings):
    for source in settings.select(sorted(Path("test/fault").glob("*.c"))):
        binary = Path(settings.out, source).with_suffix("")
        yield Case("fault", str(source), lambda b=binary: run_binary(settings, b))
    for source in settings.select(sorted(Path("test/fault").glob("*.fl"))):
        yield Case("fault", str(source), lambda s=source: run_program(settings, s))
