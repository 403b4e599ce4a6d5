"""Kind `docs`: every ```fluffy block of README.md and docs/*.md is compiled. A comment above the block says how:
<!-- run --> (also run, and compared with its //> comments), <!-- error E0501 --> (must give that error, or warning; a
```text block that follows at once is all that is printed), <!-- fragment --> (must parse); without one: must check
without errors."""

import re
from pathlib import Path

import programs
from pool import Case, execute

TIMEOUT = 120
BLOCK = re.compile(r"(?:<!-- *(run|check|fragment|error ([EW]\d{4})) *-->\n\s*)?^```fluffy\n(.*?)^```(?:\n\n```text\n(.*?)^```)?",
                   re.M | re.S)
FOLDERS = re.compile(r"`(?!stdlib/)[^`]*?/(?=(?:stdlib/\w+|(?!stdlib/)\w+)\.fl`)")
COUNTS = re.compile(r"\n\d+ (?:error|warning)s?(?:, \d+ warnings?)?\n$")


def compile_block(settings, file, mode, code, shown):
    if mode == "fragment":
        argv = [settings.compiler, "--dump=ast", str(file)]
    else:
        argv = [settings.compiler, "check", str(file)]
    outcome = execute(argv, TIMEOUT)
    if code:
        if outcome.status != (code[0] == "E") or f"[{code}]" not in outcome.stderr:
            return f"{outcome.describe_end()}, expected {code}\n{outcome.stderr[:4000]}"
        printed = COUNTS.sub("", outcome.stderr.replace(str(file), "example.fl")).strip("\n")
        printed = FOLDERS.sub("`", printed)
        if shown is not None and printed != shown.strip("\n"):
            return f"prints something else:\n{printed}"
    elif outcome.timed_out or outcome.status != 0:
        return f"{outcome.describe_end()}\n{outcome.stderr[:4000]}"
    return None


def cases(settings):
    folder = Path(settings.out, "docs")
    folder.mkdir(parents=True, exist_ok=True)
    for document in settings.select([Path("README.md"), *sorted(Path("docs").glob("*.md"))]):
        text = document.read_text() if document.exists() else ""
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start(3)) + 1
            file = folder / f"{document.stem}_{line}.fl"
            file.write_text(block[3])
            name = f"{document}:{line}"
            if block[1] == "run":
                yield from programs.cases_of_file(settings, file, "docs", name)
            else:
                yield Case("docs", name,
                           lambda f=file, m=block[1], c=block[2], t=block[4]: compile_block(settings, f, m, c, t))
