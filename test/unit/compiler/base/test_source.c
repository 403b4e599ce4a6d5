// Lines, columns and spans.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "compiler/base/mem.h"
#include "compiler/base/source.h"

static SourceFile *file_of(const char *text) { return source_new("dir/app.fl", text, (uint32_t)strlen(text)); }

static void assert_place(const SourceFile *file, uint32_t offset, uint32_t line, uint32_t column) {
    SourcePlace place = source_place(file, offset);
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void assert_line(const SourceFile *file, uint32_t line, const char *text) {
    Text actual = source_line(file, line);
    assert_int_equal(actual.len, strlen(text));
    assert_memory_equal(actual.data, text, actual.len);
}

static void test_places(void **state) {
    (void)state;
    const SourceFile *file = file_of("ab\n\nx\xC3\xA9y\r\nlast");
    assert_int_equal(file->line_count, 4);
    assert_place(file, 0, 1, 1);
    assert_place(file, 2, 1, 3); // the newline belongs to its line
    assert_place(file, 3, 2, 1);
    assert_place(file, 4, 3, 1);
    assert_place(file, 7, 3, 3); // behind a code point of two bytes
    assert_place(file, 14, 4, 5);
    assert_line(file, 1, "ab");
    assert_line(file, 2, "");
    assert_line(file, 3, "x\xC3\xA9y");
    assert_line(file, 4, "last");
}

// A line longer than the distance of what is counted beforehand, in which most code points have two bytes.
static void test_long_line(void **state) {
    (void)state;
    enum { POINTS = 5000 };
    char *text = mem_alloc_data(2 * POINTS + 4);
    strcpy(text, "a\n");
    for (uint32_t i = 0; i < POINTS; i++)
        memcpy(text + 2 + 2 * i, "\xC3\xA9", 3);
    const SourceFile *file = file_of(text);
    for (uint32_t i = 0; i <= POINTS; i += 7)
        assert_place(file, 2 + 2 * i, 2, i + 1);
}

static void test_empty_file(void **state) {
    (void)state;
    const SourceFile *file = file_of("");
    assert_int_equal(file->line_count, 1);
    assert_place(file, 0, 1, 1);
    assert_line(file, 1, "");
}

static void test_module_name(void **state) {
    (void)state;
    assert_string_equal(file_of("")->module->text, "app");
    assert_string_equal(source_new("a.b/my.tests.fl", "", 0)->module->text, "my.tests");
    assert_string_equal(source_new("plain", "", 0)->module->text, "plain");
}

static void test_spans(void **state) {
    (void)state;
    const SourceFile *file = file_of("hello world");
    Span hello = {file, 0, 5}, world = {file, 6, 11};
    Span both = span_join(world, hello);
    assert_int_equal(both.start, 0);
    assert_int_equal(both.end, 11);
    assert_true(text_equal(span_text(world), text_of("world")));
    assert_int_equal(span_after(hello).start, 5);
    assert_int_equal(span_before(world).end, 6);
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),      cmocka_unit_test(test_long_line), cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_module_name), cmocka_unit_test(test_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
