"""What Fluffy is measured against: how each peer's programs are built, run and named. A peer that is not installed is left out."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
COMMON_EXTENSIONS = {"cpp": "hpp", "c": "h"}

@dataclass(frozen=True)
class Peer:
    """One way to build and run a work. The commands' words may hold {source}, {common} (what the programs of this language share),
    {out} (a file), {dir} (a folder of its own), {top} and {stem}; `needs` are the programs and files without which it is not
    installed. It is built in {dir}, or in the folder `where`; `debug` builds it without optimisation, `host` as a library in a program in C.
    `workers` is the environment that
    gives it so many workers: {n}."""

    name: str
    extension: str
    needs: tuple
    build: tuple
    run: tuple
    version: tuple
    where: str = "{dir}"
    debug: tuple = ()
    host: tuple = ()
    workers: tuple = ()
    output: str = "{out}"
    whole: bool = True  # the output runs by itself: its size can be compared

    def for_work(self, work):
        """As its programs are built for a work; without `build`, if it has no such way."""
        return replace(self, build=self.debug) if work.debug else replace(self, build=self.host) if work.host else self

    def environment(self, workers):
        """What a program that shall have so many workers is run with; None for a peer that can't be told."""
        return dict(os.environ, **{name: value.format(n=workers) for name, value in self.workers}) if self.workers else None

    def installed(self):
        return all(os.path.exists(need) if need.startswith("/") else shutil.which(need) for need in self.needs)

    def version_text(self):
        done = subprocess.run(self.version, capture_output=True, text=True)
        found = re.search(r"\d+(\.\d+)*\S*", done.stdout + done.stderr)
        return found.group(0) if found else "?"

    def common(self):
        return BENCH / "common" / f"bench.{COMMON_EXTENSIONS.get(self.extension, self.extension)}"

    def command(self, words, source, folder):
        values = {"source": str(source), "common": str(self.common()), "out": str(folder / "program"), "dir": str(folder),
                  "top": str(BENCH.parent), "stem": source.stem}
        return [word.format(**values) for word in words]


# The words behind it: the compiler, the library's source, the folder, the top, the program.
HOST_SCRIPT = """set -e
"$0" build --lib work -o "$2" "$1"
gcc -O2 -I"$3" -I"$2" -o "$4" "${{1%.fl}}.c" "$2/libwork.a" -pthread -lm
"""


def fluffy(compiler):
    compiler = os.path.abspath(compiler)
    return Peer("fluffy", "fl", (compiler,), (compiler, "build", "{source}", "-o", "{out}"), ("{out}",),
                (compiler, "--version"), debug=(compiler, "build", "--debug", "{source}", "-o", "{out}"),
                host=("sh", "-c", HOST_SCRIPT, compiler, "{source}", "{dir}", "{top}", "{out}"),
                workers=(("FLUFFY_WORKERS", "{n}"),))


CARGO_MANIFEST = """[package]
name = "program"
version = "0.0.0"
edition = "2021"
[[bin]]
name = "program"
path = "{source}"
[dependencies]
tokio = {{ version = "1", features = ["rt-multi-thread", "sync", "time", "macros"] }}
[profile.release]
opt-level = 3
lto = "fat"
codegen-units = 1
"""
CARGO_CONFIG = """[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
"""

ERLANG_VERSION = 'io:format("~s", [erlang:system_info(otp_release)]), halt().'

PEERS = [
    Peer("erlang", "erl", ("erl", "erlc"), ("erlc", "-o", "{dir}", "{common}", "{source}"),
         ("erl", "-noshell", "+P", "10000000", "-pa", "{dir}", "-run", "{stem}", "main"),
         ("erl", "-noshell", "-eval", ERLANG_VERSION), workers=(("ERL_FLAGS", "+S {n}:{n}"),), output="{dir}/{stem}.beam", whole=False),
    Peer("go", "go", ("go",), ("go", "build", "-o", "{out}", "{source}"), ("{out}",), ("go", "version"), "{top}/bench",
         debug=("go", "build", "-gcflags=all=-N -l", "-o", "{out}", "{source}"), workers=(("GOMAXPROCS", "{n}"),)),
    Peer("tokio", "rs", ("cargo", "/usr/share/cargo/registry"),
         ("cargo", "build", "--release", "--offline", "--quiet", "--manifest-path", "{dir}/Cargo.toml",
          "--target-dir", "{dir}/target"), ("{dir}/target/release/program",), ("rustc", "--version")),
    Peer("crystal", "cr", ("crystal",), ("crystal", "build", "--release", "--no-debug", "-o", "{out}", "{source}"),
         ("{out}",), ("crystal", "--version")),
    Peer("caf", "cpp", ("g++", "/usr/include/caf/all.hpp"),
         ("g++", "-std=c++17", "-O2", "-o", "{out}", "{source}", "-lcaf_core", "-lpthread"), ("{out}",),
         ("dpkg-query", "-W", "-f", "${Version}", "libcaf-dev")),
    Peer("c", "c", ("gcc",), ("gcc", "-O2", "-I{top}", "-o", "{out}", "{source}"), ("{out}",), ("gcc", "-dumpfullversion")),
]


def prepare(peer, source, folder):
    """Makes the folder that a program is built in, with what its peer's tool wants to find there."""
    folder.mkdir(parents=True, exist_ok=True)
    if peer.name == "tokio":
        (folder / "Cargo.toml").write_text(CARGO_MANIFEST.format(source=source))
        (folder / ".cargo").mkdir(exist_ok=True)
        (folder / ".cargo" / "config.toml").write_text(CARGO_CONFIG)


def build(peer, source, folder):
    """Builds one program; returns what went wrong, or an empty text."""
    prepare(peer, source, folder)
    done = subprocess.run(peer.command(peer.build, source, folder), capture_output=True, text=True,
                          cwd=peer.command([peer.where], source, folder)[0])
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip() or f"status {done.returncode}"


def up_to_date(peer, source, folder):
    """Whether the program was built since its source, and for Fluffy since the compiler and runtime, last changed."""
    mark = folder / "built"
    inputs = [source, peer.common(), *source.parent.glob(source.stem + ".c")] + [Path(need) for need in peer.needs if need.startswith("/") and os.path.isfile(need)]
    if peer.name == "fluffy":
        inputs += Path(peer.needs[0]).parent.glob("*.a")
    return mark.exists() and all(path.stat().st_mtime < mark.stat().st_mtime for path in inputs)
