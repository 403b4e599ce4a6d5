# The command line: what is wrong is said, with the near name, and the status is 2.
. "$TOP/test/cli/lib.bash"
hello

expect 2 'say what to do: build, run or check, and a file' "$FLUFFYC"
expect 2 'say what to do with `hello.fl`: build, run or check' "$FLUFFYC" hello.fl
expect 2 '`biuld` is not a command; did you mean `build`?' "$FLUFFYC" biuld hello.fl
expect 2 'unknown option `--debgu`; did you mean `--debug`?' "$FLUFFYC" build --debgu hello.fl
expect 2 'unknown option `--zzz`' "$FLUFFYC" build --zzz hello.fl
expect 2 '`fluffyc check` needs a file' "$FLUFFYC" check
expect 2 'one file at a time' "$FLUFFYC" check hello.fl other.fl
expect 2 '`--emit` takes obj|asm|llvm, not `llvn`; did you mean `llvm`?' "$FLUFFYC" build --emit=llvn hello.fl
expect 2 '`--debug` takes no value' "$FLUFFYC" build --debug=1 hello.fl
expect 2 '`-o` needs a value' "$FLUFFYC" build hello.fl -o
expect 2 '`-o` is no option of `fluffyc check`' "$FLUFFYC" check -o x hello.fl

expect 0 '' "$FLUFFYC" --version
grep -q '^fluffyc [0-9]' stdout || fail "--version printed $(cat stdout)"
expect 0 '' "$FLUFFYC" --help
for word in build run check -o --debug --sanitize --emit --dump --help --version status; do
    grep -qe "$word" stdout || fail "--help does not mention $word"
done
expect 0 '' "$FLUFFYC" build --help
expect 1 'E0910' bash -c '"$FLUFFYC" --help >/dev/full'
no_files_left
