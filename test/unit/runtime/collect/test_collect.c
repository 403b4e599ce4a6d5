// Collections of arenas with values drawn from seeds: what the frame reaches is the same afterwards, sharing included,
// and nothing else is left.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "runtime/collect/collect.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/copy.h"
#include "runtime/memory/message.h"
#include "runtime/memory/verify.h"
#include "test/unit/runtime/collect/sameness.h"

enum { OWNER = 1 }; // of all buffers that the table's helpers make

// ---- heaps

static FlObject *random_frame(TestHeap *heap, unsigned depth) {
    FlWord value = random_value(heap, depth), string = word_of(random_string(heap));
    FlList ints = random_ints(heap);
    FlWord big = random_big(heap, depth);
    FlWord *words = make_words(heap, T_FRAME);
    FlWord all[] = {value, string, word_of(ints.buffer), ints.range, big};
    memcpy(words, all, sizeof all);
    return (FlObject *)(words - 1);
}

static bool collect_heap(TestHeap *heap, FlObject **frame) {
    return collect(&heap->arena, &heap->bump, &(CollectRoots){.frame = frame, .owner = OWNER});
}

// In steps if it is large.
static bool collect_in_steps(TestHeap *heap, FlObject **frame, unsigned *steps) {
    Collection *rest;
    CollectResult result =
        collect_begin(&heap->arena, &heap->bump, &(CollectRoots){.frame = frame, .owner = OWNER}, &rest);
    for (*steps = 1; result == COLLECT_MORE; ++*steps)
        result = collect_step(rest);
    return result == COLLECT_DONE;
}

static void assert_collected(TestHeap *heap, FlObject **frame) {
    FlMessage *before = picture((FlWord)*frame);
    assert_true(collect_heap(heap, frame));
    assert_fine(heap, *frame);
    assert_same(before, picture((FlWord)*frame));
}

static void test_random(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        TestHeap heap;
        heap_begin(&heap, seed);
        for (int i = 0; i < (int)(seed % 50); i++)
            random_value(&heap, 3);
        FlObject *frame = random_frame(&heap, (unsigned)(seed % 7));
        for (int round = 0; round < 3; round++) {
            assert_collected(&heap, &frame);
            uint64_t live = heap.arena.bytes;
            assert_collected(&heap, &frame);
            assert_true(heap.arena.bytes <= 2 * live + 1024); // in another order, other gaps are left
            heap.pooled = 0;
            for (int i = 0; i < 30; i++)
                random_value(&heap, 2);
        }
        heap_end(&heap);
    }
}

static void test_nothing_lives(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 3);
    for (int i = 0; i < 1000; i++)
        random_value(&heap, 3);
    FlObject *frame = NULL;
    assert_true(collect_heap(&heap, &frame));
    assert_null(frame);
    assert_int_equal(heap.arena.bytes, 0);
    assert_int_equal(arena_used(&heap.arena, &heap.bump), 0);
    FlObject *still = &table_static.header;
    assert_true(collect_heap(&heap, &still));
    assert_ptr_equal(still, &table_static);
    heap_end(&heap);
}

// What fits them goes back to the embedded bytes, also when it lay there before.
static void test_embedded(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 4);
    for (int round = 0; round < 5; round++) {
        make_text(&heap, "of no use");
        FlWord name = word_of(make_text(&heap, "of use"));
        FlWord *words = make_words(&heap, T_SMALL);
        words[0] = 7;
        words[1] = name;
        FlObject *frame = (FlObject *)(words - 1);
        for (int i = 0; i < round * 100; i++)
            random_string(&heap);
        assert_collected(&heap, &frame);
        assert_null(heap.arena.current);
        assert_int_equal(arena_used(&heap.arena, &heap.bump), 24 + object_string_bytes(6));
        assert_collected(&heap, &frame);
        assert_ptr_equal(frame, heap.embedded);
    }
    heap_end(&heap);
}

static FlObject *boxed_ints(TestHeap *heap, FlBuffer *buffer, uint64_t offset, uint64_t length) {
    return (FlObject *)boxed_list(heap, T_INTS, (FlList){buffer, offset << 32 | length});
}

static FlBuffer *filled(TestHeap *heap, uint32_t capacity, uint32_t used) {
    FlBuffer *buffer = make_buffer(heap, T_INTS_BUFFER, capacity);
    for (uint32_t i = 0; i < used; i++)
        buffer->elements[i] = i;
    buffer->used = used;
    return buffer;
}

static FlBuffer *buffer_of(const FlObject *list) { return (FlBuffer *)object_words((FlObject *)list)[0]; }

// The owner's buffer keeps room to append and its owner; another's is cut and nobody's.
static void test_room(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 5);
    FlObject *frame = boxed_ints(&heap, filled(&heap, 1000, 10), 4, 6);
    assert_collected(&heap, &frame);
    assert_int_equal(buffer_of(frame)->owner, OWNER);
    assert_int_equal(buffer_of(frame)->capacity, 12);
    assert_int_equal(buffer_of(frame)->used, 6);
    assert_int_equal(buffer_of(frame)->elements[0], 4);
    buffer_of(frame)->owner = OWNER + 1;
    assert_collected(&heap, &frame);
    assert_int_equal(buffer_of(frame)->owner, 0);
    assert_int_equal(buffer_of(frame)->capacity, 6);
    heap_end(&heap);
}

static void test_large_stays(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 6);
    FlBuffer *buffer = filled(&heap, 100000, 80000), *unused = filled(&heap, 100000, 1);
    FlObject *frame = boxed_ints(&heap, buffer, 0, 80000);
    assert_collected(&heap, &frame);
    assert_ptr_equal(buffer_of(frame), buffer);
    assert_true(heap.arena.bytes < 850000);
    assert_collected(&heap, &frame);
    assert_ptr_equal(buffer_of(frame), buffer);
    unused = filled(&heap, 100000, 5);
    frame = boxed_ints(&heap, buffer, 70000, 10000);
    assert_collected(&heap, &frame);
    assert_ptr_not_equal(buffer_of(frame), unused);
    assert_true(heap.arena.bytes < 200000);
    assert_int_equal(buffer_of(frame)->elements[0], 70000);
    heap_end(&heap);
}

// Elements with references of which a list sees some: the others' may lead nowhere, so the buffer is copied.
static void test_large_with_references(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 7);
    FlBuffer *buffer = make_buffer(&heap, T_VALUES_BUFFER, 30000);
    for (uint32_t i = 0; i < 30000; i++)
        buffer->elements[i] = FL_IMMEDIATE(FL_TAG_NIL, 0);
    buffer->used = 30000;
    for (uint32_t i = 0; i < 30000; i++)
        buffer->elements[i] = random_value(&heap, 1);
    FlObject *frame = (FlObject *)boxed_list(&heap, T_VALUES, (FlList){buffer, 30000});
    assert_collected(&heap, &frame);
    assert_ptr_equal(buffer_of(frame), buffer);
    object_words(frame)[1] = (uint64_t)1 << 32 | 29000;
    assert_collected(&heap, &frame);
    assert_ptr_not_equal(buffer_of(frame), buffer);
    heap_end(&heap);
}

// A buffer of values of which each may be a list that sees any part of what was stored before it.
static FlBuffer *windows(TestHeap *heap, uint32_t count) {
    FlBuffer *buffer = make_buffer(heap, T_VALUES_BUFFER, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = (uint32_t)draw(heap, i + 1), length = (uint32_t)draw(heap, i - first + 1);
        FlWord value = draw(heap, 3) == 0
                           ? FL_IMMEDIATE(FL_TAG_INT, i)
                           : boxed_list(heap, T_VALUES, (FlList){buffer, (uint64_t)first << 32 | length});
        buffer->elements[i] = value;
        buffer->used++;
    }
    return buffer;
}

// The first element a list sees may see elements before it, and so on: whatever order they are found in, one buffer is
// left.
static void test_windows(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        TestHeap heap;
        heap_begin(&heap, seed);
        uint32_t count = 2 + (uint32_t)draw(&heap, seed % 10 == 0 ? 5000 : 30);
        FlBuffer *buffer = windows(&heap, count), *other = windows(&heap, count);
        uint32_t first = (uint32_t)draw(&heap, count), length = 1 + (uint32_t)draw(&heap, count - first);
        FlObject *list = (FlObject *)boxed_list(&heap, T_VALUES, (FlList){buffer, (uint64_t)first << 32 | length});
        FlObject *second = (FlObject *)boxed_list(&heap, T_VALUES, (FlList){other, (uint64_t)first << 32 | length});
        other->elements[count - 1] = word_of(list);
        other->elements[draw(&heap, count)] = boxed_list(&heap, T_VALUES, (FlList){buffer, count});
        FlObject *frame = draw(&heap, 2) == 0 ? list : second;
        for (int round = 0; round < 3; round++)
            assert_collected(&heap, &frame);
        heap_end(&heap);
    }
}

static void test_adopted(void **state) {
    (void)state;
    TestHeap heap, sender;
    heap_begin(&heap, 8);
    heap_begin(&sender, 9);
    FlObject *frame = NULL;
    for (int i = 0; i < 2000; i++) {
        FlMessage *message = message_copy(random_big(&sender, 2));
        frame = (FlObject *)message->head.root;
        message_adopt(message, &heap.arena);
    }
    assert_true(arena_due(&heap.arena));
    assert_collected(&heap, &frame);
    assert_false(arena_due(&heap.arena));
    assert_true(heap.arena.bytes < 65536);
    heap_end(&heap);
    heap_end(&sender);
}

// Each allocation fails in turn: nothing has happened then.
static void test_no_memory(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 10);
    FlObject *frame = random_frame(&heap, 9);
    for (int i = 0; i < 2000; i++)
        random_value(&heap, 4);
    FlBuffer *large = filled(&heap, 50000, 50000);
    object_words(frame)[2] = word_of(large);
    object_words(frame)[3] = 50000;
    uint64_t before = heap.arena.bytes;
    unsigned failed = 0;
    for (bool done = false; !done; failed++) {
        FlMessage *picture_before = picture((FlWord)frame);
        memory_fail_at(failed + 1);
        done = collect_heap(&heap, &frame);
        memory_fail_at(0);
        if (!done)
            assert_int_equal(heap.arena.bytes, before);
        assert_fine(&heap, frame);
        assert_same(picture_before, picture((FlWord)frame));
    }
    assert_true(failed > 1);
    assert_true(heap.arena.bytes < before);
    heap_end(&heap);
}

static void test_steps(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 12);
    unsigned steps;
    FlObject *frame = (FlObject *)nested_lists(&heap, 200000);
    for (int i = 0; i < 3; i++) {
        FlMessage *before = picture((FlWord)frame);
        assert_true(collect_in_steps(&heap, &frame, &steps));
        assert_in_range(steps, 10, 100);
        assert_fine(&heap, frame);
        assert_same(before, picture((FlWord)frame));
    }
    memory_fail_at(20);
    assert_false(collect_in_steps(&heap, &frame, &steps));
    memory_fail_at(0);
    assert_fine(&heap, frame);
    frame = (FlObject *)nested_lists(&heap, 10);
    assert_true(collect_in_steps(&heap, &frame, &steps));
    assert_in_range(steps, 1, 2);
    heap_end(&heap);
}

// The same for drawn heaps, with words of a stack.
static void test_no_memory_drawn(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        TestHeap heap;
        heap_begin(&heap, seed);
        FlBuffer *buffer = windows(&heap, 20 + (uint32_t)(seed % 7 * 400));
        FlObject *frame = random_frame(&heap, 5);
        object_words(frame)[0] = boxed_list(&heap, T_VALUES, (FlList){buffer, (uint64_t)5 << 32 | (buffer->used - 9)});
        FlWord stack[8];
        for (int i = 0; i < 8; i++) {
            for (uint64_t n = draw(&heap, 200); n > 0; n--)
                random_value(&heap, 3);
            stack[i] = seed % 2 == 0 ? random_big(&heap, 3) : i > 0 ? 0 : word_of(&buffer->elements[3]);
        }
        CollectRange range = {(const char *)stack, (const char *)(stack + 8)};
        CollectRoots roots = {.frame = &frame, .owner = OWNER, .ranges = &range, .range_count = seed % 3 != 0};
        uint64_t before = heap.arena.bytes;
        uint64_t failed = 0;
        for (bool done = false; !done; failed += 1 + failed / 8) {
            FlMessage *picture_before = picture((FlWord)frame);
            memory_fail_at(failed + 1);
            done = collect(&heap.arena, &heap.bump, &roots);
            memory_fail_at(0);
            if (!done)
                assert_int_equal(heap.arena.bytes, before);
            assert_fine(&heap, frame);
            assert_same(picture_before, picture((FlWord)frame));
        }
        heap_end(&heap);
    }
}

static void test_threshold(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 11);
    FlObject *frame = (FlObject *)nested_lists(&heap, 10000);
    assert_true(arena_due(&heap.arena));
    assert_collected(&heap, &frame);
    uint64_t live = heap.arena.bytes;
    assert_in_range((uint64_t)heap.arena.threshold << 10, 2 * live, 2 * live + 1024);
    heap.arena.limit = live + 400 * 1024;
    assert_collected(&heap, &frame);
    assert_in_range((uint64_t)heap.arena.threshold << 10, live + 200 * 1024, live + 201 * 1024);
    heap.arena.limit = live;
    assert_collected(&heap, &frame);
    assert_in_range((uint64_t)heap.arena.threshold << 10, live + live / 8, live + live / 8 + 1024);
    heap_end(&heap);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),          cmocka_unit_test(test_nothing_lives),
        cmocka_unit_test(test_embedded),        cmocka_unit_test(test_room),
        cmocka_unit_test(test_large_stays),     cmocka_unit_test(test_large_with_references),
        cmocka_unit_test(test_adopted),         cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_threshold),       cmocka_unit_test(test_windows),
        cmocka_unit_test(test_no_memory_drawn), cmocka_unit_test(test_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
