// The text of diagnostics.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "compiler/diag/page.h"
#include "compiler/diag/render.h"

static SourceFile *file_of(const char *path, const char *text) {
    return source_new(path, text, (uint32_t)strlen(text));
}

// The span of the first occurrence of `part`.
static Span find(const SourceFile *file, const char *part) {
    const char *at = strstr(file->text, part);
    assert_non_null(at);
    uint32_t start = (uint32_t)(at - file->text);
    return (Span){file, start, start + (uint32_t)strlen(part)};
}

static const char *render(const Diagnostics *diags) {
    StringBuilder out = {0};
    diag_render_all(diags, (DiagRenderOptions){0}, &out);
    return sb_text(&out);
}

static void test_all_parts(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "first = 1\n\n\nsum = \"a\" * first\n");
    Diagnostics diags = {0};
    Diag *diag =
        diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "\"a\" * first"), "cannot multiply `%s`", "string");
    diag_primary(diag, "this is a product");
    diag_label(diag, find(file, "\"a\""), "a string");
    diag_label(diag, find(file, "1"), "an int");
    diag_note(diag, "one line\nand another");
    diag_help(diag, "try %d", 5);
    assert_string_equal(render(&diags), "error[E0201]: cannot multiply `string`\n"
                                        " --> app.fl:4:7\n"
                                        "  |\n"
                                        "1 | first = 1\n"
                                        "  |         - an int\n"
                                        "...\n"
                                        "4 | sum = \"a\" * first\n"
                                        "  |       ---^^^^^^^^\n"
                                        "  |       |\n"
                                        "  |       this is a product\n"
                                        "  |       a string\n"
                                        "  = note: one line\n"
                                        "          and another\n"
                                        "  = help: try 5\n"
                                        "\n"
                                        "1 error\n");
}

static void test_labels_on_one_line(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "left + right\n");
    Diagnostics diags = {0};
    Diag *diag = diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "+"), "no");
    diag_primary(diag, "operator");
    diag_label(diag, find(file, "left"), "int");
    diag_label(diag, find(file, "right"), "string");
    assert_string_equal(render(&diags), "error[E0201]: no\n"
                                        " --> app.fl:1:6\n"
                                        "  |\n"
                                        "1 | left + right\n"
                                        "  | ---- ^ ----- string\n"
                                        "  | |    |\n"
                                        "  | |    operator\n"
                                        "  | int\n"
                                        "\n"
                                        "1 error\n");
}

static void test_other_file(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "a\n"), *other = file_of("lib.fl", "\nb\n");
    Diagnostics diags = {0};
    Diag *diag = diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "a"), "no");
    diag_label(diag, find(other, "b"), "declared here");
    assert_string_equal(render(&diags), "error[E0201]: no\n"
                                        " --> app.fl:1:1\n"
                                        "  |\n"
                                        "1 | a\n"
                                        "  | ^\n"
                                        " ::: lib.fl:2:1\n"
                                        "  |\n"
                                        "2 | b\n"
                                        "  | - declared here\n"
                                        "\n"
                                        "1 error\n");
}

static void test_no_place(void **state) {
    (void)state;
    Diagnostics diags = {0};
    diag_help(diag_error(&diags, DIAG_FILE_UNREADABLE, (Span){0}, "cannot read `x.fl`"), "look");
    assert_string_equal(render(&diags), "error[E0901]: cannot read `x.fl`\n  = help: look\n\n1 error\n");
}

// Marks stand below what they mark, whatever its width on the terminal.
static void test_tabs_and_wide_characters(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "\tx = \"日本\" + e\xCC\x81 + y\x01\n");
    Diagnostics diags = {0};
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "\"日本\""), "string");
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "y"), "name");
    const char *text = render(&diags);
    assert_non_null(strstr(text, "1 |     x = \"日本\" + e\xCC\x81 + y\xEF\xBF\xBD\n  |         ^^^^^^\n"));
    assert_non_null(strstr(text, "  |                      ^\n"));
    assert_non_null(strstr(text, "app.fl:1:6\n"));
}

static void test_long_line_is_cut(void **state) {
    (void)state;
    StringBuilder line = {0};
    sb_add_repeat(&line, 'a', 1 << 20);
    sb_add(&line, " MARK ");
    sb_add_repeat(&line, 'b', 1 << 20);
    const SourceFile *file = file_of("app.fl", sb_text(&line));
    Diagnostics diags = {0};
    Diag *diag = diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "MARK"), "here");
    diag_label(diag, (Span){file, (uint32_t)line.len - 1, (uint32_t)line.len}, "far away");
    const char *text = render(&diags);
    assert_true(strlen(text) < 1000);
    assert_non_null(strstr(text, "app.fl:1:1048578\n"));
    assert_non_null(strstr(text, "...aaaa"));
    assert_non_null(strstr(text, "^^^^\n"));
    assert_non_null(strstr(text, "- far away\n"));
}

static void test_several_lines_mark_the_first(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "x {\n    y\n}\n");
    Diagnostics diags = {0};
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, (Span){file, 2, file->len}, "block");
    assert_non_null(strstr(render(&diags), "1 | x {\n  |   ^\n"));
}

static void test_end_of_file(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "x\n");
    Diagnostics diags = {0};
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, (Span){file, 2, 2}, "end");
    assert_non_null(strstr(render(&diags), "app.fl:2:1\n  |\n2 |\n  | ^\n"));
}

static void test_sorted_and_once(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "a b c\n");
    Diagnostics diags = {0};
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "c"), "third");
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "a"), "first");
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "a"), "second");
    diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "a"), "first");
    const char *text = render(&diags);
    const char *first = strstr(text, "first"), *second = strstr(text, "second"), *third = strstr(text, "third");
    assert_true(first < second && second < third);
    assert_null(strstr(first + 1, "first"));
    assert_non_null(strstr(text, "\n3 errors\n"));
}

static void test_limits(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "a\n");
    Diagnostics diags = {0};
    for (int i = 0; i < DIAG_MAX_KEPT + 5; i++)
        diag_error(&diags, DIAG_UNEXPECTED_TOKEN, (Span){file, 0, (uint32_t)i % 2}, "number %d", i % 60);
    assert_int_equal(diags.list.len, DIAG_MAX_KEPT);
    assert_int_equal(diags.error_count, DIAG_MAX_KEPT + 5);
    const char *text = render(&diags);
    assert_non_null(strstr(text, "number 49"));
    assert_null(strstr(text, "number 50"));
    assert_non_null(strstr(text, "\n60 errors (10 not shown)\n"));
}

static void test_colour_only_when_asked(void **state) {
    (void)state;
    const SourceFile *file = file_of("app.fl", "a\n");
    Diagnostics diags = {0};
    diag_primary(diag_error(&diags, DIAG_UNEXPECTED_TOKEN, find(file, "a"), "no"), "label");
    StringBuilder colour = {0};
    diag_render_all(&diags, (DiagRenderOptions){.colour = true}, &colour);
    assert_null(strchr(render(&diags), '\x1b'));
    assert_non_null(strstr(sb_text(&colour), "\x1b[1;31merror[E0201]\x1b[0m"));
}

static void test_codes(void **state) {
    (void)state;
    for (int code = 0; code < DIAG_CODE_COUNT; code++) {
        const char *text = diag_code_text((DiagCode)code);
        assert_int_equal(strlen(text), 5);
        assert_true(text[0] == 'E' || text[0] == 'W');
        assert_true(diag_code_title((DiagCode)code)[0]);
        StringBuilder page = {0};
        diag_page((DiagCode)code, &page);
        assert_int_equal(strncmp(sb_text(&page), text, 5), 0);
        assert_non_null(strstr(sb_text(&page), diag_code_title((DiagCode)code)));
        assert_null(strstr(sb_text(&page), "```"));
        assert_null(strstr(sb_text(&page), "<!--"));
        for (int other = 0; other < code; other++)
            assert_string_not_equal(text, diag_code_text((DiagCode)other));
    }
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_parts),
        cmocka_unit_test(test_labels_on_one_line),
        cmocka_unit_test(test_other_file),
        cmocka_unit_test(test_no_place),
        cmocka_unit_test(test_tabs_and_wide_characters),
        cmocka_unit_test(test_long_line_is_cut),
        cmocka_unit_test(test_several_lines_mark_the_first),
        cmocka_unit_test(test_end_of_file),
        cmocka_unit_test(test_sorted_and_once),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_colour_only_when_asked),
        cmocka_unit_test(test_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
