"""Kind `unit`: each test binary built from test/unit/<room>/test_*.c, in a process of its own."""

from pathlib import Path

from pool import Case, execute
from programs import sanitizer_environment

TIMEOUT = 900


def check_unit(settings, binary):
    if not binary.exists():
        return "was not built"
    env = {"CMOCKA_MESSAGE_OUTPUT": "STDOUT", "FLUFFY_VERIFY": "1", **sanitizer_environment(settings.variant)}
    outcome = execute([str(binary.resolve())], TIMEOUT, env=env)
    if outcome.status == 0 and not outcome.timed_out:
        return None
    shown = [line for line in outcome.stdout.splitlines() if not line.startswith(("[ RUN", "[       OK"))]
    return f"{outcome.describe_end()}\n" + "\n".join(shown[-40:]) + "\n" + outcome.stderr[-4000:]


def cases(settings):
    for source in settings.select(sorted(Path("test/unit").rglob("test_*.c"))):
        binary = Path(settings.out, source).with_suffix("")
        if settings.variant == "tsan" and "compiler" in source.parts:
            continue  # one thread
        yield Case("unit", str(source), lambda b=binary: check_unit(settings, b))
