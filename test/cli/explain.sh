# What a code means, errors for tools, where modules are looked for.
. "$TOP/test/cli/lib.bash"

expect 0 '' "$FLUFFYC" explain E0401
grep -q '^E0401: type mismatch$' stdout && grep -q '^    double(n: int) int { n \* 2 }$' stdout || fail "no page: $(cat stdout)"
[ "$(awk 'length > 100' stdout)" = "" ] || fail "lines are not broken: $(cat stdout)"
expect 0 '' "$FLUFFYC" explain e0401
expect 2 'there is no code' "$FLUFFYC" explain E9999
expect 2 'needs a code' "$FLUFFYC" explain
expect 2 'no option of' "$FLUFFYC" explain --debug E0401

printf 'main() {\n    x: int = "a\\"b"\n    println(x)\n}\n' >bad.fl
expect 1 '{"code":"E0401","severity":"error","message":"expected `int`, found `\"a\\\"b\"`","file":"bad.fl","line":2,"column":14,"end_line":2,"end_column":20,' \
    "$FLUFFYC" check --json bad.fl

printf 'main() {\n    println(geometry:area(2))\n}\n' >app.fl
expect 1 'looked for `geometry.fl` and `' "$FLUFFYC" check app.fl
mkdir -p sub
cp app.fl sub/app.fl
expect 1 'looked for `sub/geometry.fl` and `' "$FLUFFYC" check sub/app.fl
printf 'main() {\n    println(list:sum([1]))\n}\n' >app.fl
echo 'f(x) { x }' >list.fl
expect 1 'E0704' "$FLUFFYC" check app.fl
expect 0 '' "$FLUFFYC" check list.fl
