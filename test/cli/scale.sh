# Large sources: time and memory grow with the size, or a limit is named. Memory is bounded here; time by `expect`.
. "$TOP/test/cli/lib.bash"
ulimit -v 8000000

each() { # COUNT FORMAT: the format once for each of 1 … COUNT, which it may name up to four times
    seq "$1" | awk -v format="$2\n" '{ printf format, $1, $1, $1, $1 }'
}

# 100,000 lines of functions that call each other.
{ echo 'f0(n, acc) { acc + n }'
  seq 12500 | awk '{ printf "f%d(n, acc) {\n    p = {x: n, y: acc, name: \"p${n}\"}\n    label = match p {\n        {x: 0} -> \"zero\"\n        _ -> p.name\n    }\n    if label == \"zero\" { acc } else { f%d(n - 1, acc + p.y) }\n}\n", $1, $1 - 1 }'
  echo 'main() { println(f12500(3, 1)) }'; } >lines.fl
expect 0 '' "$FLUFFYC" check lines.fl

# Calls 50,000 deep, each to a function that is not known yet.
{ each 50000 'f%d(x) { f%dn(x + %d) }' | awk '{ sub(/f[0-9]+n/, "f" NR + 1); print }'; echo 'f50001(x) { x }'; echo 'main() { println(f1(1)) }'; } >chain.fl
expect 0 '' "$FLUFFYC" check chain.fl

# A function of 10,000 lines.
{ echo 'main() {'; echo '    x0 = 0'; seq 10000 | awk '{ printf "    x%d = x%d + %d\n", $1, $1 - 1, $1 % 3 }'; echo '    println(x10000)'; echo '}'; } >function.fl
expect 0 '' "$FLUFFYC" run function.fl
expect_stdout 10000

# Many functions; many arms; a wide record; a union of many variants.
{ each 5000 'f%d(a) { a + %d }'; echo 'main() {'; each 5000 '    assert(f%d(1) == %d + 1, "f")'; echo '    println("all")'; echo '}'; } >functions.fl
expect 0 '' "$FLUFFYC" run --debug functions.fl
expect_stdout all
{ echo 'name(n) {'; echo '    match n {'; each 2000 '        %d -> "n%d"'; echo '        _ -> "none"'; echo '    }'; echo '}'; echo 'main() { println(name(1999) + name(0)) }'; } >arms.fl
expect 0 '' "$FLUFFYC" run arms.fl
expect_stdout n1999none
{ echo 'main() {'; echo '    r = {'; each 500 '        f%d: %d,'; echo '    }'; echo '    s = r with {f7: 0}'; echo '    println("${r.f500} ${s == r}")'; echo '}'; } >record.fl
expect 0 '' "$FLUFFYC" run record.fl
expect_stdout '500 false'
{ echo 'U = {none: nil}'; each 200 '    | {v%d: int}'; echo 'f(u: U) int {'; echo '    match u {'; echo '        {none} -> 0'; each 200 '        {v%d} -> v%d + %d'; echo '    }'; echo '}'
  echo 'main() { println(f({v7: 1}) + f({v200: 3})) }'; } >union.fl
expect 0 '' "$FLUFFYC" run union.fl
expect_stdout 211

# A list of 100,000 numbers on one line, one of 20,000 records on many.
{ echo 'main() {'; printf '    xs = ['; seq -s ', ' 100000 | tr -d '\n'; echo ']'; echo '    println(list:sum(xs))'; echo '}'; } >numbers.fl
expect 0 '' "$FLUFFYC" run numbers.fl
expect_stdout 5000050000
{ echo 'main() {'; echo '    xs = ['; each 20000 '        {id: %d, name: "n%d"},'; echo '    ]'; echo '    println(xs[19999])'; echo '}'; } >records.fl
expect 0 '' "$FLUFFYC" run records.fl
expect_stdout '{id: 20000, name: "n20000"}'

# Parameters; nested types.
{ printf 'sum('; seq -f 'a%g' -s ', ' 200 | tr -d '\n'; printf ') { '; seq -f 'a%g' -s ' + ' 200 | tr -d '\n'; echo ' }'; printf 'main() { println(sum('; seq -s ', ' 200 | tr -d '\n'; echo ')) }'; } >parameters.fl
expect 0 '' "$FLUFFYC" run parameters.fl
expect_stdout 20100
{ echo 'main() {'; echo '    x0 = 1'; seq 1000 | awk '{ printf "    x%d = {a: x%d}\n", $1, $1 - 1 }'; echo '    println(x1000 == x1000)'; echo '}'; } >nested.fl
expect 0 '' "$FLUFFYC" run nested.fl
expect_stdout true
{ printf 'T = '; printf '%0.s[' $(seq 900); printf int; printf '%0.s]' $(seq 900); echo; echo 'main() {'; echo '    x: T = []'; echo '    println(x)'; echo '}'; } >deep.fl
expect 0 '' "$FLUFFYC" run deep.fl
expect_stdout '[]'
# Unions that contain each other, in each other's fields.
{ printf 'T = {value: int'; seq 200 | awk '{ printf ", f%d: T | {x%d: int}", $1, $1 }'; echo '}'; echo 'main() {'; echo '    x: T | nil = nil'; echo '    println(x)'; echo '}'; } >unions.fl
expect 0 '' "$FLUFFYC" run unions.fl
expect_stdout nil
no_files_left
