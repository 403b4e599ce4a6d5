"""Kind `hosts`: programs in C and C++ that use libraries made of Fluffy. A folder of test/hosts or docs/examples with host.c or
host.cpp, whose comments say:

    // library NAME a.fl b.fl     a library that it is linked with; one line each
    //> text                      a line that it prints; all of them in order
    //$ args a b    //$ timeout 300    //$ not asan,tsan why    //$ flags -lm

Each is built with the static and with the shared libraries, and run; also under valgrind, if that is installed and the
comments say `//$ valgrind`. Only names that begin with its own may be visible in a library, and
its header is C99 and C++."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from pool import Case, execute

SANITIZERS = {"asan": ("address", "-fsanitize=address,undefined"), "tsan": ("thread", "-fsanitize=thread")}
BUILD_TIMEOUT = 300


class Host:
    def __init__(self, file):
        text = file.read_text()
        self.file = file.resolve()
        self.folder = file.parent.resolve()
        self.libraries = [line.split() for line in re.findall(r"^// library (.*)$", text, re.M)]
        self.lines = re.findall(r"//> ?(.*)$", text, re.M)
        directives = dict((line.split(" ", 1) + [""])[:2] for line in re.findall(r"^//\$ (.*)$", text, re.M))
        self.args = directives.get("args", "").split()
        self.timeout = int(directives.get("timeout", "120"))
        self.flags = directives.get("flags", "").split()
        self.valgrind = "valgrind" in directives
        self.not_variants = directives.get("not", "none").split(" ")[0].split(",")


def run_step(argv, timeout, cwd, env=None):
    outcome = execute(argv, timeout, env=env, cwd=cwd)
    if outcome.timed_out or outcome.status != 0:
        return f"{' '.join(map(str, argv))}\n{outcome.describe_end()}\n{outcome.stdout[-3000:]}{outcome.stderr[-6000:]}"
    return None


def visible_names(library, name, shared):
    outcome = execute(["nm", "-D" if shared else "-g", "--defined-only", library], BUILD_TIMEOUT)
    names = [line.split()[-1] for line in outcome.stdout.splitlines() if len(line.split()) == 3]
    # AddressSanitizer has a flag of its own that all parts of a program share.
    strangers = [each for each in names if not each.startswith((name + "_", "___asan_"))]
    return f"{library}: visible: {strangers}" if strangers or not names else None


def build_library(settings, host, name, files, out):
    sanitize = [f"--sanitize={SANITIZERS[settings.variant][0]}"] if settings.variant else []
    sources = [str(host.folder / file) for file in files]
    return (run_step([settings.product_compiler, "build", "--lib", name, "--shared", "-o", out, *sanitize, *sources],
                     BUILD_TIMEOUT, out)
            or (None if settings.variant else check_header(name, out))
            or visible_names(f"{out}/lib{name}.a", name, False)
            or (None if settings.variant else visible_names(f"{out}/lib{name}.so", name, True)))


def check_header(name, out):
    """Alone, as C99 and as C++ from the oldest to a new one, without a warning."""
    strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Werror",
              "-fsyntax-only", "-I", out]
    Path(f"{out}/alone.c").write_text(f'#include "{name}.h"\n')
    return (run_step(["gcc", "-std=c99", "-Wstrict-prototypes", *strict, f"{out}/alone.c"], BUILD_TIMEOUT, out)
            or run_step(["g++", "-x", "c++", "-std=c++11", "-Wold-style-cast", *strict, f"{out}/alone.c"], BUILD_TIMEOUT, out)
            or run_step(["g++", "-x", "c++", "-std=c++20", *strict, f"{out}/alone.c"], BUILD_TIMEOUT, out))


def compile_host(settings, host, out, shared):
    cpp = host.file.suffix == ".cpp"
    compiler = ("clang++-19" if cpp else "clang-19") if settings.variant else ("g++" if cpp else "gcc")
    flags = [SANITIZERS[settings.variant][1]] if settings.variant else []
    standard = [] if cpp else ["-std=gnu11"]
    libraries = [f"{out}/lib{name}.{'so' if shared else 'a'}" for name, *_ in host.libraries]
    return run_step([compiler, *standard, "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-I", out, *flags,
                     str(host.file), "-o", f"{out}/host", *libraries, f"-Wl,-rpath,{out}", "-pthread", "-lm", *host.flags],
                    BUILD_TIMEOUT, out)


def run_host(host, out, argv):
    outcome = execute([*argv, f"{out}/host", *host.args], host.timeout, cwd=out)
    problem = ""
    if outcome.timed_out or outcome.status != 0:
        problem = outcome.describe_end() + "\n" + outcome.stdout[-2000:]
    elif host.lines and outcome.stdout.splitlines() != host.lines:
        problem = "printed:\n" + outcome.stdout[-2000:]
    return f"{' '.join(argv)}: {problem}\n{outcome.stderr[-6000:]}" if problem else None


def check_host(settings, host):
    valgrind = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=all",
                "--errors-for-leak-kinds=all", "--undef-value-errors=no",
                "--max-stackframe=60000"]  # stacks of processes are 64 KB apart, and searched whatever is in them
    with tempfile.TemporaryDirectory(prefix="fluffy-host-") as out:
        for name, *files in host.libraries:
            problem = build_library(settings, host, name, files, out)
            if problem:
                return problem
        for shared in (False, True):
            problem = compile_host(settings, host, out, shared) or run_host(host, out, [])
            if problem:
                return ("shared: " if shared else "static: ") + problem
            if host.valgrind and not shared and not settings.variant and shutil.which("valgrind"):
                problem = run_host(host, out, valgrind)
                if problem:
                    return problem
    return None


def cases(settings):
    found = [*Path("test/hosts").glob("*/host.c*"), *Path("docs/examples").glob("*/host.c*")]
    for file in settings.select(sorted(found)):
        host = Host(file)
        if settings.variant in ("", "asan", "tsan") and settings.variant not in host.not_variants:
            yield Case("hosts", str(file), lambda host=host: check_host(settings, host))
