# SIGTERM and SIGINT: supervisors stop in order, output is written, the status tells; a second signal ends at once.
. "$TOP/test/cli/lib.bash"

cat >server.fl <<'EOF'
worker(id) {
    defer {
        println("stopped ${id}")
    }
    receive {
        {never: true} -> nil
    }
}
start(name) {
    spawn_supervisor({
        strategy: "one_for_one",
        children: [{id: "w${i}", start: () -> worker("${name}${i}")} for i in range(2)]
    })
}
compute(n) {
    compute(n + 1)
}
main() {
    start("a")
    start("b")
    for i in range(10000) {
        println("ready, with padding that fills the buffer")
    }
    file:write("printed", "all")
    compute(0)
}
EOF
cat >plain.fl <<'EOF'
main() {
    defer {
        println("a defer of main")
    }
    println("ready")
    sleep(1000000)
}
EOF
cat >stubborn.fl <<'EOF'
compute(n) {
    compute(n + 1)
}
worker() {
    defer {
        println("in the defer")
        compute(0)
    }
    receive {
        {never: true} -> nil
    }
}
// Each child takes seconds to end: all of them together, minutes.
main() {
    spawn_supervisor({
        strategy: "one_for_one",
        children: [{id: "w${i}", start: () -> worker()} for i in range(100)]
    })
    println("ready")
    sleep(1000000)
}
EOF

# appears TEXT [FILE]: in ./out or FILE, soon.
appears() {
    local i
    for i in $(seq 12000); do
        grep -qs "$1" "${2:-out}" && return
        sleep 0.01
    done
    fail "$1 does not appear"
}

# begin PROGRAM: in the background with its output in ./out; returns when it is ready. Both signals have their default action.
begin() {
    : >out
    env --default-signal=INT,TERM "$@" >out 2>err </dev/null &
    pid=$!
    appears ready
}

# ended STATUS: the program ends, without a word on standard error.
ended() {
    local status=0
    wait "$pid" || status=$?
    [ "$status" = "$1" ] || fail "ended with $status, expected $1: $(head -c 1000 err)"
    [ ! -s err ] || fail "printed: $(head -c 1000 err)"
}

for program in server plain stubborn; do
    expect 0 '' "$FLUFFYC" build $program.fl
done

for signal in TERM:143 INT:130; do
    for schedule in parallel seed:1 seed:2; do
        rm -f printed
        FLUFFY_SCHEDULE=$schedule begin ./server
        appears all printed
        kill -"${signal%:*}" "$pid"
        ended "${signal#*:}"
        [ "$(grep stopped out | tr '\n' ' ')" = "stopped b1 stopped b0 stopped a1 stopped a0 " ] || fail "$signal, $schedule: $(grep stopped out)"
        [ "$(grep -c padding out)" = 10000 ] || fail "$schedule: output is lost"
    done
    begin ./plain
    kill -"${signal%:*}" "$pid"
    ended "${signal#*:}"
    [ "$(cat out)" = ready ] || fail "without supervisors: $(cat out)"
done

begin ./stubborn
kill -TERM "$pid"
appears 'in the defer'
start=$SECONDS
kill -INT "$pid"
ended 130
[ $((SECONDS - start)) -lt 120 ] || fail "the second signal did not end it at once"

# A signal that was ignored when the program started stays ignored.
: >out
(trap '' INT; exec ./plain >out 2>err </dev/null) &
pid=$!
appears ready
kill -INT "$pid"
kill -TERM "$pid"
ended 143
