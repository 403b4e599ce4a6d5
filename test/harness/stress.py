"""Kind `stress`: programs of test/stress, which draw what they do from a seed and check their own invariants. Without --seed a
short sample; with it (`make stress SEED=n`) a long run of that seed."""

from pathlib import Path

from pool import Case, execute
from programs import sanitizer_environment

SAMPLE = (1, 2, 3)  # one of each kind of schedule
SAMPLE_SIZE = 1000
TIMEOUT = 900  # the programs have watchdogs of their own


def run_seed(settings, binary, seed, size):
    if not binary.exists():
        return "was not built"
    outcome = execute([str(binary.resolve()), str(seed), *([str(size)] if size else [])], TIMEOUT,
                      env={"FLUFFY_VERIFY": "1", **sanitizer_environment(settings.variant)})
    if outcome.status == 0 and not outcome.timed_out:
        return None
    return f"{outcome.describe_end()}\n{outcome.stdout[-4000:]}{outcome.stderr[-8000:]}"


def cases(settings):
    seeds = SAMPLE if settings.seed is None else (settings.seed,)
    size = SAMPLE_SIZE if settings.seed is None else 0
    for source in settings.select(sorted(Path("test/stress").glob("*.c"))):
        binary = Path(settings.out, source).with_suffix("")
        for seed in seeds:
            yield Case("stress", f"{source} seed {seed}",
                       lambda b=binary, s=seed: run_seed(settings, b, s, size))
