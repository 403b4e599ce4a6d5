# Calls that wait for the system keep no worker: others run, who waits can be ended, the program's end is right.
. "$TOP/test/cli/lib.bash"
mkfifo never some slow

cat >readers.fl <<'EOT'
reader(path, parent) {
    defer {
        parent <- {left: path, removed: file:remove("/nowhere/at/all") is {ok: _}}
    }
    garbage = [text(n) for n in range(2000)]
    parent <- {reading: garbage.length}
    parent <- {read: file:read(path)}
}
compute(n, x) {
    if n == 0 { x } else { compute(n - 1, (x * 31 + n) % 1000003) }
}
main() {
    me = self()
    doomed = [spawn_with({monitor: true}, reader, "never", me) for _ in range(5)]
    for _ in doomed {
        receive {
            {reading: n} -> println(n)             //> 2000, five times
        }
    }
    println(compute(1000000, 1) > 0)
    stop(doomed[0])
    exit(doomed[1], "enough")
    exit(doomed[2], "kill")
    for pid in doomed[..3] {
        receive {
            {down: ended, reason: reason} where ended == pid -> println(reason)
        }
    }
    for _ in range(3) {
        receive {
            {left: path, removed: _} -> println("left ${path}")
        }
    }
    spawn_typed(reader, "some", me)
    receive {
        {read: {ok: text}} -> println(text)
    }
    halt(3)                                        // two still read
}
EOT
expect 0 '' "$FLUFFYC" build readers.fl
printf '2000\n2000\n2000\n2000\n2000\ntrue\nshutdown\nenough\nkilled\nleft never\nleft never\nleft never\nfrom a pipe\n' >readers.expected
for workers in 1 2 16; do
    timeout 60 sh -c 'printf "from a pipe" >some' &
    FLUFFY_WORKERS=$workers FLUFFY_VERIFY=1 expect 3 '' ./readers
    expect_stdout "$(cat readers.expected)"
    wait $!
done

# Main has returned: who waits for a file keeps the program alive, and prints.
cat >late.fl <<'EOT'
reader(path) {
    println(file:read(path))
}
main() {
    spawn_typed(reader, "slow")
}
EOT
expect 0 '' "$FLUFFYC" build late.fl
timeout 60 sh -c 'sleep 0.3; printf "in the end" >slow' &
expect 0 '' ./late
expect_stdout '{ok: "in the end"}'
wait $!

# Who has ended is waited for by nobody: that main waits for ever is a deadlock.
cat >deadlock.fl <<'EOT'
reader(path, parent) {
    parent <- {reading: true}
    file:read(path)
}
main() {
    pid = spawn_with({monitor: true}, reader, "never", self())
    receive {
        {reading: _} -> stop(pid)
    }
    receive {
        {down: _, reason: reason} -> println(reason)
    }
    receive {
        {never: _} -> nil
    }
}
EOT
expect 0 '' "$FLUFFYC" build deadlock.fl
expect 2 'deadlock' ./deadlock
expect_stdout 'shutdown'

# Lines of standard input, by one process and by several.
cat >lines.fl <<'EOT'
reader(parent) {
    match os:read_line() {
        {found: line} -> {
            parent <- {line: line}
            reader(parent)
        }
        {notFound: true} -> parent <- {done: true}
    }
}
collect(lines, readers) {
    if readers == 0 {
        lines
    } else {
        receive {
            {line} -> collect(lines ++ [line], readers)
            {done: _} -> collect(lines, readers - 1)
        }
    }
}
main() {
    println(os:read_line())
    me = self()
    for _ in range(3) {
        spawn_typed(reader, me)
    }
    for line in collect([], 3).sort() {
        println("[${line}]")
    }
    println(os:read_line())
}
EOT
expect 0 '' "$FLUFFYC" build lines.fl
for schedule in parallel seed:1; do
    printf 'eins\r\n\nzw\303\266lf\nthree \nlast' | FLUFFY_SCHEDULE=$schedule timeout 60 ./lines >stdout || fail "lines ended with $?"
    expect_stdout '{found: "eins"}
[]
[last]
[three ]
[zwölf]
{notFound: true}'
done
expect 0 '' ./lines
expect_stdout '{notFound: true}
{notFound: true}'

# A log that nobody reads: who writes it waits, others run.
cat >logs.fl <<'EOT'
noisy(n, to) {
    to <- {line: n}
    log:info(string:repeat("x", 3000))
    noisy(n + 1, to)
}

main() {
    spawn_typed(noisy, 1, self())
    receive {
        {line: 15} -> println("others run")
    }
    halt(0)
}
EOT
expect 0 '' "$FLUFFYC" build logs.fl
mkfifo unread
exec 3<>unread
FLUFFY_WORKERS=1 timeout 60 ./logs 2>unread >stdout || fail "logs ended with $?"
exec 3>&-
expect_stdout 'others run'
