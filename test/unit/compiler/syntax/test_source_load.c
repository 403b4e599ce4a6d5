// Reading files: what is wrong with one is said, with its place.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/syntax/source_load.h"

static char *folder;

static const char *path_of(const char *name) { return text_format("%s/%s", folder, name); }

static const char *write_file(const char *name, const char *bytes, size_t len) {
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    return path;
}

static const Diag *load_error(const char *path) {
    Diagnostics diags = {0};
    assert_null(source_load(path, &diags));
    assert_int_equal(diags.list.len, 1);
    return diags.list.data[0];
}

static void test_reads(void **state) {
    (void)state;
    Diagnostics diags = {0};
    const SourceFile *file = source_load(write_file("ok.fl", "x = 1\n", 6), &diags);
    assert_non_null(file);
    assert_string_equal(file->text, "x = 1\n");
    assert_int_equal(file->len, 6);
    assert_string_equal(file->module->text, "ok");
    assert_non_null(source_load(write_file("empty.fl", "", 0), &diags));
    assert_int_equal(diags.list.len, 0);
}

static void test_unreadable(void **state) {
    (void)state;
    assert_non_null(strstr(load_error(path_of("missing.fl"))->message, "there is no such file"));
    assert_non_null(strstr(load_error(folder)->message, "it is a directory"));
    assert_non_null(strstr(load_error("/dev/null")->message, "not a regular file"));
    assert_int_equal(mkfifo(path_of("pipe.fl"), 0600), 0);
    assert_non_null(strstr(load_error(path_of("pipe.fl"))->message, "not a regular file"));
    assert_int_equal(load_error("")->code, DIAG_FILE_UNREADABLE);
}

static void assert_bad_byte(const char *bytes, size_t len, DiagCode code, uint32_t line, uint32_t column) {
    const Diag *diag = load_error(write_file("bad.fl", bytes, len));
    assert_int_equal(diag->code, code);
    SourcePlace place = span_place(diag->span);
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void test_bad_bytes(void **state) {
    (void)state;
    assert_bad_byte("ab\n\xC3\xA9\xFFz", 7, DIAG_INVALID_UTF8, 2, 2);
    assert_bad_byte("\xC3", 1, DIAG_INVALID_UTF8, 1, 1);
    assert_bad_byte("\xED\xA0\x80", 3, DIAG_INVALID_UTF8, 1, 1);
    assert_bad_byte("a\n\0b", 4, DIAG_NUL_BYTE, 2, 1);
}

static void test_too_large(void **state) {
    (void)state;
    const char *path = write_file("large.fl", "", 0);
    assert_int_equal(truncate(path, (off_t)SOURCE_MAX_BYTES + 1), 0);
    assert_int_equal(load_error(path)->code, DIAG_FILE_TOO_LARGE);
}

static int make_folder(void **state) {
    (void)state;
    folder = mkdtemp(text_format("%s/fluffy-source-XXXXXX", P_tmpdir));
    return folder ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"ok.fl", "empty.fl", "bad.fl", "pipe.fl", "large.fl"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void) {
    mem_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_bad_bytes),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
