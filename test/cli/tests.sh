# fluffyc test
. "$TOP/test/cli/lib.bash"

cat >shapes.fl <<'F'
area(w, h) { w * h }

test_area() {
    test:equal(area(2, 3), 6)
}

test_wrong() {
    test:equal(area(2, 3), 7)
}

test_text() {
    test:equal("a" + "b", "ab")
}
F
expect 1 'crashed: expected 7, found 6' "$FLUFFYC" test shapes.fl
expect_stdout 'ok      test_area
FAILED  test_wrong: expected 7, found 6
ok      test_text
2 passed, 1 failed'

printf 'double(x) { x * 2 }\n\ntest_double() {\n    assert(double(2) == 4)\n}\n\nmain() {\n    println(double(1))\n}\n' >app.fl
expect 0 '' "$FLUFFYC" test app.fl
expect_stdout 'ok      test_double
1 passed, 0 failed'
expect 0 '' "$FLUFFYC" run app.fl

printf 'f(x) { x }\n' >none.fl
expect 1 'E0705' "$FLUFFYC" test none.fl
printf 'test_it() {\n    missing()\n}\n' >broken.fl
expect 1 'broken.fl:2:5' "$FLUFFYC" test broken.fl
no_files_left
