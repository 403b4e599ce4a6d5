// The output buffer: whole lines, order with reports, large texts, slow readers.
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/abi/abi.h"
#include "runtime/report/outlet.h"
#include "runtime/report/output.h"

const FlProgram fl_program;
void fl_halt(FlProcess *self, int64_t status) {
    (void)self;
    exit((int)status);
}

static int ends[2], saved_out, saved_err;

static int setup(void **state) {
    (void)state;
    if (pipe(ends) != 0)
        return -1;
    saved_out = dup(STDOUT_FILENO);
    saved_err = dup(STDERR_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    output_init(false);
    return 0;
}

static void close_output(void) {
    dup2(saved_out, STDOUT_FILENO);
    dup2(saved_err, STDERR_FILENO);
    close(saved_out);
    close(saved_err);
}

static void expect_text(const char *expected) {
    char text[256] = "";
    size_t length = 0;
    ssize_t got;
    close_output();
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    assert_string_equal(text, expected);
}

static void test_order(void **state) {
    (void)state;
    output_write("first", 5, true);
    output_write("no newline", 10, false);
    outlet_write("[report]\n", 9);
    output_write("last", 4, true);
    output_flush();
    output_flush();
    expect_text("first\nno newline[report]\nlast\n");
}

static size_t total;

// Reads slowly, from a pipe whose writer does not wait by itself.
static void *reader(void *argument) {
    char text[1000];
    ssize_t got;
    (void)argument;
    while ((got = read(ends[0], text, sizeof text)) > 0)
        total += (size_t)got;
    return NULL;
}

static void test_large(void **state) {
    (void)state;
    enum { BYTES = 300000 };
    pthread_t thread;
    char *text = malloc(BYTES);
    memset(text, 'x', BYTES);
    fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    pthread_create(&thread, NULL, reader, NULL);
    for (int i = 0; i < 5; i++)
        assert_true(output_write(text, BYTES, true));
    for (int i = 0; i < 1000; i++)
        assert_true(output_write(text, 500, true));
    output_flush();
    close_output();
    pthread_join(thread, NULL);
    assert_int_equal(total, 5 * (BYTES + 1) + 1000 * 501);
    close(ends[0]);
    free(text);
}

// What does not fit is left to the writer; nothing waits with the lock, and everything arrives in order.
static void test_full(void **state) {
    (void)state;
    enum { LINES = 11000 };
    char line[16];
    for (int i = 0; i < LINES; i++) {
        snprintf(line, sizeof line, "line %05d", i); // as much as pipe and buffer take
        assert_true(output_write(line, strlen(line), true));
    }
    output_flush_ready();
    output_flush_ready();
    assert_false(output_awaited());
    FILE *file = fdopen(ends[0], "r");
    char got[32];
    for (int i = 0; i < LINES; i++) {
        snprintf(line, sizeof line, "line %05d\n", i);
        assert_non_null(fgets(got, sizeof got, file));
        assert_string_equal(got, line);
    }
    close_output();
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_order, setup),
        cmocka_unit_test_setup(test_large, setup),
        cmocka_unit_test_setup(test_full, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
