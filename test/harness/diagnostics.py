"""Kind `check`: sources of test/check whose marks say which diagnostics `fluffyc check` prints, and nothing else.

    x = 1 + "a"        //~ E0203 col 5: substring of the message
    //~ E0204                                 alone on its line: about the line above
    //~ note: text     //~ help: text         somewhere in what is printed
    //~ ok                                    nothing is printed
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pool import Case, execute
from programs import SANITIZERS, sanitizer_environment

TIMEOUT = 120
CODES = Path("compiler/diag/codes.def")
MARK = re.compile(r"//~ ?(.*?)(?=\s*//~|$)")
CODE_MARK = re.compile(r"([EW]\d{4})(?: col (\d+))?(?:: ?(.*))?$")
HEADER = re.compile(r"^(?:error|warning)\[([EW]\d{4})\]: (.*)$")
PLACE = re.compile(r"^\s*(?:-->|╭─|┌─) .*?:(\d+):(\d+)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Diagnostic:
    code: str
    line: int
    column: int  # 0 in a mark: any
    message: str

    def matches(self, printed):
        return (self.code == printed.code and self.line == printed.line
                and self.column in (0, printed.column) and self.message in printed.message)

    def __str__(self):
        column = f" col {self.column}" if self.column else ""
        return f"line {self.line}: {self.code}{column}: {self.message}"


def read_marks(source):
    """(expected diagnostics, texts that must appear, whether nothing may be printed)"""
    expected, texts, clean = [], [], False
    about = 0  # the line that marks are about: their own, or the last one above that is not only marks
    for number, line in enumerate(source.splitlines(), 1):
        if not line.strip().startswith("//~"):
            about = number
        for mark in MARK.findall(line):
            if match := CODE_MARK.match(mark):
                expected.append(Diagnostic(match[1], about, int(match[2] or 0), match[3] or ""))
            elif mark.startswith(("note: ", "help: ")):
                texts.append(mark.split(": ", 1)[1])
            elif mark == "ok":
                clean = True
            else:
                raise ValueError(f"line {number}: not a mark: //~ {mark}")
    return expected, texts, clean


def read_printed(stderr):
    printed, header = [], None
    for line in ANSI.sub("", stderr).splitlines():
        if match := HEADER.match(line):
            header = match
        elif header and (match := PLACE.match(line)):
            printed.append(Diagnostic(header[1], int(match[1]), int(match[2]), header[2]))
            header = None
    return printed


def compare_diagnostics(expected, printed):
    left = list(printed)
    problems = []
    for mark in expected:
        found = next((one for one in left if mark.matches(one)), None)
        if found:
            left.remove(found)
        else:
            problems.append(f"not printed: {mark}")
    return problems + [f"not marked:  {one}" for one in left]


def check_file(settings, file):
    expected, texts, clean = read_marks(file.read_text())
    if not expected and not clean:
        return "no mark (//~ CODE, or //~ ok)"
    outcome = execute([settings.compiler, "check", str(file)], TIMEOUT * (6 if settings.variant in SANITIZERS else 1),
                      env=sanitizer_environment(settings.variant))
    problems = compare_diagnostics(expected, read_printed(outcome.stderr))
    problems += [f"not printed: {text}" for text in texts if text not in ANSI.sub("", outcome.stderr)]
    status = 1 if any(mark.code.startswith("E") for mark in expected) else 0
    if outcome.timed_out or outcome.status != status:
        problems.append(f"{outcome.describe_end()}, expected {status}")
    if outcome.stdout:
        problems.append(f"printed on standard output: {outcome.stdout[:500]}")
    return "\n".join(problems) + "\nprinted:\n" + outcome.stderr[:6000] if problems else None


def check_every_code_has_a_test():
    codes = set(re.findall(r"^DIAG\(([EW]\d{4}), (?!INTERNAL)", CODES.read_text(), re.M))
    tested = set()
    for file in [*Path("test/check").rglob("*.fl"), *Path("test/cli").glob("*.sh")]:
        tested |= set(re.findall(r"\b[EW]\d{4}\b", file.read_text(errors="replace")))
    missing = sorted(codes - tested)
    return "diagnostic codes without a test: " + " ".join(missing) if missing else None


def cases(settings):
    for file in settings.select(sorted(Path("test/check").rglob("*.fl"))):
        yield Case("check", str(file), lambda file=file: check_file(settings, file))
    if CODES.exists() and not settings.paths:
        yield Case("check", "every code of codes.def has a test", check_every_code_has_a_test)
