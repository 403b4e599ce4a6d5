# A reader of standard output that does not read keeps no worker: others run, and who prints can be ended.
. "$TOP/test/cli/lib.bash"

cat >slow.fl <<'EOT'
lines(id, i, n) {
    if i < n {
        println("${id} ${i}")
        lines(id, i + 1, n)
    }
}
nap(times) {
    if times > 0 {
        sleep(5)
        nap(times - 1)
    }
}
// Takes more of the processor's time than all else here.
compute(n, x) {
    if n == 0 { x } else { compute(n - 1, (x * 31 + n) % 1000003) }
}
main() {
    for id in range(3) {
        spawn(lines, id, 0, 40000)
    }
    doomed = spawn_with({monitor: true}, lines, 9, 0, 1000000000)
    nap(10)
    exit(doomed, "enough")
    receive {
        {down: _, reason: reason} -> {
            result = compute(100_000_000, 1)
            println("doomed: ${reason}, ${result}")
        }
    }
}
EOT
expect 0 '' "$FLUFFYC" build slow.fl

# computed PID: hundredths of a second of processor time.
computed() {
    local fields
    read -r -a fields </proc/"$1"/stat && echo $((fields[13] + fields[14]))
}

# Nothing is read before main has been told of the end of `doomed`: it then computes, which all else, waiting for the reader, does not.
await_computing() {
    local i
    for i in $(seq 2400); do
        [ "$(computed "$1")" -ge 20 ] && return
        sleep 0.05
    done
    fail "main waits for the reader too"
}

for workers in 1 4; do
    mkfifo pipe
    FLUFFY_WORKERS=$workers ./slow 2>err >pipe &
    pid=$!
    exec 3<pipe
    await_computing $pid
    cat <&3 >out
    exec 3<&-
    wait $pid || fail "$workers workers: status $?: $(head -c 1000 err)"
    rm pipe
    for id in 0 1 2; do
        grep "^$id " out | cmp -s - <(seq -f "$id %.0f" 0 39999) || fail "$workers workers: lines of $id are lost or in disorder"
    done
    grep -q '^doomed: enough' out || fail "$workers workers: who printed was not ended"
done

FLUFFY_SCHEDULE=seed:1 timeout 600 ./slow 2>err | { sleep 0.2; cat; } >seeded
for id in 0 1 2; do
    grep "^$id " seeded | cmp -s - <(seq -f "$id %.0f" 0 39999) || fail "seeded: lines of $id are lost or in disorder"
done
FLUFFY_SCHEDULE=seed:1 timeout 600 ./slow 2>err | cmp - seeded >&2 || fail "seeded: another order with another reader"

# A reader that goes away, before or after the buffer is full.
expect 141 '' bash -c 'set -o pipefail; ./slow | head -n 1'
expect 141 '' bash -c 'set -o pipefail; ./slow | sleep 0.2'
