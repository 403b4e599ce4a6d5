// Vectors, text, string builder, names, maps, near names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "compiler/base/map.h"
#include "compiler/base/sb.h"
#include "compiler/base/suggest.h"
#include "compiler/base/vec.h"

static void test_vec_grows(void **state) {
    (void)state;
    VEC(int) numbers = {0};
    for (int i = 0; i < 1000; i++)
        vec_push(&numbers, i * 2);
    assert_int_equal(numbers.len, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers.data[i], i * 2);
    assert_int_equal(vec_last(&numbers), 1998);
    assert_int_equal(vec_pop(&numbers), 1998);
    assert_int_equal(numbers.len, 999);
}

static void test_memory_is_zeroed(void **state) {
    (void)state;
    for (size_t size = 1; size < 5000; size = size * 2 + 1) {
        const char *object = mem_alloc(size), *data = mem_alloc_data(size);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(object[i] | data[i], 0);
    }
    char *grown = mem_grow(mem_copy_text("abc", 3), 3, 8);
    assert_memory_equal(grown, "abc\0\0\0\0\0", 8);
}

static void test_builder(void **state) {
    (void)state;
    StringBuilder sb = {0};
    assert_string_equal(sb_text(&sb), "");
    sb_add(&sb, "a");
    sb_add_char(&sb, 'b');
    sb_add_repeat(&sb, 'c', 3);
    sb_add_text(&sb, (Text){"dxx", 1});
    sb_addf(&sb, "%d-%s", 5, "e");
    assert_string_equal(sb_text(&sb), "abcccd5-e");
    for (int i = 0; i < 1000; i++)
        sb_addf(&sb, "%d,", i);
    assert_int_equal(sb.len, strlen(sb_text(&sb)));
    assert_string_equal(text_format("%s", ""), "");
}

static void test_names_are_equal_by_pointer(void **state) {
    (void)state;
    Name a = name_of("alpha"), b = name_of_bytes("alphabet", 5);
    assert_ptr_equal(a, b);
    assert_ptr_not_equal(a, name_of("alphabet"));
    assert_null(name_find("never made", 10));
    assert_ptr_equal(name_find("alpha", 5), a);
    for (int i = 0; i < 5000; i++)
        name_of(text_format("name%d", i));
    assert_ptr_equal(name_of("alpha"), a);
    assert_ptr_equal(name_of("name77"), name_of("name77"));
    assert_true(name_compare(name_of("a"), name_of("b")) < 0);
    assert_string_equal(name_text(NULL), "(no name)");
}

static void test_map_keeps_order(void **state) {
    (void)state;
    Map map = {0};
    assert_null(map_get(&map, "x"));
    static int keys[2000];
    for (int i = 0; i < 2000; i++)
        map_set(&map, &keys[(i * 7) % 2000], &keys[i]);
    assert_int_equal(map.len, 2000);
    for (int i = 0; i < 2000; i++) {
        assert_ptr_equal(map_get(&map, &keys[(i * 7) % 2000]), &keys[i]);
        assert_ptr_equal(map.entries[i].key, &keys[(i * 7) % 2000]);
    }
    map_set(&map, &keys[7], NULL);
    assert_true(map_has(&map, &keys[7]));
    assert_null(map_get(&map, &keys[7]));
    assert_false(map_add(&map, &keys[7]));
    assert_true(map_add(&map, name_of("new")));
}

static void test_utf8(void **state) {
    (void)state;
    static const uint32_t points[] = {0, 'a', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        char bytes[4];
        size_t len = utf8_encode(points[i], bytes), size;
        assert_int_equal(utf8_decode(bytes, len, &size), points[i]);
        assert_int_equal(size, len);
        if (len > 1)
            assert_int_equal(utf8_decode(bytes, len - 1, &size), UTF8_INVALID);
    }
    static const char *const bad[] = {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\xFF", "\xC3("};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t size;
        assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &size), UTF8_INVALID);
        assert_int_equal(size, 1);
    }
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0x65E5), 2);
    assert_int_equal(utf8_width(0x301), 0);
}

static void test_edit_distance(void **state) {
    (void)state;
    assert_int_equal(edit_distance("abc", 3, "abc", 3, 3), 0);
    assert_int_equal(edit_distance("abc", 3, "abd", 3, 3), 1);
    assert_int_equal(edit_distance("abc", 3, "acb", 3, 3), 1);
    assert_int_equal(edit_distance("abc", 3, "ABC", 3, 3), 0);
    assert_int_equal(edit_distance("kitten", 6, "sitting", 7, 3), 3);
    assert_int_equal(edit_distance("kitten", 6, "sitting", 7, 2), 3);
    assert_int_equal(edit_distance("", 0, "ab", 2, 5), 2);
}

static void test_near_name(void **state) {
    (void)state;
    Suggestion near = suggest_start(name_of("lenght"));
    suggest_offer(&near, name_of("left"));
    suggest_offer(&near, name_of("length"));
    suggest_offer(&near, name_of("width"));
    assert_ptr_equal(near.best, name_of("length"));
    Suggestion none = suggest_start(name_of("x"));
    suggest_offer(&none, name_of("y"));
    assert_null(none.best);
    suggest_offer(&none, name_of("X"));
    assert_ptr_equal(none.best, name_of("X"));
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vec_grows),       cmocka_unit_test(test_memory_is_zeroed),
        cmocka_unit_test(test_builder),         cmocka_unit_test(test_names_are_equal_by_pointer),
        cmocka_unit_test(test_map_keeps_order), cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_edit_distance),   cmocka_unit_test(test_near_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
