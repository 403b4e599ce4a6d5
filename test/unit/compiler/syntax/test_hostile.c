// Input made to break the parser: nesting without end, a megabyte on one line, an error in every token. Each gives a
// few clear errors, in time linear in its size (a quadratic step would run into the test's time limit).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "compiler/diag/render.h"
#include "compiler/syntax/dump.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/source_load.h"
#include "test/fuzz/spans.h"

enum { MANY = 100000 };

typedef struct Hostile {
    const char *before, *repeated, *middle, *repeated_behind, *behind;
    size_t count;
} Hostile;

static const char *expand(const Hostile *h) {
    StringBuilder out = {0};
    sb_add(&out, h->before);
    for (size_t i = 0; i < h->count; i++)
        sb_add(&out, h->repeated);
    sb_add(&out, h->middle);
    for (size_t i = 0; i < h->count; i++)
        sb_add(&out, h->repeated_behind);
    sb_add(&out, h->behind);
    return sb_text(&out);
}

static Diagnostics parse_text(const char *text) {
    Diagnostics diags = {0};
    const SourceFile *file = source_from_bytes("hostile.fl", text, strlen(text), &diags);
    StringBuilder tree = {0}, shown = {0};
    dump_module(parse_module(file, &diags), true, &tree);
    check_dump(sb_text(&tree), file->len);
    check_diagnostics(&diags);
    diag_render_all(&diags, (DiagRenderOptions){0}, &shown);
    return diags;
}

// One error and no other, for what is nested too deep.
static void test_too_deep(void **state) {
    (void)state;
    static const Hostile cases[] = {
        {"x = ", "(", "1", ")", "", MANY},
        {"x = ", "(", "", "", "", MANY},
        {"x = ", "[", "1", "]", "", MANY},
        {"x = ", "f(", "1", ")", "", MANY},
        {"x = ", "{a: ", "1", "}", "", MANY},
        {"x = ", "\"${", "1", "}\"", "", MANY},
        {"x = ", "-", "y", "", "", MANY},
        {"x = ", "!", "y", "", "", MANY},
        {"x = 1", " + 1", "", "", "", MANY},
        {"x = y", ".z", "", "", "", MANY},
        {"x = y", "()", "", "", "", MANY},
        {"x = y", "[0]", "", "", "", MANY},
        {"x = y", " with {a: 1}", "", "", "", MANY},
        {"x = ", "(a) -> ", "1", "", "", MANY},
        {"x = ", "if a { 1 } else { ", "1", "}", "", MANY},
        {"x = ", "match a { _ -> ", "1", "}", "", MANY},
        {"main() { ", "a <- ", "b", "", " }", MANY},
        {"main() ", "{", "", "}", "", MANY},
        {"main() {\n", "if a {\n", "", "}\n", "}", MANY},
        {"T = ", "[", "int", "]", "", MANY},
        {"T = ", "(A) -> ", "int", "", "", MANY},
        {"T = ", "pid<", "int", ">", "", MANY},
        {"T = ", "{a: ", "int", "}", "", MANY},
        {"main() { match x { ", "[", "", "]", " -> 1 } }", MANY},
        {"main() { match x { ", "{a: ", "b", "}", " -> 1 } }", MANY},
        {"x = a is n where ", "b is m where ", "c", "", "", MANY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Diagnostics diags = parse_text(expand(&cases[i]));
        size_t deep = 0;
        for (size_t j = 0; j < diags.list.len; j++)
            deep += diags.list.data[j]->code == DIAG_TOO_DEEP;
        if (deep != 1)
            print_error("case %zu: %zu errors, %zu of depth\n", i, diags.list.len, deep);
        assert_int_equal(deep, 1);
        assert_true(diags.list.len <= 2);
    }
}

// What is long without being deep has no limit.
static void test_long_is_fine(void **state) {
    (void)state;
    static const Hostile cases[] = {
        {"x = [", "1, ", "", "", "]", MANY},
        {"x = f(", "1, ", "", "", ")", MANY},
        {"main() {\n", "a()\n", "", "", "}", MANY},
        {"main() { if a {} ", "else if b {} ", "", "", "}", MANY},
        {"main() { match x {\n", "1 -> 2\n", "", "", "} }", MANY},
        {"main() { match x {\n", "1 ->\n", "", "", "} }", MANY},
        {"T = ", "A | ", "A", "", "", MANY},
        {"/*", "/*", "", "*/", "*/\nx = 1", MANY},
        {"x = \"", "a", "", "", "\"", MANY * 10},
        {"x = \"", "${y} ", "", "", "\"", MANY},
        {"x = \"\"\"\n", "  ${y}\n", "", "", "  \"\"\"", MANY},
        {"", "f(n where n > 0) { 1 }\n", "f(n) { 2 }", "", "", MANY},
        {"x = 1", " ", "", "", "", MANY * 10},
        {"x = ", "a", " // ", "b", "", MANY * 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Diagnostics diags = parse_text(expand(&cases[i]));
        if (diags.list.len)
            print_error("case %zu: %s\n", i, diags.list.data[0]->message);
        assert_int_equal(diags.list.len, 0);
    }
}

static void test_errors_everywhere(void **state) {
    (void)state;
    static const Hostile cases[] = {
        {"", "@ ", "", "", "", MANY},
        {"", ") ", "", "", "", MANY},
        {"", "( ] ", "", "", "", MANY},
        {"", "f( ", "", "", "", MANY},
        {"", "{ ) ", "", "", "", MANY},
        {"", "\"${ ) ", "", "", "", MANY},
        {"", "\"${\n", "", "", "", MANY},
        {"", "f() {\n", "", "", "", MANY},
        {"", "{ ", "\n", "}\n", "", MANY},
        {"main() {\n", "x = )\n", "", "", "}", MANY},
        {"main() {\n", "{ x\n", "", "", "}", MANY},
        {"main() { ", "x; ", "", "", "}", MANY},
        {"main() { match x { ", "1 -> 2 ", "", "", "} }", MANY},
        {"main() { ", "x is ", "", "", "}", MANY},
        {"x = {", "a: 1, ", "", "", "}", MANY},
        {"( {", "[", "", ")", "", MANY},
        {"", "where a = x where ", "", "", "", MANY},
        {"main() { ", "{ a: int = b match x { _ -> ", "", "", "", MANY},
        {"x = ", "9", "", "", "", MANY * 10},
        {"x = 'a", "b", "", "", "", MANY * 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(parse_text(expand(&cases[i])).error_count > 0);
}

static void test_constants_that_need_each_other(void **state) {
    (void)state;
    StringBuilder text = {0};
    for (int i = 0; i < MANY; i++)
        sb_addf(&text, "c%d = c%d\n", i, i + 1);
    Diagnostics diags = {0};
    sb_addf(&text, "c%d = f()\n", MANY);
    const SourceFile *file = source_from_bytes("hostile.fl", sb_text(&text), text.len, &diags);
    const Module *module = parse_module(file, &diags);
    assert_int_equal(module->constants.len, 0);
    assert_int_equal(module->statements.len, MANY + 1);
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_deep),
        cmocka_unit_test(test_long_is_fine),
        cmocka_unit_test(test_errors_everywhere),
        cmocka_unit_test(test_constants_that_need_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
