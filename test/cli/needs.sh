# An executable needs the C library and libm of the system, and nothing else: each library more makes every start longer.
. "$TOP/test/cli/lib.bash"

hello
expect 0 '' "$FLUFFYC" build hello.fl
[ "$(readelf -d hello | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')" = "libc.so.6 libm.so.6 " ] ||
    fail "hello needs: $(readelf -d hello | grep NEEDED)"
