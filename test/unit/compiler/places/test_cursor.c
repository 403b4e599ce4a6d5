// Numbers and texts from bytes, and files that are no objects.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/places/cursor.h"
#include "compiler/places/places.h"

static void test_numbers(void **state) {
    (void)state;
    static const unsigned char data[] = {1, 2, 3, 0xe5, 0x8e, 0x26, 0x7f, 0x80, 0x7f, 'a', 'b', 0, 0x80};
    Cursor cursor = cursor_at((Bytes){data, sizeof data}, 0);
    assert_int_equal(cursor_number(&cursor, 1), 1);
    assert_int_equal(cursor_number(&cursor, 2), 0x302);
    assert_int_equal(cursor_unsigned(&cursor), 624485);
    assert_int_equal(cursor_signed(&cursor), -1);
    assert_int_equal(cursor_signed(&cursor), -128);
    assert_string_equal(cursor_text(&cursor), "ab");
    assert_false(cursor_done(&cursor));
    assert_int_equal(cursor_unsigned(&cursor), 0); // it has no end
    assert_true(cursor.bad);
    assert_true(cursor_done(&cursor));
    assert_int_equal(cursor_number(&cursor, 8), 0);
    assert_string_equal(cursor_text(&cursor), "");
}

static void test_past_the_end(void **state) {
    (void)state;
    static const unsigned char data[] = {1, 'x', 'y'};
    Bytes bytes = {data, sizeof data};
    assert_true(cursor_at(bytes, 4).bad);
    Cursor cursor = cursor_at(bytes, 1);
    assert_string_equal(cursor_text(&cursor), ""); // not closed
    assert_true(cursor.bad);
    cursor = cursor_at(bytes, 0);
    cursor_skip(&cursor, 4);
    assert_true(cursor.bad);
    cursor = cursor_at(bytes, 0);
    assert_int_equal(cursor_number(&cursor, 4), 0);
    assert_true(cursor.bad);
}

static void test_no_object(void **state) {
    (void)state;
    unsigned char data[256];
    Map names = {0};
    Bytes result;
    srand(5);
    for (size_t len = 0; len < sizeof data; len++) {
        for (size_t i = 0; i < len; i++)
            data[i] = (unsigned char)rand();
        memcpy(data, "\177ELF\2\1\1", len < 7 ? len : 7);
        assert_false(places_add((Bytes){data, len}, &names, &result));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_past_the_end),
        cmocka_unit_test(test_no_object),
    };
    mem_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
