# A seed decides everything: not where the system put the stacks and heaps of this run, on which it depends how much a
# collection finds, nor when that is due. Collected at every poll a program does the same in the same order.
. "$TOP/test/cli/lib.bash"

cat >order.fl <<'EOT2'
// Garbage, and some of it kept.
work(id, i, n, kept) {
    if i < n {
        println("${id} ${i} ${kept.length}")
        work(id, i + 1, n, if i % 7 == 0 { [{at: i, name: "${id}-${i}"}] ++ kept } else { kept })
    }
}
// Looks through its mailbox while it has a heap.
server(sums, left) {
    if left > 0 {
        receive {
            {add: n, to: to} where n % 2 == 0 -> {
                to <- {sum: n + sums.length}
                server([n] ++ sums, left - 1)
            }
            {add: n, to: to} -> {
                to <- {sum: n}
                server(sums, left - 1)
            }
        }
    }
}
client(id, server, n) {
    for i in range(n) {
        server <- {add: i * id, to: self()}
        receive {
            {sum: sum} -> println("client ${id} ${sum}")
            after 3 -> println("client ${id} is late")
        }
    }
}
// More than is copied at once: promoted in steps.
giver(to, n) {
    for i in range(n) {
        to <- {rows: [{row: j, text: "${i} ${j}"} for j in range(20000)]}
        println("given ${i}")
    }
}
taker(n) {
    for i in range(n) {
        receive { {rows: rows} -> println("taken ${rows.length}") }
    }
}
// Sends without waiting, until it has to give way.
flooder(to, n) {
    for i in range(n) {
        to <- {rows: [{row: i, text: "${i}"}]}
    }
    println("flooded")
}
main() {
    for id in range(3) {
        spawn(work, id, 0, 3000, [])
    }
    s = spawn(server, [], 3 * 300)
    for id in range(3) {
        spawn(client, id + 1, s, 300)
    }
    spawn(flooder, spawn(taker, 2000), 2000)
    t = spawn(taker, 3)
    spawn(giver, t, 3)
}
EOT2
expect 0 '' "$FLUFFYC" build order.fl

[ "$wrong" = 0 ] || exit 1

for seed in 1 2 3; do
    for run in 1 2 3 4 5 6; do
        FLUFFY_SCHEDULE=seed:$seed ./order >"out.$seed.$run" || fail "seed $seed: status $?"
        cmp "out.$seed.1" "out.$seed.$run" >&2 || fail "seed $seed: run $run did something else"
    done
    FLUFFY_COLLECT=hard FLUFFY_SCHEDULE=seed:$seed ./order >hard || fail "seed $seed, collected: status $?"
    cmp "out.$seed.1" hard >&2 || fail "seed $seed: collections change the order"
done
cmp -s out.1.1 out.2.1 && fail "two seeds, one order"
exit 0
