# A program that is large enough to be compiled in several parts: the same program, wherever the cuts are.
. "$TOP/test/cli/lib.bash"

each() { # COUNT FORMAT: the format once for each of 1 … COUNT, which it may name up to six times
    seq "$1" | awk -v format="$2\n" '{ printf format, $1, $1, $1, $1, $1, $1 }'
}

{ each 400 'Shape%d = {side: int, name: string} | {none: true}
area%d(shape: Shape%d) int {
    match shape {
        {none: true} -> 0
        {side: side} where side > 3 -> side * side
        {side: side, name: name} -> side + name.length
    }
}
server%d(seen: int) {
    receive {
        {shape: shape, to: client} -> {
            client <- {area: area%d(shape), seen: seen}
            server%d(seen + 1)
        }
    }
}'
  each 400 'ask%d(n) {
    to = spawn_typed(server%d, 0)
    shape: Shape%d = if n %% 2 == 0 { {side: n, name: "shape ${n}"} } else { {none: true} }
    match call(to, (me) -> {shape: shape, to: me}, 60000) {
        {area: area} -> area
        _ -> panic("no reply from %d")
    }
}'
  echo 'main() {'; echo '    sum0 = 0'; each 400 '    sum%d = ask%d(%d) + sum0'; echo '    println(sum400)'; echo '    println(ask3(4) + ask397(6))'; echo '    panic("at the end")'; echo '}'; } >large.fl

for profile in '' --debug; do
    expect 0 '' "$FLUFFYC" build large.fl -o large $profile
    expect 1 'at the end' ./large
    expect_stdout "$(printf '160000\n52')"
    cp large first
    expect 0 '' "$FLUFFYC" build large.fl -o large $profile
    cmp -s large first || fail "the same source gave different programs ($profile)"
done
expect 0 '' "$FLUFFYC" build --emit=obj large.fl
[ "$(ls large*.o)" = large.o ] || fail "an object is one file"
no_files_left

# Nowhere to put the parts: an error as for any other program, nothing left behind.
mkdir tiny
TMPDIR=/nonexistent expect 1 'cannot make a temporary folder' "$FLUFFYC" build large.fl -o other
[ ! -e other ] || fail "an executable in spite of an error"
