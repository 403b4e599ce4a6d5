// A process for the tests of values: a heap, panics that come back to the test, polls that are counted. Defines the
// entry points of the process room.
#ifndef FLUFFY_TEST_UNIT_RUNTIME_VALUE_PROCESS_H
#define FLUFFY_TEST_UNIT_RUNTIME_VALUE_PROCESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "runtime/memory/verify.h"
#include "runtime/value/heap.h"
#include "test/unit/runtime/memory/table.h"

typedef struct TestProcess {
    FlProcessHead head;
    TestHeap heap; // its bump pointer is unused: the head's counts
    jmp_buf panic;
    FlString *reason;
    unsigned polls;
    bool large; // too much to be verified at each poll
} TestProcess;

static TestProcess test_process;
static FlProcess *const me = (FlProcess *)&test_process;

static inline TestProcess *process_of(FlProcess *process) { return (TestProcess *)process; }

void *fl_alloc_slow(FlProcess *process, uint64_t bytes) {
    TestProcess *test = process_of(process);
    void *object = arena_allocate_slow(&test->heap.arena, &test->head.bump, bytes);
    if (object == NULL)
        longjmp(test->panic, 2);
    return object;
}

void *process_allocate_flat(FlProcess *process, uint64_t bytes) {
    TestProcess *test = process_of(process);
    void *object = counted_new(&test->heap.arena, bytes);
    if (object == NULL)
        longjmp(test->panic, 2);
    return object;
}

void fl_poll(FlProcess *process) {
    TestProcess *test = process_of(process);
    test->polls++;
    if (test->large)
        return;
    Violation violation = verify_arena(&test->heap.arena, &test->head.bump, NULL);
    assert_null(violation.what);
}

void fl_panic(FlProcess *process, FlString *text, const FlSite *site) {
    (void)site;
    process_of(process)->reason = text;
    longjmp(process_of(process)->panic, 1);
}

void fl_panic_index(FlProcess *process, int64_t index, uint64_t length, const FlSite *site) {
    (void)index, (void)length, (void)site;
    process_of(process)->reason = NULL;
    longjmp(process_of(process)->panic, 3);
}

static inline void process_begin(uint64_t seed) {
    heap_begin(&test_process.heap, seed);
    test_process.head.bump = test_process.heap.bump;
    test_process.head.pid = (FlPid)1 << 32 | 5;
    test_process.head.stack_limit = 0;
    test_process.polls = 0;
    test_process.large = false;
}

// The builders of table.h use the heap's own bump pointer: hand it to and fro.
#define WITH_HEAP(statement)                                                                                           \
    do {                                                                                                               \
        test_process.heap.bump = test_process.head.bump;                                                               \
        statement;                                                                                                     \
        test_process.head.bump = test_process.heap.bump;                                                               \
    } while (0)

static inline void process_verify(void) {
    char text[300];
    Violation violation = verify_arena(&test_process.heap.arena, &test_process.head.bump, NULL);
    verify_describe(&violation, text, sizeof text);
    if (!violation.checked || violation.what != NULL)
        fail_msg("%s", text);
}

// Verifies the heap and frees it.
static inline void process_end(void) {
    process_verify();
    arena_deinit(&test_process.heap.arena, &test_process.head.bump);
}

static inline FlString *string(const char *text) {
    FlString *result;
    WITH_HEAP(result = make_text(&test_process.heap, text));
    return result;
}

static inline void assert_text(const FlString *string, const char *expected) {
    assert_string_equal(string->bytes, expected);
    assert_int_equal(string->length, strlen(expected));
    uint64_t points;
    assert_true(utf8_check(string->bytes, string->length, &points));
    assert_int_equal(string->points, points);
}

// Runs the statement, which must end in a panic; its kind: 1 with a text, 2 no memory, 3 index.
#define ASSERT_PANIC(kind, statement)                                                                                  \
    do {                                                                                                               \
        int panicked = setjmp(test_process.panic);                                                                     \
        if (panicked == 0) {                                                                                           \
            statement;                                                                                                 \
            fail_msg("no panic");                                                                                      \
        }                                                                                                              \
        assert_int_equal(panicked, kind);                                                                              \
    } while (0)

#endif
