// Tokens as --dump=tokens shows them: `|` in front of those that start a line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "compiler/syntax/dump.h"
#include "compiler/syntax/source_load.h"

static const char *tokens_of(const char *text) {
    Diagnostics diags = {0};
    StringBuilder out = {0};
    dump_tokens(source_from_bytes("t.fl", text, strlen(text), &diags), &diags, &out);
    return sb_text(&out);
}

static void test_lines(void **state) {
    (void)state;
    assert_string_equal(tokens_of("a /* x\n */ b // c\n  is_it 5\n"), "| 1:1 NAME a\n"
                                                                      "| 2:5 NAME b\n"
                                                                      "| 3:3 NAME is_it\n"
                                                                      "  3:9 INT 5\n"
                                                                      "| 4:1 END\n");
    assert_string_equal(tokens_of("\xEF\xBB\xBF"
                                  "a\r\nb"),
                        "| 1:1 NAME a\n| 2:1 NAME b\n| 2:2 END\n");
    assert_string_equal(tokens_of(""), "| 1:1 END\n");
}

static void test_qualified_names(void **state) {
    (void)state;
    assert_string_equal(tokens_of("a:b a: b a:if a:b:C a:_"), "| 1:1 QUALIFIED a:b\n"
                                                              "  1:5 NAME a\n"
                                                              "  1:6 COLON :\n"
                                                              "  1:8 NAME b\n"
                                                              "  1:10 NAME a\n"
                                                              "  1:11 COLON :\n"
                                                              "  1:12 IF if\n"
                                                              "  1:15 NAME a\n"
                                                              "  1:16 COLON :\n"
                                                              "  1:17 QUALIFIED b:C\n"
                                                              "  1:21 NAME a\n"
                                                              "  1:22 COLON :\n"
                                                              "  1:23 UNDERSCORE _\n"
                                                              "| 1:24 END\n");
}

static void test_strings(void **state) {
    (void)state;
    assert_string_equal(tokens_of("\"a${b}c${ {} }\""), "| 1:1 STRING_OPEN \"a${\n"
                                                        "  1:5 NAME b\n"
                                                        "  1:6 STRING_MIDDLE }c${\n"
                                                        "  1:11 OPEN_BRACE {\n"
                                                        "  1:12 CLOSE_BRACE }\n"
                                                        "  1:14 STRING_CLOSE }\"\n"
                                                        "| 1:16 END\n");
}

static void test_operators(void **state) {
    (void)state;
    assert_string_equal(tokens_of("a<-1 x...y 1..2 ++ + == = ->"), "| 1:1 NAME a\n"
                                                                   "  1:2 SEND <-\n"
                                                                   "  1:4 INT 1\n"
                                                                   "  1:6 NAME x\n"
                                                                   "  1:7 ELLIPSIS ...\n"
                                                                   "  1:10 NAME y\n"
                                                                   "  1:12 INT 1\n"
                                                                   "  1:13 DOT_DOT ..\n"
                                                                   "  1:15 INT 2\n"
                                                                   "  1:17 PLUS_PLUS ++\n"
                                                                   "  1:20 PLUS +\n"
                                                                   "  1:22 EQUAL ==\n"
                                                                   "  1:25 ASSIGN =\n"
                                                                   "  1:27 ARROW ->\n"
                                                                   "| 1:29 END\n");
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_qualified_names),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_operators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
