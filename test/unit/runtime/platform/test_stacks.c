// Switching, slots, segments, address space.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

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

enum { BURST = 3000 };
static char *burst[BURST];

static bool is_resident(char *address) {
    unsigned char page;
    mincore(address, 4096, &page);
    return page & 1;
}

static int resident(void) {
    int count = 0;
    for (int i = 0; i < BURST; i++)
        count += is_resident(burst[i] + STACK_BYTES - 4096);
    return count;
}

static void use_all(StackCache *cache) {
    for (int i = 0; i < BURST; i++) {
        burst[i] = stack_take(cache);
        memset(stack_top(burst[i]) - 64, i, 64);
    }
}

// A second passes, with a call as often as is asked for.
static int64_t wait_second(int64_t from) {
    int64_t now = from, next;
    while (now < from + 1000000000 && (next = stacks_trim(now)) != INT64_MAX)
        now = next;
    return now;
}

static void unused_slots_give_their_memory_back(void **state) {
    (void)state;
    if (SANITIZED)
        return;
    StackCache cache = {0};
    assert_true(stacks_init());
    assert_true(stacks_trim(1000) == INT64_MAX);
    use_all(&cache);
    int64_t now = wait_second(2000);
    assert_int_equal(resident(), BURST); // they are in use
    for (int i = 0; i < BURST; i++) {
        assert_int_equal((unsigned char)stack_top(burst[i])[-1], i & 255);
        stack_give(&cache, burst[i]);
    }
    now = wait_second(now);
    assert_true(resident() < BURST / 4);
    assert_true(stacks_trim(now + 1000000000) == INT64_MAX); // nothing is asked for any more
    use_all(&cache);
    assert_int_equal(resident(), BURST);
    for (int i = 0; i < BURST; i++)
        assert_int_equal((unsigned char)stack_top(burst[i])[-1], i & 255);
    stacks_deinit();
}

static void slots_used_to_their_end_keep_little(void **state) {
    (void)state;
    if (SANITIZED)
        return;
    StackCache cache = {0};
    assert_true(stacks_init());
    for (int i = 0; i < 3; i++) {
        char *stack = stack_take(&cache);
        assert_false(stack_slot(stack)->deep);
        memset(stack, 1, (size_t)(stack_top(stack) - stack));
        stack_slot(stack)->deep = i != 1;
        stack_give(&cache, stack);
        assert_int_equal(is_resident(stack), i == 1);
        assert_true(is_resident(stack + STACK_BYTES - 4096));
    }
    stacks_deinit();
}

// What was needed a moment ago will be needed again.
static void slots_in_turn_keep_their_memory(void **state) {
    (void)state;
    if (SANITIZED)
        return;
    StackCache cache = {0};
    assert_true(stacks_init());
    int64_t now = 1000;
    for (int round = 0; round < 20; round++) {
        use_all(&cache);
        for (int i = 0; i < BURST; i++)
            stack_give(&cache, burst[i]);
        now += 50000000;
        stacks_trim(now);
        assert_int_equal(resident(), BURST);
    }
    stacks_deinit();
}

static void segments_have_a_bound_together(void **state) {
    (void)state;
    assert_true(segments_allowed() > 0);
    segments_allow(4 << 20);
    assert_true(segment_grant(3 << 20));
    assert_false(segment_grant(2 << 20));
    assert_true(segment_grant(1 << 20));
    segment_ungrant(4 << 20);
    assert_true(segment_grant(4 << 20));
    segment_ungrant(4 << 20);
    segments_allow(0);
    assert_true(segments_allowed() == vm_memory() / 2);
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
        cmocka_unit_test(unused_slots_give_their_memory_back),
        cmocka_unit_test(slots_used_to_their_end_keep_little),
        cmocka_unit_test(slots_in_turn_keep_their_memory),
        cmocka_unit_test(segments_have_a_bound_together),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_address_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
