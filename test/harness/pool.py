"""Runs commands with time limits, and cases (named functions that return what went wrong, or None) in parallel."""

import os
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

OUTPUT_LIMIT = 4 << 20


@dataclass
class Outcome:
    status: int  # exit status; negative: the signal
    stdout: str
    stderr: str
    timed_out: bool

    def describe_end(self):
        if self.timed_out:
            return "ran into its time limit"
        if self.status < 0:
            return f"ended by signal {signal.Signals(-self.status).name}"
        return f"ended with status {self.status}"


@dataclass
class Case:
    kind: str
    name: str
    check: object  # () -> None or the text of a failure


def read_back(file):
    file.seek(0)
    return file.read(OUTPUT_LIMIT).decode("utf-8", "replace")


def execute(argv, timeout, stdin="", env=None, cwd=None):
    """Runs one command in a session of its own; when its time is over, the whole session is killed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=out, stderr=err, cwd=cwd, start_new_session=True,
            env={**os.environ, **(env or {})})
        timed_out = False
        try:
            process.communicate(stdin.encode(), timeout=timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
        try:
            os.killpg(process.pid, signal.SIGKILL)  # also what it left behind
        except ProcessLookupError:
            pass
        process.wait()
        return Outcome(process.returncode, read_back(out), read_back(err), timed_out)


def report_failure(case, text):
    print(f"FAIL {case.kind} {case.name}")
    print("\n".join("    " + line for line in text.rstrip().splitlines()), flush=True)


def run_one(case):
    """(what went wrong or None, seconds)"""
    start = time.monotonic()
    try:
        failure = case.check()
    except Exception as error:  # a test must not end the run
        failure = f"{type(error).__name__}: {error}"
    return failure, time.monotonic() - start


def run_cases(cases, jobs, slowest=0):
    """Returns {kind: [passed, failed]}; prints the failures as they come, then the `slowest` cases with their seconds."""
    totals = {}
    times = []
    for case in cases:
        totals.setdefault(case.kind, [0, 0])
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run_one, case): case for case in cases}
        for future in as_completed(futures):
            case, (failure, seconds) = futures[future], future.result()
            times.append((seconds, f"{case.kind} {case.name}"))
            totals[case.kind][1 if failure else 0] += 1
            if failure:
                report_failure(case, failure)
    for seconds, name in sorted(times, reverse=True)[:slowest]:
        print(f"{seconds:7.2f} s  {name}")
    return totals
