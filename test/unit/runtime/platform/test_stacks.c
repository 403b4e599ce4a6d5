// Switching, slots, segments, address space.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/platform/stack.h"
#include "runtime/platform/vm.h"

static FlContext home, other;
static SanitizedStack thread;
static StackSlot *slot;
static int steps;

static void visitor(void *argument) {
    sanitized_entered();
    int *count = argument;
    for (;;) {
        (*count)++;
        sanitized_switch(&other, home, &slot->sanitized, &thread, false);
    }
}

static void test_switch(void **state) {
    (void)state;
    StackCache cache = {0};
    assert_true(stacks_init());
    sanitized_thread(&thread);
    char *stack = stack_take(&cache);
    slot = stack_slot(stack);
    assert_int_equal((uintptr_t)stack_top(stack) % 16, 0);
    sanitized_reused(&slot->sanitized, stack, STACK_BYTES - 128);
    other = platform_context(stack_top(stack), visitor, &steps);
    // Values in callee-saved registers survive.
    volatile int rounds = 1000;
    for (int i = 0; i < rounds; i++)
        sanitized_switch(&home, other, &thread, &slot->sanitized, false);
    assert_int_equal(steps, 1000);
    stack_give(&cache, stack);
    stacks_deinit();
}

static void test_slots(void **state) {
    (void)state;
    enum { COUNT = 500 };
    char *stacks[COUNT];
    StackCache cache = {0}, second = {0};
    assert_true(stacks_init());
    for (int i = 0; i < COUNT; i++) {
        stacks[i] = stack_take(&cache);
        assert_non_null(stacks[i]);
        assert_int_equal((uintptr_t)stacks[i] % STACK_BYTES, 0);
        memset(stack_top(stacks[i]) - 100, i, 100);
    }
    for (int i = 0; i < COUNT; i++)
        assert_int_equal((unsigned char)stack_top(stacks[i])[-1], i & 255);
    // The last one given is the first one taken.
    stack_give(&cache, stacks[3]);
    assert_ptr_equal(stack_take(&cache), stacks[3]);
    // What one worker gives back, another one gets.
    for (int i = 0; i < COUNT; i++)
        stack_give(&cache, stacks[i]);
    assert_true(cache.count < COUNT / 2);
    for (int i = 0; i < COUNT / 2; i++) {
        char *stack = stack_take(&second);
        bool known = false;
        for (int k = 0; k < COUNT; k++)
            known |= stack == stacks[k];
        assert_true(known);
    }
    stacks_deinit();
}

static void write_to(void *a, void *b) {
    volatile char space[20000];
    space[0] = *(char *)b;
    *(char *)a = space[0];
}

static void test_segments(void **state) {
    (void)state;
    StackCache cache = {0};
    assert_true(stacks_init());
    char *stack = stack_take(&cache);
    size_t bytes = 16 << 20, again = 16 << 20;
    char *segment = segment_take(&bytes);
    assert_non_null(segment);
    char from = 7, to = 0;
    sanitized_call_on(segment, segment + bytes, &stack_slot(stack)->sanitized, write_to, &to, &from);
    assert_int_equal(to, 7);
    segment[bytes / 2] = 1;
    segment_give(segment, bytes);
    // The address space is kept, its memory is not.
    assert_ptr_equal(segment_take(&again), segment);
    assert_int_equal(segment[bytes / 2], 0);
    segment_give(segment, bytes);
    stack_give(&cache, stack);
    stacks_deinit();
}

static void test_address_space(void **state) {
    (void)state;
    size_t bytes = (size_t)1 << 62; // more than there is: halved until it fits
    char *region = vm_reserve(&bytes, 1 << 20);
    assert_non_null(region);
    assert_true(bytes < (size_t)1 << 62);
    assert_true(vm_commit(region + 8192, 4096));
    region[8192] = 5;
    vm_discard(region + 8192, 4096);
    assert_int_equal(region[8192], 0);
    vm_release(region, bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switch),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_address_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
