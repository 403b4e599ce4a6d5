# The benchmarks run without any peer; beside C, which every machine that builds Fluffy has, they leave a page of charts.
. "$TOP/test/cli/lib.bash"

bench() {
    python3 "$TOP/bench/harness/main.py" --build "$BUILD" --quick --rounds 1 "$@"
}

if ! bench --peers none --out results.json >stdout 2>stderr; then
    fail "the benchmarks failed: $(cat stderr)"
fi
for work in 'ping-pong' 'fib(38)' 'hello world' 'Sleeping Barber' '1,000 lines'; do
    grep -qF "$work" stdout || fail "no line for $work"
done
python3 -c 'import json; works = json.load(open("results.json"))["works"]; assert works and all(row["figures"] for row in works.values())' ||
    fail "a work has no figure"

bench --peers c --out beside_c.json computing >stdout 2>stderr || fail "beside C the benchmarks failed: $(cat stderr)"
grep -q '<svg' beside_c.html || fail "no chart"

bench nonsense 2>stderr && fail "an unknown work is no error"
grep -q 'no such work: nonsense' stderr || fail "the unknown work is not named"
