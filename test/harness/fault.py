"""Kind `fault`: test/fault/*.c, programs in which one allocation after another fails; they check themselves. A sample, other numbers with
each seed; with --full all."""

from pathlib import Path

from pool import Case, execute
from programs import sanitizer_environment

TIMEOUT = 1200
SAMPLE = {"": 60, "asan": 25, "tsan": 15}  # numbers n for each schedule


def run_binary(settings, binary):
    if not binary.exists():
        return "was not built"
    most = 0 if settings.full else SAMPLE.get(settings.variant, 60)
    outcome = execute([str(binary.resolve()), str(settings.seed or 1), str(most)], TIMEOUT,
                      env={"FLUFFY_VERIFY": "1", **sanitizer_environment(settings.variant)})
    if outcome.status == 0 and not outcome.timed_out:
        return None
    return f"{outcome.describe_end()}\n{outcome.stdout[-8000:]}{outcome.stderr[-8000:]}"


def cases(settings):
    for source in settings.select(sorted(Path("test/fault").glob("*.c"))):
        binary = Path(settings.out, source).with_suffix("")
        yield Case("fault", str(source), lambda b=binary: run_binary(settings, b))
