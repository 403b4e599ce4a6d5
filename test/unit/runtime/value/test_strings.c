#include "test/unit/runtime/value/process.h"

#include "runtime/value/heap.h"

static int begin(void **state) {
    (void)state;
    process_begin(1);
    return 0;
}

static int end(void **state) {
    (void)state;
    process_end();
    return 0;
}

static void test_concat(void **state) {
    (void)state;
    FlString *a = string("aä€"), *b = string("😀b"), *empty = string("");
    assert_text(fl_string_concat(me, a, b), "aä€😀b");
    assert_ptr_equal(fl_string_concat(me, a, empty), a);
    assert_ptr_equal(fl_string_concat(me, empty, b), b);
    assert_text(fl_string_join(me, (FlString *[]){a, empty, b, a}, 4), "aä€😀baä€");
    assert_text(fl_string_join(me, NULL, 0), "");
    FlString *grown = empty;
    for (int i = 0; i < 3000; i++)
        grown = fl_string_concat(me, grown, a);
    assert_int_equal(grown->length, 18000);
    assert_int_equal(grown->points, 9000);
}

static void test_too_long(void **state) {
    (void)state;
    static struct { FlString head; } huge = {{{FL_TYPE_STRING, FL_OBJECT_STATIC}, 0xf0000000, 0xf0000000, {}}};
    FlString *parts[] = {&huge.head, &huge.head};
    ASSERT_PANIC(1, fl_string_concat(me, &huge.head, &huge.head));
    ASSERT_PANIC(1, fl_string_join(me, parts, 2));
    assert_non_null(strstr(test_process.reason->bytes, "longer than"));
    test_process.heap.arena.limit = 100000;
    ASSERT_PANIC(2, fl_string_concat(me, &huge.head, string("x")));
}

static void test_compare(void **state) {
    (void)state;
    assert_true(fl_string_equal(string("äb"), string("äb")));
    assert_false(fl_string_equal(string("äb"), string("äc")));
    assert_false(fl_string_equal(string("äb"), string("ä")));
    assert_true(fl_string_compare(string("a"), string("b")) < 0);
    assert_true(fl_string_compare(string("ab"), string("a")) > 0);
    assert_true(fl_string_compare(string("a"), string("a")) == 0);
    assert_true(fl_string_compare(string("z"), string("ä")) < 0);
    assert_true(fl_string_compare(string("\uffff"), string("😀")) < 0);
    assert_true(fl_string_contains(string("abcd"), string("bc")));
    assert_true(fl_string_contains(string("abcd"), string("")));
    assert_false(fl_string_contains(string("abcd"), string("bd")));
    assert_false(fl_string_contains(string("a"), string("aa")));
    assert_true(fl_string_starts_with(string("abc"), string("ab")));
    assert_false(fl_string_starts_with(string("ab"), string("abc")));
    assert_true(fl_string_ends_with(string("abc"), string("bc")));
    assert_false(fl_string_ends_with(string("bc"), string("abc")));
}

static void test_slice(void **state) {
    (void)state;
    FlString *text = string("aä€😀bcdefghijklmnö"), *ascii = string("hello");
    assert_text(fl_string_slice(me, text, 1, 4), "ä€😀");
    assert_text(fl_string_slice(me, text, 3, 99), "😀bcdefghijklmnö");
    assert_text(fl_string_slice(me, text, 17, 18), "ö");
    assert_text(fl_string_slice(me, text, 16, 17), "n");
    assert_ptr_equal(fl_string_slice(me, text, -5, 99), text);
    assert_text(fl_string_slice(me, text, 4, 4), "");
    assert_text(fl_string_slice(me, text, 5, 2), "");
    assert_text(fl_string_slice(me, text, INT64_MIN, INT64_MIN), "");
    assert_text(fl_string_slice(me, ascii, 1, 3), "el");
    assert_text(fl_string_slice(me, ascii, 3, INT64_MAX), "lo");
    assert_text(fl_string_slice(me, ascii, 5, 6), "");
}

static void test_find(void **state) {
    (void)state;
    FlString *text = string("aä€😀a€");
    assert_int_equal(fl_string_find(text, string("€"), 0), 2);
    assert_int_equal(fl_string_find(text, string("€"), 3), 5);
    assert_int_equal(fl_string_find(text, string("a"), -7), 0);
    assert_int_equal(fl_string_find(text, string("a"), 1), 4);
    assert_int_equal(fl_string_find(text, string("b"), 0), -1);
    assert_int_equal(fl_string_find(text, string(""), 6), 6);
    assert_int_equal(fl_string_find(text, string(""), 7), -1);
    assert_int_equal(fl_string_find(string("abcabc"), string("c"), 3), 5);
    assert_int_equal(fl_string_find(string("abc"), string("c"), INT64_MAX), -1);
}

// Slices at every position agree with decoding one by one.
static void test_slice_property(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 300; seed++) {
        process_end();
        process_begin(seed);
        FlString *text = string("");
        for (int i = 0; i < 3; i++) {
            FlString *part;
            WITH_HEAP(part = random_string(&test_process.heap));
            text = fl_string_concat(me, text, part);
        }
        uint64_t byte = 0;
        for (uint32_t i = 0; i < text->points; i++) {
            FlString *one = fl_string_slice(me, text, i, i + 1);
            FlString *whole =
                fl_string_concat(me, fl_string_slice(me, text, 0, i), fl_string_slice(me, text, i, INT64_MAX));
            assert_true(fl_string_equal(whole, text) && whole->points == text->points);
            assert_int_equal(one->points, 1);
            assert_memory_equal(one->bytes, text->bytes + byte, one->length);
            assert_int_equal(fl_string_code_at(me, text, i, NULL), utf8_decode(text->bytes + byte));
            byte += one->length;
        }
        assert_int_equal(byte, text->length);
    }
}

static void test_trim(void **state) {
    (void)state;
    assert_text(fl_string_trim(me, string(" \t\n a ä  \r\n")), "a ä");
    assert_text(fl_string_trim(me, string("\u00a0\u2003\u3000ä\u2028")), "ä");
    assert_text(fl_string_trim(me, string(" \u3000 ")), "");
    assert_text(fl_string_trim(me, string("")), "");
    assert_text(fl_string_trim(me, string("\u200bx")), "\u200bx");
}

static void test_case(void **state) {
    (void)state;
    assert_text(fl_string_upper(me, string("hello, World [~]")), "HELLO, WORLD [~]");
    assert_text(fl_string_lower(me, string("HELLO, World [~]")), "hello, world [~]");
    assert_text(fl_string_upper(me, string("straße äöü ÿ ŉ ﬃ ǆ")), "STRASSE ÄÖÜ Ÿ ʼN FFI Ǆ");
    assert_text(fl_string_lower(me, string("ÄÖÜ ẞ İ Ǆ Ⅷ 𐐀")), "äöü ß i̇ ǆ ⅷ 𐐨");
    assert_text(fl_string_lower(me, string("ΟΔΥΣΣΕΥΣ ΣΑΣ. Σ AΣ' AΣ'B")), "οδυσσευς σας. σ aς' aσ'b");
    assert_text(fl_string_upper(me, string("жя ქ")), "ЖЯ Ქ");
    assert_text(fl_string_upper(me, string("")), "");
    FlString *text = string("ß");
    for (int i = 0; i < 12; i++)
        text = fl_string_concat(me, text, text);
    test_process.head.stack_limit = UINTPTR_MAX;
    FlString *upper = fl_string_upper(me, text);
    assert_int_equal(test_process.polls, 4);
    assert_int_equal(upper->points, 8192);
    assert_text(fl_string_slice(me, upper, 4000, 4003), "SSS");
}

static void test_codes(void **state) {
    (void)state;
    assert_int_equal(fl_string_code_at(me, string("aä€😀"), 3, NULL), 0x1f600);
    ASSERT_PANIC(3, fl_string_code_at(me, string("a"), 1, NULL));
    ASSERT_PANIC(3, fl_string_code_at(me, string("a"), -1, NULL));
    assert_text(fl_string_from_code(me, 0x1f600, NULL), "😀");
    assert_int_equal(fl_string_from_code(me, 0, NULL)->length, 1);
    ASSERT_PANIC(1, fl_string_from_code(me, 0xd800, NULL));
    assert_text(test_process.reason, "55296 is not a code point of Unicode");
    ASSERT_PANIC(1, fl_string_from_code(me, -1, NULL));
    ASSERT_PANIC(1, fl_string_from_code(me, 0x110000, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_concat, begin, end),
        cmocka_unit_test_setup_teardown(test_too_long, begin, end),
        cmocka_unit_test_setup_teardown(test_compare, begin, end),
        cmocka_unit_test_setup_teardown(test_slice, begin, end),
        cmocka_unit_test_setup_teardown(test_find, begin, end),
        cmocka_unit_test_setup_teardown(test_slice_property, begin, end),
        cmocka_unit_test_setup_teardown(test_trim, begin, end),
        cmocka_unit_test_setup_teardown(test_case, begin, end),
        cmocka_unit_test_setup_teardown(test_codes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
