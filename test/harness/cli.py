"""Kind `cli`: scripts of test/cli that use the compiler as a user would, bad input included; each runs in a folder of its own with
FLUFFYC, BUILD and TOP set, and tells on standard error what it found wrong (test/cli/lib.bash)."""

import os
import tempfile
from pathlib import Path

from pool import Case, execute

TIMEOUT = 900


def check_script(settings, script):
    env = {"FLUFFYC": settings.compiler, "BUILD": os.path.abspath(settings.build), "TOP": os.getcwd()}
    with tempfile.TemporaryDirectory(prefix="fluffy-cli-") as folder:
        outcome = execute(["bash", str(script.resolve())], TIMEOUT, env=env, cwd=folder)
    if outcome.timed_out or outcome.status != 0:
        return f"{outcome.describe_end()}\n{outcome.stderr[-6000:]}"
    return None


def cases(settings):
    for script in settings.select(sorted(Path("test/cli").glob("*.sh"))):
        yield Case("cli", str(script), lambda script=script: check_script(settings, script))
