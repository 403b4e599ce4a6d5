"""Expectations written as comments in Fluffy programs (test/README.md lists them), and comparing with them."""

import difflib
import re
import shlex
from dataclasses import dataclass, field

OUTPUT = re.compile(r"(?:^|\s)//> ?(.*)$")
ERROR = re.compile(r"(?:^|\s)//!> ?(.*)$")
OPTION = re.compile(r"^\s*//\$ (\S+) ?(.*)$")


@dataclass
class Expectation:
    stdout: list = field(default_factory=list)
    stderr: list = field(default_factory=list)  # texts that appear, in this order; empty: nothing is printed
    status: int = 0
    args: list = field(default_factory=list)
    env: dict = field(default_factory=dict)
    stdin: str = ""
    unordered: bool = False
    any_stdout: bool = False
    timeout: float = 120  # a watchdog: generous, for a machine that is busy with other things
    only: str = ""  # "parallel" or "seeded"
    workers: int = 0
    excluded: set = field(default_factory=set)  # variants ("tsan") that can't run it
    module: bool = False  # no program, but a module that programs beside it use


def set_option(expected, name, value):
    if name == "exit":
        expected.status = int(value)
    elif name == "args":
        expected.args += shlex.split(value)
    elif name == "env":
        key, _, text = value.partition("=")
        expected.env[key] = text
    elif name == "stdin":
        expected.stdin += value + "\n"
    elif name == "unordered":
        expected.unordered = True
    elif name == "stdout" and value == "any":
        expected.any_stdout = True
    elif name == "timeout":
        expected.timeout = float(value)
    elif name == "only" and value in ("parallel", "seeded"):
        expected.only = value
    elif name == "not" and value.split()[0] in ("asan", "tsan"):  # followed by the reason
        expected.excluded.add(value.split()[0])
    elif name == "module":
        expected.module = True
    elif name == "workers":
        expected.workers = int(value)
    else:
        raise ValueError(f"unknown test option: //$ {name} {value}")


def parse(source):
    expected = Expectation()
    for line in source.splitlines():
        if match := ERROR.search(line):
            expected.stderr.append(match.group(1))
        elif match := OUTPUT.search(line):
            expected.stdout.append(match.group(1))
        elif match := OPTION.match(line):
            set_option(expected, match.group(1), match.group(2).strip())
    return expected


def diff(expected, actual):
    lines = list(difflib.unified_diff(expected, actual, "expected", "actual", lineterm="", n=2))
    shown = lines[:40]
    return "\n".join(shown + ([f"… {len(lines) - 40} more lines"] if len(lines) > 40 else []))


def compare_stderr(wanted, text):
    if not wanted:
        return f"nothing was expected on standard error:\n{text[:4000]}" if text.strip() else None
    position = 0
    for part in wanted:
        found = text.find(part, position)
        if found < 0:
            return f"standard error lacks (in order): {part}\nit is:\n{text[:4000]}"
        position = found + len(part)
    return None


def compare(expected, outcome):
    """What differs between what a program should have done and what it did, or None."""
    problems = []
    if outcome.timed_out:
        problems.append(outcome.describe_end())
    elif outcome.status != expected.status:
        problems.append(f"{outcome.describe_end()}, expected {expected.status}")
    actual = outcome.stdout.splitlines()
    wanted = expected.stdout
    if expected.unordered:
        actual, wanted = sorted(actual), sorted(wanted)
    if actual != wanted and not expected.any_stdout:
        problems.append("standard output differs:\n" + diff(wanted, actual))
    wrong_stderr = compare_stderr(expected.stderr, outcome.stderr)
    if wrong_stderr:
        problems.append(wrong_stderr)
    return "\n".join(problems) or None


def bless(source, stdout):
    """The source with its expected output replaced: in place if the number of lines stays, else all of it at the end."""
    actual = stdout.splitlines()
    lines = source.splitlines()
    marked = [i for i, line in enumerate(lines) if OUTPUT.search(line) and not ERROR.search(line)]
    if len(marked) == len(actual):
        for i, text in zip(marked, actual):
            start = lines[i].index("//>")
            lines[i] = (lines[i][:start] + "//> " + text).rstrip()
        return "\n".join(lines) + "\n"
    kept = []
    for i, line in enumerate(lines):
        if i not in marked:
            kept.append(line)
        elif line[:line.index("//>")].strip():
            kept.append(line[:line.index("//>")].rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept + [""] + [("//> " + text).rstrip() for text in actual]) + "\n"
