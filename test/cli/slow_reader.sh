# A reader of standard output that does not read keeps no worker: others run, and who prints can be ended.
. "$TOP/test/cli/lib.bash"

cat >slow.fl <<'EOF'
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
main() {
    for id in range(3) {
        spawn(lines, id, 0, 40000)
    }
    doomed = spawn_with({monitor: true}, lines, 9, 0, 1000000000)
    before = now()
    nap(10)
    exit(doomed, "enough")
    receive {
        {down: _, reason: reason} -> {
            in_time = now() - before < 450
            println("doomed: ${reason}")
            println("in time: ${in_time}")
        }
    }
}
EOF
expect 0 '' "$FLUFFYC" build slow.fl
for workers in 1 4; do
    FLUFFY_WORKERS=$workers timeout 30 ./slow 2>err | { sleep 0.6; cat; } >out
    [ "${PIPESTATUS[0]}" = 0 ] || fail "$workers workers: status ${PIPESTATUS[0]}: $(head -c 1000 err)"
    for id in 0 1 2; do
        grep "^$id " out | cmp -s - <(seq -f "$id %.0f" 0 39999) || fail "$workers workers: lines of $id are lost or in disorder"
    done
    grep -qx 'doomed: enough' out || fail "$workers workers: who printed was not ended"
    grep -qx 'in time: true' out || fail "$workers workers: main had to wait: $(grep 'in time' out)"
done

FLUFFY_SCHEDULE=seed:1 timeout 30 ./slow 2>err | { sleep 0.2; cat; } >seeded
for id in 0 1 2; do
    grep "^$id " seeded | cmp -s - <(seq -f "$id %.0f" 0 39999) || fail "seeded: lines of $id are lost or in disorder"
done
FLUFFY_SCHEDULE=seed:1 timeout 30 ./slow 2>err | cmp - seeded >&2 || fail "seeded: another order with another reader"

# A reader that goes away, before or after the buffer is full.
expect 141 '' bash -c 'set -o pipefail; ./slow | head -n 1'
expect 141 '' bash -c 'set -o pipefail; ./slow | sleep 0.2'
