# Every form of loop and recursion holds its poll, in the generated code of both profiles: nothing computes without giving way.
. "$TOP/test/cli/lib.bash"

cat >polls.fl <<'END'
// Every form of loop and recursion.
tail_call(n, sum) { if n == 0 { sum } else { tail_call(n - 1, sum + n % 7) } }

even(n) { if n == 0 { true } else { odd(n - 1) } }
odd(n) { if n == 0 { false } else { even(n - 1) } }

counted(n) {
    for i in range(n) { if i % 1000 == 999 { println("x") } }
}

over_list(numbers) {
    for x in numbers { if x < 0 { println("negative") } }
}

comprehension(n) { [i * i for i in range(n)] }

filtered(numbers) { [x + 1 for x in numbers if x % 3 == 0] }

nested(n) { [[i * j for j in range(n)] for i in range(n)] }

length_of(list) {
    match list {
        [] -> 0
        [_, ...rest] -> 1 + length_of(rest)
    }
}

sum_of(list, sum) {
    match list {
        [] -> sum
        [first, ...rest] -> sum_of(rest, sum + first)
    }
}

deep(n) { if n == 0 { 0 } else { 1 + deep(n - 1) } }

mutual(n) { if n == 0 { 0 } else { 1 + mutually(n - 1) } }
mutually(n) { if n == 0 { 0 } else { 2 + mutual(n - 1) } }

serves(n) {
    receive {
        {add: k} -> serves(n + k)
        {get: pid} -> pid <- {total: n}
    }
}

waits(n) {
    x = receive { {add: k} -> k }
    1 + waits(n + x)
}

folds(n) { range(n).map((x) -> x + 1).filter((x) -> x > 3).fold(0, (a, x) -> a + x) }

main() {
    n = os:args().length + 1000000
    println(tail_call(n, 0))
    println(even(n))
    counted(n)
    over_list(comprehension(n))
    println(filtered(range(n)).length)
    println(nested(n % 100).length)
    println(length_of(range(n)))
    println(sum_of(range(n), 0))
    println(deep(n))
    println(mutual(n))
    pid = spawn_typed(serves, 0)
    pid <- {add: 1}
    spawn_typed(waits, 0)
    println(folds(n))
}
END
forms=$(grep -oP '^\w+(?=\()' polls.fl)

for profile in '' --debug; do
    expect 0 '' "$FLUFFYC" polls.fl $profile --emit=asm -o polls.s
    expect 0 '' python3 "$TOP/test/cli/polls.py" polls.s $forms
    # Without the polls, or with just those before chunks of rounds missing, it would be told.
    grep -vP 'cmpq\t%r..?, %rsp$|movq\t%rsp, %r(?!bp)|callq\tfl_receive_next' polls.s >without.s
    expect 1 'a loop without a poll' python3 "$TOP/test/cli/polls.py" without.s
    expect 1 'recursion without a poll' python3 "$TOP/test/cli/polls.py" without.s
    grep -vP 'leaq\t1000\(|addq\t\$1000,' polls.s >without.s
    expect 1 'a loop without a poll' python3 "$TOP/test/cli/polls.py" without.s
done
