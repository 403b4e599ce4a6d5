"""Takes one figure of one program."""

import re
import subprocess
import time
from dataclasses import dataclass

import peers

TIME_LIMIT = 120  # seconds for one run
SMALL_COUNT = "1000"  # what `resident` compares with, so that the runtime itself is not counted
REPEATS = 5  # of `build` and `start` in one round, of which the least counts


class Failure(Exception):
    """A program that did not do its work; the text says how."""


@dataclass
class Sample:
    figure: float
    result: str = ""  # what the program worked out: the same for every peer


def run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        raise Failure(f"not done in {TIME_LIMIT} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise Failure(f"status {done.returncode}: {last}")
    return done.stdout


def take_figure(program, work, arguments):
    text = run(program.command + arguments)
    figure = re.search(rf"^([0-9.eE+-]+) {re.escape(work.unit)}$", text, re.MULTILINE)
    result = re.search(r"^result (\S+)$", text, re.MULTILINE)
    if not figure or not result:
        raise Failure(f"printed no `result` or no figure in {work.unit}")
    return Sample(float(figure.group(1)), result.group(1))


def resident_bytes(command):
    """The resident memory of a program that has printed `ready`."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout.readline().strip() != "ready":
                raise Failure("never said that it was ready")
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                return 1024 * int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
        finally:
            process.kill()


def take_resident(program, _work, arguments):
    more = resident_bytes(program.command + arguments) - resident_bytes(program.command + [SMALL_COUNT])
    return Sample(more / (int(arguments[0]) - int(SMALL_COUNT)))


def least_ms(action):
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return Sample(1000 * min(times))


def take_build(program, _work, _arguments):
    def build():
        wrong = peers.build(program.peer, program.source, program.folder)
        if wrong:
            raise Failure(wrong)

    return least_ms(build)


def take_start(program, _work, _arguments):
    return least_ms(lambda: run(program.command))


TAKE = {"figure": take_figure, "resident": take_resident, "build": take_build, "start": take_start}


def take(program, work, quick):
    """One sample of a program; raises Failure."""
    return TAKE[work.kind](program, work, work.arguments(quick))
