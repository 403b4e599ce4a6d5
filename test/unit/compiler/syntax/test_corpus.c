// The corpus: sources and the trees they parse to, as text. Each file of corpus/ has cases of the form
//
//   === title                 `=== title [spans]` shows the span of every node
//   source
//   ---
//   dump of the tree, then a line `CODE line:column message` for each error
//
// BLESS=1 in the environment rewrites the expected part of every file to what the parser gives; read the difference.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/syntax/dump.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/source_load.h"

#define CORPUS "test/unit/compiler/syntax/corpus"

typedef struct Case {
    Text title, source, expected;
} Case;

typedef VEC(Case) CaseVec;

static const char *find_line(const char *text, const char *prefix) {
    size_t len = strlen(prefix);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, prefix, len) == 0)
            return line;
    return NULL;
}

static Text text_between(const char *start, const char *end) { return (Text){start, (size_t)(end - start)}; }

static CaseVec read_cases(const char *text) {
    CaseVec cases = {0};
    const char *at = find_line(text, "=== ");
    while (at) {
        const char *source = strchr(at, '\n') + 1;
        const char *rule = find_line(source, "---\n");
        assert_non_null(rule);
        const char *expected = rule + 4;
        const char *next = find_line(expected, "=== ");
        const char *end = next ? next : expected + strlen(expected);
        vec_push(&cases,
                 (Case){text_between(at + 4, source - 1), text_between(source, rule), text_between(expected, end)});
        at = next;
    }
    return cases;
}

static void add_errors(const Diagnostics *diags, StringBuilder *out) {
    for (size_t i = 0; i < diags->list.len; i++) {
        const Diag *diag = diags->list.data[i];
        SourcePlace place = span_place(diag->span);
        sb_addf(out, "%s %u:%u %s\n", diag_code_text(diag->code), place.line, place.column, diag->message);
    }
}

static const char *parse_to_text(const Case *one) {
    Diagnostics diags = {0};
    StringBuilder out = {0};
    const SourceFile *file = source_from_bytes("case.fl", one->source.data, one->source.len, &diags);
    assert_non_null(file);
    bool spans = memmem(one->title.data, one->title.len, "[spans]", 7) != NULL;
    dump_module(parse_module(file, &diags), spans, &out);
    add_errors(&diags, &out);
    return sb_text(&out);
}

static const char *read_file(const char *path) {
    Diagnostics diags = {0};
    const SourceFile *file = source_load(path, &diags);
    assert_non_null(file);
    return file->text;
}

static void bless(const char *path, const CaseVec *cases) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < cases->len; i++) {
        const Case *one = &cases->data[i];
        fprintf(file, "=== %.*s\n%.*s---\n%s%s", (int)one->title.len, one->title.data, (int)one->source.len,
                one->source.data, parse_to_text(one), i + 1 < cases->len ? "\n" : "");
    }
    fclose(file);
}

// Blank lines at the end don't count.
static Text trimmed(Text text) {
    while (text.len && text.data[text.len - 1] == '\n')
        text.len--;
    return text;
}

static size_t check_cases(const char *path, const CaseVec *cases) {
    size_t failed = 0;
    for (size_t i = 0; i < cases->len; i++) {
        const Case *one = &cases->data[i];
        const char *actual = parse_to_text(one);
        if (text_equal(trimmed(text_of(actual)), trimmed(one->expected)))
            continue;
        print_error("%s: %.*s\nexpected:\n%.*s\nparsed:\n%s\n", path, (int)one->title.len, one->title.data,
                    (int)one->expected.len, one->expected.data, actual);
        failed++;
    }
    return failed;
}

static void test_corpus(void **state) {
    (void)state;
    DIR *folder = opendir(CORPUS);
    assert_non_null(folder);
    size_t total = 0, failed = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strstr(entry->d_name, ".txt"))
            continue;
        const char *path = text_format("%s/%s", CORPUS, entry->d_name);
        CaseVec cases = read_cases(read_file(path));
        total += cases.len;
        if (getenv("BLESS"))
            bless(path, &cases);
        else
            failed += check_cases(path, &cases);
    }
    closedir(folder);
    assert_true(total > 0);
    assert_int_equal(failed, 0);
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
