# For scripts of this folder: `. "$TOP/test/cli/lib.bash"`. The working folder is a fresh one; FLUFFYC is the compiler.
# A script goes on after a failed expectation and ends with status 1 if there was one.
set -u
wrong=0
trap '[ "$wrong" = 0 ] || exit 1' EXIT

fail() {
    wrong=1
    echo "$*" >&2
}

# expect STATUS 'TEXT ON STANDARD ERROR' COMMAND…: TEXT is a part; empty: nothing may be printed. Keeps standard output in ./stdout.
expect() {
    local status=$1 text=$2 actual=0 stderr
    shift 2
    stderr=$(timeout 120 "$@" 2>&1 >stdout </dev/null) || actual=$?
    [ "$actual" = "$status" ] || fail "$* ended with $actual, expected $status: ${stderr:0:2000}"
    if [ -z "$text" ]; then
        [ -z "$stderr" ] || fail "$* printed: ${stderr:0:2000}"
    else
        [[ $stderr == *"$text"* ]] || fail "$*: expected on standard error: $text
it is: ${stderr:0:2000}"
    fi
}

# expect_stdout TEXT: the last command's standard output was exactly this.
expect_stdout() {
    [ "$(cat stdout)" = "$1" ] || fail "standard output, expected: $1
it is: $(head -c 2000 stdout)"
}

no_files_left() {
    local left
    left=$(ls -A "$TMPDIR")
    [ -z "$left" ] || fail "left behind in TMPDIR: $left"
}

hello() {
    printf 'main() {\n    println("hello")\n}\n' >hello.fl
}

mkdir -p tmp
export TMPDIR=$PWD/tmp
