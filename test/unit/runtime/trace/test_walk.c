// Walking stacks: real ones, and whatever else lies in memory. A walk always ends, and reads only what it was given.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/platform/stack.h"
#include "runtime/trace/cfi.h"
#include "runtime/trace/machine_x86_64.h"

enum { STACK_WORDS = 8192 };

// ---- what is known of this program's functions

static void test_rule(void **state) {
    (void)state;
    CfiModule module;
    CfiRule rule;
    uintptr_t here = (uintptr_t)&test_rule;
    assert_true(cfi_module(here, &module));
    assert_true(cfi_rule(&module, here, &rule)); // nothing has been pushed yet but the address to return to
    assert_false(rule.by_frame);
    assert_false(rule.outermost);
    assert_int_equal(rule.offset, 8);
    assert_int_equal(rule.returns_to, -8);
    assert_false(cfi_module((uintptr_t)&module, &(CfiModule){0})); // a stack is no module
    assert_false(cfi_rule(&module, module.low, &rule));
    assert_false(cfi_rule(&module, 0, &rule));
    assert_false(cfi_rule(&module, UINTPTR_MAX, &rule));
}

// The header of another module: its bytes mean nothing, or lead outside.
static void test_hostile_description(void **state) {
    (void)state;
    srand(3);
    CfiRule rule;
    for (int i = 0; i < 20000; i++) {
        size_t size = 16 + (size_t)rand() % 200;
        unsigned char *bytes = malloc(size);
        for (size_t at = 0; at < size; at++)
            bytes[at] = (unsigned char)(rand() % 4 ? rand() % 32 : rand());
        memcpy(bytes, (unsigned char[]){1, 0x1b, 0x03, 0x3b, 0, 0, 0, 0, 1, 0, 0, 0}, 12);
        int32_t to = rand() % 8 ? 20 + rand() % 100 : rand() - RAND_MAX / 2; // of the one description
        memcpy(bytes + 12, (int32_t[]){-64}, 4);
        if (size >= 20)
            memcpy(bytes + 16, &to, 4);
        CfiModule module = {bytes, (uintptr_t)bytes, (uintptr_t)bytes + size};
        cfi_rule(&module, (uintptr_t)bytes, &rule);
        free(bytes);
    }
}

// ---- walks

typedef struct Deep {
    int depth;
    TraceRange range;
    Trace trace;
    FlContext outside, inside;
} Deep;

static __attribute__((noinline)) int recurse(Deep *deep, int n) {
    if (n == 0) {
        TraceStart start = {0};
        machine_here(&start);
        trace_walk(&deep->trace, start, &deep->range, 1);
        platform_switch(&deep->inside, deep->outside);
        return 0;
    }
    return recurse(deep, n - 1) + (int)(deep->depth > 0);
}

static void enter(void *argument) {
    Deep *deep = argument;
    recurse(deep, deep->depth);
    platform_switch(&deep->inside, deep->outside);
    abort();
}

static void test_own_stack(void **state) {
    (void)state;
    static uintptr_t stack[STACK_WORDS] __attribute__((aligned(64)));
    Deep deep = {.depth = 100, .range = {(uintptr_t)stack, (uintptr_t)(stack + STACK_WORDS)}};
    platform_switch(&deep.outside, platform_context((char *)(stack + STACK_WORDS), enter, &deep));
    assert_false(deep.trace.broken); // it came to where the stack begins
    assert_int_equal(deep.trace.calls, 0);
    // The same for one that is suspended.
    Trace trace;
    trace_walk(&trace, machine_suspended(deep.inside), &deep.range, 1);
    assert_false(trace.broken);
    // With less of it than there is, it ends where that ends.
    for (size_t words = 0; words < STACK_WORDS; words += 37) {
        TraceRange part = {deep.range.low, (uintptr_t)(stack + words)};
        trace_walk(&trace, machine_suspended(deep.inside), &part, 1);
        assert_true(trace.broken);
    }
    trace_walk(&trace, machine_suspended(deep.inside), NULL, 0);
    assert_true(trace.broken);
}

static void test_hostile_stacks(void **state) {
    (void)state;
    srand(11);
    uintptr_t *stack = malloc(STACK_WORDS * sizeof *stack);
    TraceRange range = {(uintptr_t)stack, (uintptr_t)(stack + STACK_WORDS)};
    for (int i = 0; i < 300; i++) {
        for (int at = 0; at < STACK_WORDS; at++) {
            uintptr_t code = (uintptr_t)&recurse + (uintptr_t)(rand() % 4096) - 1024;
            uintptr_t place = (uintptr_t)(stack + rand() % STACK_WORDS) + (rand() % 8 == 0);
            stack[at] = rand() % 3 == 0 ? code : rand() % 2 ? place : (uintptr_t)rand();
        }
        Trace trace;
        TraceStart start = {(uintptr_t)&recurse + (uintptr_t)(rand() % 100), (uintptr_t)(stack + rand() % 64),
                            (uintptr_t)(stack + rand() % STACK_WORDS), rand() % 2};
        trace_walk(&trace, start, &range, 1);
        assert_true(trace.first <= TRACE_FIRST && trace.last <= TRACE_LAST);
        start.pc = (uintptr_t)rand();
        trace_walk(&trace, start, &range, 1);
        assert_true(trace.broken);
    }
    free(stack);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_hostile_description),
        cmocka_unit_test(test_own_stack),
        cmocka_unit_test(test_hostile_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
