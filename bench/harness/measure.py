"""Takes one figure of one program."""

import re
import subprocess
import time
from dataclasses import dataclass

import peers

TIME_LIMIT = 120  # seconds for one run
SMALL_COUNT = "1000"  # what `resident` compares with, so that the runtime itself is not counted
REPEATS = 5  # of `build` and `start` in one round, of which the least counts
ENOUGH = 2  # seconds after which there are no more of them


class Failure(Exception):
    """A program that did not do its work; the text says how."""


@dataclass
class Sample:
    figure: float
    result: str = ""  # what the program worked out: the same for every peer
    distribution: tuple = ()  # the 50th, 90th, 99th and 99.9th percentile and the greatest, of a figure that is one of them


def run(command, environment=None):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, env=environment)
    except subprocess.TimeoutExpired:
        raise Failure(f"not done in {TIME_LIMIT} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise Failure(f"status {done.returncode}: {last}")
    return done.stdout


def take_figure(program, work, arguments, environment=None):
    text = run(program.command + arguments, environment)
    figure = re.search(rf"^([0-9.eE+-]+) {re.escape(work.printed_unit)}$", text, re.MULTILINE)
    result = re.search(r"^result (\S+)$", text, re.MULTILINE)
    if not figure or not result:
        raise Failure(f"printed no `result` or no figure in {work.unit}")
    spread = re.search(r"^distribution ([0-9.eE+ -]+)$", text, re.MULTILINE)
    return Sample(float(figure.group(1)), result.group(1), tuple(float(n) for n in spread.group(1).split()) if spread else ())


def take_scaling(program, work, arguments):
    """The time on two workers over that on one."""
    one, two = program.peer.environment(1), program.peer.environment(2)
    if not one:
        raise Failure("the number of its workers can't be set")
    first = take_figure(program, work, arguments, one)
    return Sample(take_figure(program, work, arguments, two).figure / first.figure, first.result)


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


def least_ms(action, prepare=lambda: None):
    """The least time of some calls of action(what prepare() gives)."""
    times = []
    while len(times) < REPEATS and sum(times) < ENOUGH:
        prepared = prepare()
        start = time.perf_counter()
        action(prepared)
        times.append(time.perf_counter() - start)
    return Sample(1000 * min(times))


COMMENTS = {"erl": "%", "cr": "#"}  # how a comment begins, where not with //


def fresh_source(program):
    """A copy of the source that no earlier build has seen: some compilers keep what they have built."""
    path = program.folder / "fresh" / program.source.name
    path.parent.mkdir(exist_ok=True)
    mark = COMMENTS.get(program.peer.extension, "//")
    path.write_text(f"{program.source.read_text(encoding='utf-8')}\n{mark} {time.time_ns()}\n", encoding="utf-8")
    return path


def take_build(program, _work, _arguments):
    def build(source):
        wrong = peers.build(program.peer, source, program.folder)
        if wrong:
            raise Failure(wrong)

    return least_ms(build, lambda: fresh_source(program))


def take_start(program, _work, _arguments):
    return least_ms(lambda _: run(program.command))


def take_size(program, _work, _arguments):
    return Sample(program.output.stat().st_size / 1024)


TAKE = {"figure": take_figure, "resident": take_resident, "build": take_build, "size": take_size, "scaling": take_scaling,
        "start": take_start}


def take(program, work, quick):
    """One sample of a program; raises Failure."""
    return TAKE[work.kind](program, work, work.arguments(quick))
