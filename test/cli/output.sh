# Where executables go: whole or not at all, nothing left behind.
. "$TOP/test/cli/lib.bash"
hello

expect 0 '' "$FLUFFYC" build hello.fl
expect 0 '' ./hello
expect_stdout hello
expect 0 '' "$FLUFFYC" build hello.fl -o other --debug
expect 0 '' ./other
expect_stdout hello

for kind in obj:o asm:s llvm:ll; do
    expect 0 '' "$FLUFFYC" build --emit=${kind%:*} hello.fl
    [ -s "hello.${kind#*:}" ] || fail "--emit=${kind%:*} wrote nothing"
    expect 0 '' "$FLUFFYC" --emit=${kind%:*} hello.fl -o named
    cmp -s named "hello.${kind#*:}" || fail "--emit=${kind%:*}: the same input gave different output"
done
for stage in tokens ast types; do
    expect 0 '' "$FLUFFYC" --dump=$stage hello.fl
    [ -s stdout ] || fail "--dump=$stage printed nothing"
done

rm -f hello
expect 1 'E0910' "$FLUFFYC" build hello.fl -o /dev/full
expect 1 'No space left on device' "$FLUFFYC" build hello.fl -o /dev/full
expect 1 'E0910' "$FLUFFYC" build hello.fl -o missing-folder/hello
expect 1 'it is a directory' "$FLUFFYC" build hello.fl -o .
expect 1 'it is the source file' "$FLUFFYC" build hello.fl -o hello.fl
expect 1 'E0910' bash -c '"$FLUFFYC" --dump=ast hello.fl >/dev/full'
expect 1 'E0910' env TMPDIR=/nonexistent "$FLUFFYC" build hello.fl -o hello
[ ! -e hello ] || fail "a failed build left its output"

# No linker, a broken one, no runtime library.
mkdir empty-path
expect 1 'E0911' env PATH="$PWD/empty-path" "$FLUFFYC" build hello.fl
printf '#!/bin/sh\necho cannot link today >&2\nexit 1\n' >empty-path/cc
chmod +x empty-path/cc
expect 1 'E0913' env PATH="$PWD/empty-path" "$FLUFFYC" build hello.fl
expect 1 'cannot link today' env PATH="$PWD/empty-path" "$FLUFFYC" build hello.fl
[ ! -e hello ] || fail "a failed link left its output"
cp "$FLUFFYC" alone
expect 1 'E0912' ./alone build hello.fl
expect 0 '' ./alone check hello.fl

printf 'main() {\n    halt(7)\n}\n' >status.fl
expect 7 '' "$FLUFFYC" run status.fl
expect 0 '' "$FLUFFYC" run hello.fl --debug -o unused
expect_stdout hello

# Ended by a signal in the middle: nothing stays.
printf 'main() {\n    println("started")\n    sleep(1000000)\n}\n' >slow.fl
"$FLUFFYC" run slow.fl >started &
compiler=$!
for _ in $(seq 2400); do
    [ -s started ] && break
    sleep 0.05
done
[ -s started ] || fail "the program never started"
kill -TERM "$compiler"
wait "$compiler" && fail "run ended with 0 though its program was stopped"
no_files_left
