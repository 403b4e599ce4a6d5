"""Kind `model`: the protocols of test/model in Promela, checked by spin over all their interleavings. Lines `variant NAME` in a
model's comment: it must hold with this definition too. Lines `mutant NAMES: what is broken`: with these spin must find an error, or the
model proves nothing."""

import re
import shutil
import tempfile
from pathlib import Path

from pool import Case, execute

TIMEOUT = 120
VARIANT = re.compile(r"^ \* (variant|mutant) ([A-Z_ ]+)", re.MULTILINE)


def explore(file, defines):
    """(number of errors, None), or (None, what went wrong)"""
    with tempfile.TemporaryDirectory(prefix="fluffy-model-") as folder:
        for argv in (["spin", "-a", *defines, str(file.resolve())],
                     ["cc", "-O1", "-DSAFETY", "-DMEMLIM=2000", "-o", "pan", "pan.c"],
                     ["./pan", "-m1000000", "-w20"]):
            outcome = execute(argv, TIMEOUT, cwd=folder)
            if outcome.status != 0 or outcome.timed_out:
                return None, f"{argv[0]} {outcome.describe_end()}\n{outcome.stdout[-2000:]}{outcome.stderr[-2000:]}"
        errors = re.search(r"errors: (\d+)", outcome.stdout)
        if not errors or re.search("search depth too small|out of memory", outcome.stdout):
            return None, "the search was not complete\n" + outcome.stdout[-2000:]
        return int(errors.group(1)), outcome.stdout


def check(file, broken, defines):
    errors, text = explore(file, [f"-D{name}" for name in defines])
    if errors is None:
        return text
    if broken and errors == 0:
        return "the broken protocol passes: the model does not check this"
    if not broken and errors > 0:
        return text
    return None


def cases(settings):
    files = settings.select(sorted(Path("test/model").glob("*.pml")))
    if files and not shutil.which("spin"):
        yield Case("model", "spin", lambda: "spin is missing: scripts/deps --dev installs it")
        return
    for file in files:
        for kind, names in [("variant", ""), *VARIANT.findall(file.read_text())]:
            yield Case("model", f"{file} {names}".strip(),
                       lambda f=file, b=kind == "mutant", d=names.split(): check(f, b, d))
