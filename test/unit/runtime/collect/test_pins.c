// Collections with a stack: what a word of it may point to stays where it is, with all that it refers to; all else
// moves or goes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "runtime/collect/collect.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/message.h"
#include "runtime/memory/verify.h"
#include "test/unit/runtime/collect/sameness.h"

enum { OWNER = 1, SLOTS = 24 };

static bool collect_heap(TestHeap *heap, FlObject **frame, const FlWord *stack, size_t words) {
    CollectRange range = {(const char *)stack, (const char *)(stack + words)};
    return collect(&heap->arena, &heap->bump,
                   &(CollectRoots){.frame = frame, .owner = OWNER, .ranges = &range, .range_count = 1});
}

static bool in_heap(FlWord word) { return object_is_pointer(word) && !object_is_static((FlObject *)word); }

// Interior pointers count: a slot of the stack points anywhere into its object.
static void fill_stack(TestHeap *heap, FlWord *stack, FlWord *values) {
    for (int i = 0; i < SLOTS; i++) {
        values[i] = random_value(heap, 3);
        stack[i] = draw(heap, UINT64_MAX);
        if (in_heap(values[i]))
            stack[i] = values[i] + draw(heap, object_bytes((FlObject *)values[i]));
    }
}

static void test_random(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        TestHeap heap;
        FlWord stack[SLOTS], values[SLOTS];
        FlMessage *pictures[SLOTS];
        heap_begin(&heap, seed);
        FlObject *frame = NULL;
        for (int round = 0; round < 4; round++) {
            heap.pooled = 0;
            for (uint64_t i = 0; i < seed % 100; i++)
                random_value(&heap, 3);
            fill_stack(&heap, stack, values);
            frame = (FlObject *)random_big(&heap, 4);
            FlMessage *before = picture((FlWord)frame);
            for (int i = 0; i < SLOTS; i++)
                pictures[i] = picture(values[i]);
            for (int again = 0; again < 2; again++)
                assert_true(collect_heap(&heap, &frame, stack, SLOTS));
            assert_fine(&heap, frame);
            for (int i = 0; i < SLOTS; i++)
                assert_same(pictures[i], picture(values[i]));
            assert_same(before, picture((FlWord)frame));
        }
        assert_true(collect_heap(&heap, &frame, stack, 0));
        frame = NULL;
        assert_true(collect_heap(&heap, &frame, stack, 0));
        assert_int_equal(heap.arena.bytes, 0);
        heap_end(&heap);
    }
}

// What the rest of a pinned object's block held is given back as soon as the object goes.
static void test_rest_goes(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 2);
    FlObject *frame = NULL;
    FlWord stack[1] = {0};
    for (int i = 0; i < 20000; i++) {
        FlString *string = make_text(&heap, "a text that nothing refers to");
        if (i == 10000)
            stack[0] = word_of(string) + 20;
    }
    uint64_t before = heap.arena.bytes;
    assert_true(collect_heap(&heap, &frame, stack, 1));
    assert_fine(&heap, NULL);
    assert_in_range(heap.arena.bytes, 1, 65536);
    assert_string_equal((char *)stack[0] - 20 + offsetof(FlString, bytes), "a text that nothing refers to");
    assert_true(before > 900000);
    stack[0] = 0;
    assert_true(collect_heap(&heap, &frame, stack, 1));
    assert_int_equal(heap.arena.bytes, 0);
    heap_end(&heap);
}

// Memory that the runtime uses lies in fillers: it stays as it is, and what its words point to stays too.
static void test_fillers(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 3);
    FlObject *frame = NULL;
    FlWord *outer = arena_allocate(&heap.arena, &heap.bump, 800);
    object_fill(outer, 800);
    FlWord *inner = arena_allocate(&heap.arena, &heap.bump, 160);
    object_fill(inner, 160);
    FlString *string = make_text(&heap, "far away");
    memset(outer + 1, 0, 792);
    memset(inner + 1, 0, 152);
    outer[50] = (FlWord)(inner + 3);
    inner[7] = word_of(string) + 8;
    for (int i = 0; i < 1000; i++)
        random_value(&heap, 3);
    FlWord stack[2] = {(FlWord)(outer + 20), 0};
    for (int i = 0; i < 3; i++) {
        assert_true(collect_heap(&heap, &frame, stack, 2));
        assert_fine(&heap, NULL);
        assert_string_equal(string->bytes, "far away");
        assert_int_equal(object_bytes((FlObject *)outer), 800);
        assert_int_equal(object_bytes((FlObject *)inner), 160);
    }
    heap_end(&heap);
}

// A buffer on the stack keeps its elements, whatever lists see of it elsewhere, its owner and its room.
static void test_buffer(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 4);
    FlBuffer *buffer = make_buffer(&heap, T_VALUES_BUFFER, 20);
    for (uint32_t i = 0; i < 10; i++) {
        buffer->elements[i] = random_value(&heap, 2);
        buffer->used++;
    }
    FlObject *frame = (FlObject *)boxed_list(&heap, T_VALUES, (FlList){buffer, (uint64_t)3 << 32 | 2});
    FlObject *empty = (FlObject *)boxed_list(&heap, T_VALUES, (FlList){buffer, (uint64_t)3 << 32});
    FlWord stack[2] = {(FlWord)(buffer->elements + 9), word_of(empty)};
    assert_true(collect_heap(&heap, &frame, stack, 2));
    assert_fine(&heap, frame);
    assert_ptr_equal(object_words(frame)[0], buffer);
    assert_int_equal(object_words(frame)[1], (uint64_t)3 << 32 | 2);
    assert_int_equal(buffer->used, 10);
    assert_int_equal(buffer->capacity, 20);
    assert_int_equal(buffer->owner, OWNER);
    heap_end(&heap);
}

static void test_embedded(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 5);
    make_text(&heap, "gone");
    FlString *pinned = make_text(&heap, "pinned");
    FlObject *frame = (FlObject *)make_text(&heap, "moves");
    FlWord stack[1] = {word_of(pinned)};
    assert_true(collect_heap(&heap, &frame, stack, 1));
    assert_fine(&heap, frame);
    assert_string_equal(pinned->bytes, "pinned");
    assert_string_equal(((FlString *)frame)->bytes, "moves");
    assert_true(collect_heap(&heap, &frame, stack, 0));
    assert_null(heap.arena.current);
    heap_end(&heap);
}

static void test_no_memory(void **state) {
    (void)state;
    TestHeap heap;
    FlWord stack[SLOTS], values[SLOTS];
    heap_begin(&heap, 6);
    for (int i = 0; i < 3000; i++)
        random_value(&heap, 3);
    heap.pooled = 0;
    fill_stack(&heap, stack, values);
    FlObject *frame = (FlObject *)random_big(&heap, 6);
    unsigned failed = 0;
    for (bool done = false; !done; failed++) {
        FlMessage *before = picture((FlWord)frame);
        memory_fail_at(failed + 1);
        done = collect_heap(&heap, &frame, stack, SLOTS);
        memory_fail_at(0);
        assert_fine(&heap, frame);
        assert_same(before, picture((FlWord)frame));
    }
    assert_true(failed > 3);
    heap_end(&heap);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_rest_goes), cmocka_unit_test(test_fillers),
        cmocka_unit_test(test_buffer), cmocka_unit_test(test_embedded),  cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
