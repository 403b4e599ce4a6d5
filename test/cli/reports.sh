# Reports as the shell sees them: a reader of standard error that does not read, stripped programs, settings.
. "$TOP/test/cli/lib.bash"

cat >crashes.fl <<'EOF'
boom(n) { 10 / n }
count(n) {
    if n > 0 {
        receive {
            {down: _, reason: _} -> count(n - 1)
        }
    }
}
watched(n) {
    if n > 0 {
        spawn_with({monitor: true}, () -> println(boom(n - n)))
        watched(n - 1)
    }
}
main() {
    watched(3000)
    count(3000)
    println("all ended")
}
EOF
expect 0 '' "$FLUFFYC" build crashes.fl

# Nobody reads standard error until all have ended: that main says so on standard output shows that none of them waited for it. Reports of
# 3,000 crashes are more than a pipe holds.
for reports in 1000000 20; do
    mkfifo errors lines
    FLUFFY_REPORTS=$reports ./crashes 2>errors >lines &
    pid=$!
    exec 3<errors 4<lines
    read -r line <&4 || fail "no line"
    [ "$line" = "all ended" ] || fail "expected the line, got $line"
    cat <&3 >err
    exec 3<&- 4<&-
    wait $pid || fail "status $?"
    rm errors lines
    reported=$(grep -c 'crashed: division by zero' err)
    if [ "$reports" = 20 ]; then
        held=$(sed -n 's/^… \([0-9,]*\) more crash reports held back.*/\1/p' err | tr -d , | paste -sd+ | sed 's/^$/0/')
        [ $((reported + held)) = 3000 ] || fail "of 3000 crashes $reported are reported and $held held back"
    else
        [ "$reported" = 3000 ] || fail "of 3000 crashes $reported are reported"
    fi
done

FLUFFY_REPORTS=all ./crashes 2>&1 >stdout | cat >err
[ "$(grep -c 'crashed: division by zero' err)" = 3000 ] || fail "all: some are missing"
FLUFFY_REPORTS=none expect 0 '' ./crashes
FLUFFY_REPORTS=some expect 2 'FLUFFY_REPORTS is' ./crashes
FLUFFY_REPORTS=-1 expect 2 'FLUFFY_REPORTS is' ./crashes
FLUFFY_REPORT_FORMAT=xml expect 2 'FLUFFY_REPORT_FORMAT is' ./crashes

# The calls are known without debug information, with any linker's order of sections, and where the program can't be read.
cat >calls.fl <<'EOF'
inner(n) { 10 / n }
outer(n) { inner(n) + 1 }
main() { println(outer(0)) }
EOF
for profile in '' --debug; do
    expect 0 '' "$FLUFFYC" build $profile calls.fl
    strip calls 2>/dev/null || objcopy --strip-all calls
    chmod 111 calls
    expect 1 'at calls.fl:1:12 in inner
    called at calls.fl:2:12 in outer
    called at calls.fl:3:18 in main' ./calls
    rm -f calls
done

# Every line is JSON.
cat >mixed.fl <<'EOF'
server() {
    receive {
        {stop: true} -> nil
    }
    receive {
        {text} -> println(text)
    }
}
main() {
    pid = spawn_with({name: "quote \" back \\ end", monitor: true}, server)
    pid <- {text: "tab\t\u{1}\u{85}…"}
    spawn_with({monitor: true}, () -> panic("new\nline \u{7f}"))
    receive {
        {down: _, reason: _} -> nil
    }
    receive {
        {never: n} -> println(n)
    }
}
EOF
expect 0 '' "$FLUFFYC" build mixed.fl
FLUFFY_REPORT_FORMAT=json ./mixed 2>err
python3 - <<'EOF' || fail "not JSON: $(cat err)"
import json
reports = [json.loads(line) for line in open("err")]
assert [report["report"] for report in reports] == ["crash", "deadlock"], reports
assert reports[0]["reason"] == "new\nline \x7f", reports
waiting = reports[1]["processes"][1]
assert waiting["name"] == 'quote " back \\ end' and waiting["messages"] == 1, reports
EOF
