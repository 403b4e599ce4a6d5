# Bad files: one clear error, status 1, never a crash, never a hang.
. "$TOP/test/cli/lib.bash"

for command in check build run; do
    expect 1 'E0901' "$FLUFFYC" $command missing.fl
    expect 1 'E0901' "$FLUFFYC" $command .
done
expect 1 'E0901' "$FLUFFYC" check /dev/null/x.fl
expect 1 'E0901' "$FLUFFYC" check ''

: >empty.fl
expect 1 'empty.fl' "$FLUFFYC" build empty.fl

printf 'main() {\n    println("a\xff\xfeb")\n}\n' >latin.fl
expect 1 'E0902' "$FLUFFYC" check latin.fl
printf 'main() {\n    println("a\0b")\n}\n' >nul.fl
expect 1 'E0904' "$FLUFFYC" check nul.fl
printf 'main() {\n    println("open\n}\n' >string.fl
expect 1 'E0102' "$FLUFFYC" check string.fl
printf 'main() {\n    /* /* */ println("open")\n}\n' >comment.fl
expect 1 'E0103' "$FLUFFYC" check comment.fl
head -c 100000 /dev/urandom >random.fl
expect 1 'error[E' "$FLUFFYC" check random.fl
truncate -s 300M huge.fl
expect 1 'E0903' "$FLUFFYC" check huge.fl
rm huge.fl

repeat() { # TEXT COUNT
    printf "%0.s$1" $(seq "$2")
}
for pair in '( )' '[ ]' '{ }' '!  ' '-  ' 'f( )'; do
    set -- $pair ''
    { printf 'main() {\n    x = '; repeat "$1" 10000; printf 1; [ -z "${2:-}" ] || repeat "$2" 10000; printf '\n    println(x)\n}\n'; } >deep.fl
    expect 1 'E0205' "$FLUFFYC" check deep.fl
done
{ printf 'main() {\n'; repeat 'if true {\n' 10000; repeat '}\n' 10000; printf '}\n'; } >deep.fl
expect 1 'E0205' "$FLUFFYC" check deep.fl
{ printf 'main() {\n    println('; repeat '(' 10000; } >deep.fl
expect 1 'error[E' "$FLUFFYC" check deep.fl

# A megabyte on one line: valid, and with a mistake at its end.
{ printf 'main() {\n    println("'; head -c 1000000 /dev/zero | tr '\0' x; printf '".length)\n}\n'; } >long.fl
expect 0 '' "$FLUFFYC" run long.fl
expect_stdout 1000000
{ printf 'main() {\n    println(1'; repeat ' + 1' 250000; printf ' + missing)\n}\n'; } >long.fl
expect 1 'error[E' "$FLUFFYC" check long.fl
no_files_left
