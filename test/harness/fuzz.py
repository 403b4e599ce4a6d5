"""Kind `fuzz`: a short run of each script of test/fuzz that draws programs or sources, always from the same seed; `make fuzz` goes on."""

import os
import sys
from pathlib import Path

from pool import Case, execute

SECONDS = 8
TIMEOUT = 900  # with the making smaller of what fails


def check_sample(settings, script):
    command = [sys.executable, str(script), "--build", os.path.abspath(settings.build), "--seconds", str(SECONDS), "--seed", "1"]
    outcome = execute(command, TIMEOUT)
    if outcome.timed_out or outcome.status != 0:
        return f"{outcome.describe_end()}\n{outcome.stdout[-8000:]}{outcome.stderr[-4000:]}"
    return None


def cases(settings):
    for script in settings.select([Path("test/fuzz/mutate.py"), Path("test/fuzz/programs.py")]):
        yield Case("fuzz", str(script), lambda script=script: check_sample(settings, script))
