"""Kind `docs`: every ```fluffy block of README.md, docs/*.md and docs/errors/*.md is compiled. A comment above the block
says how: <!-- run --> (also run, and compared with its //> comments), <!-- error E0501 --> (must give that error, or
warning, and no other; a ```text block that follows at once is all that is printed; `error E0702 build`, `test` or
`library`: not by `fluffyc check`), <!-- fragment --> (must parse); without one: must check without errors, in docs/errors
without warnings too. Every code has a page in docs/errors, with its title, and a block that gives it."""

import re
from pathlib import Path

import programs
from diagnostics import CODES
from pool import Case, execute

TIMEOUT = 120
BLOCK = re.compile(r"(?:<!-- *(run|check|fragment|error ([EW]\d{4})(?: (build|test|library))?) *-->\n\s*)?^```fluffy\n(.*?)^```(?:\n\n```text\n(.*?)^```)?",
                   re.M | re.S)
FOLDERS = re.compile(r"`(?!stdlib/)[^`]*?/(?=(?:stdlib/\w+|(?!stdlib/)\w+)\.fl`)")
COUNTS = re.compile(r"\n\d+ (?:error|warning)s?(?:, \d+ warnings?)?\n$")


PAGES = Path("docs/errors")
COMMANDS = {"build": ["build", "-o", "/dev/null"], "test": ["test"], "library": ["build", "--lib", "example"]}


def compile_block(settings, file, block, silent):
    mode, code, command, shown = block[1], block[2], block[3], block[5]
    if mode == "fragment":
        argv = [settings.compiler, "--dump=ast", str(file)]
    else:
        argv = [settings.compiler, *COMMANDS.get(command, ["check"]), str(file)]
    outcome = execute(argv, TIMEOUT)
    if code:
        printed = set(re.findall(r"^(?:error|warning)\[(\w+)\]", outcome.stderr, re.M))
        if outcome.status != (code[0] == "E") or printed != {code}:
            return f"{outcome.describe_end()}, expected {code} alone\n{outcome.stderr[:4000]}"
        printed = COUNTS.sub("", outcome.stderr.replace(str(file), "example.fl")).strip("\n")
        printed = FOLDERS.sub("`", printed)
        if shown is not None and printed != shown.strip("\n"):
            return f"prints something else:\n{printed}"
    elif outcome.timed_out or outcome.status != 0 or silent and outcome.stderr:
        return f"{outcome.describe_end()}\n{outcome.stderr[:4000]}"
    return None


def check_pages():
    """What is wrong with the pages of docs/errors, or None."""
    problems = []
    index = Path("docs/diagnostics.md").read_text()
    for code, title in re.findall(r'^DIAG\(([EW]\d{4}), \w+, "((?:[^"\\]|\\.)*)"', CODES.read_text(), re.M):
        page = PAGES / f"{code}.md"
        text = page.read_text() if page.exists() else ""
        if not text.startswith(f"# {code}: {title}\n"):
            problems.append(f"{page} has to begin with `# {code}: {title}`")
        elif f"<!-- error {code}" not in text and "```sh\n" not in text:
            problems.append(f"{page} shows no program that gets the error")
        if f"](errors/{code}.md)" not in index:
            problems.append(f"docs/diagnostics.md has no link to {page}")
    return "\n".join(problems) or None


def cases(settings):
    if not settings.paths:
        yield Case("docs", "every code has a page", check_pages)
    folder = Path(settings.out, "docs")
    folder.mkdir(parents=True, exist_ok=True)
    for document in settings.select([Path("README.md"), *sorted(Path("docs").glob("*.md")), *sorted(PAGES.glob("*.md"))]):
        text = document.read_text() if document.exists() else ""
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start(4)) + 1
            file = folder / f"{document.stem}_{line}.fl"
            file.write_text(block[4])
            name = f"{document}:{line}"
            if block[1] == "run":
                yield from programs.cases_of_file(settings, file, "docs", name)
            else:
                yield Case("docs", name,
                           lambda f=file, b=block, silent=document.parent == PAGES: compile_block(settings, f, b, silent))
