// What crosses by reference: counted objects and their holds, promotion, and what of it a message or arena keeps alive.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/copy.h"
#include "runtime/memory/message.h"
#include "runtime/memory/verify.h"
#include "test/unit/runtime/memory/table.h"

static void assert_fine(Violation violation) {
    char text[300];
    verify_describe(&violation, text, sizeof text);
    if (!violation.checked || violation.what != NULL)
        fail_msg("%s", text);
}

static void assert_heap_fine(TestHeap *heap) { assert_fine(verify_arena(&heap->arena, &heap->bump, NULL)); }

static FlString *counted_string(TestHeap *heap, uint32_t length, char byte) {
    FlString *string = counted_new(&heap->arena, object_string_bytes(length));
    assert_non_null(string);
    string->header = (FlObject){.type = FL_TYPE_STRING, .flags = OBJECT_COUNTED_FLAGS};
    string->length = string->points = length;
    memset(string->bytes, byte, length);
    string->bytes[length] = 0;
    return string;
}

static FlBuffer *counted_ints(TestHeap *heap, uint32_t capacity, uint32_t used) {
    FlBuffer *buffer = counted_new(&heap->arena, object_buffer_bytes(capacity, 1));
    assert_non_null(buffer);
    buffer->header = (FlObject){.type = T_INTS_BUFFER, .flags = OBJECT_COUNTED_FLAGS};
    buffer->capacity = capacity;
    buffer->used = used;
    buffer->owner = 1;
    for (uint32_t i = 0; i < used; i++)
        buffer->elements[i] = i;
    return buffer;
}

static uint64_t count_of(const void *object) { return counted_of(object)->count; }

static uint64_t length_of(const FlBlock *list) {
    uint64_t length = 0;
    for (; list != NULL; list = list->next)
        length++;
    return length;
}

// ---- counted objects

static void test_counted_are_not_copied(void **state) {
    (void)state;
    TestHeap sender, receiver;
    heap_begin(&sender, 1);
    heap_begin(&receiver, 1);
    FlString *text = counted_string(&sender, 5000, 'x');
    uint64_t charged = sender.arena.bytes;
    assert_true(charged >= 5000);
    FlMessage *message = message_give(&sender.arena, word_of(text));
    assert_true(message->head.root == word_of(text));
    assert_int_equal(count_of(text), 2);
    assert_true(message_bytes(message) >= 5000);
    assert_fine(verify_message(message));
    FlMessage *dropped = message_give(&sender.arena, word_of(text));
    message_free(dropped);
    heap_end(&sender); // who made it is gone
    assert_int_equal(count_of(text), 1);
    message_adopt(message, &receiver.arena);
    assert_true(receiver.arena.bytes >= 5000);
    assert_heap_fine(&receiver);
    assert_int_equal(text->bytes[4999], 'x');
    heap_end(&receiver);
}

static void test_counted_in_a_record(void **state) {
    (void)state;
    TestHeap sender, receiver;
    heap_begin(&sender, 1);
    heap_begin(&receiver, 1);
    FlString *text = counted_string(&sender, 5000, 'y');
    FlBuffer *ints = counted_ints(&sender, 2000, 1000);
    FlMessage *message = message_begin(TYPE(T_FRAME));
    FlWord *words = object_words((FlObject *)message->head.root);
    words[0] = boxed_list(&sender, T_INTS, (FlList){ints, (uint64_t)10 << 32 | 900});
    words[1] = word_of(text);
    words[2] = word_of(ints);
    words[3] = 1000;
    words[4] = random_big(&sender, 0);
    assert_true(message_complete_from(&sender.arena, message));
    assert_fine(verify_message(message));
    words = object_words((FlObject *)message->head.root);
    assert_true(words[2] == word_of(ints) && words[1] == word_of(text));
    assert_int_equal(count_of(ints), 2);
    ints->elements[1000] = 1; // the owner appends
    ints->used = 1001;
    assert_fine(verify_message(message));
    message_adopt(message, &receiver.arena);
    heap_end(&sender);
    assert_heap_fine(&receiver);
    assert_int_equal(ints->elements[999], 999);
    heap_end(&receiver);
}

static void test_small_parts_are_copied(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 1);
    FlBuffer *ints = counted_ints(&sender, 2000, 2000);
    FlWord part = boxed_list(&sender, T_INTS, (FlList){ints, (uint64_t)700 << 32 | 20});
    FlMessage *message = message_give(&sender.arena, part);
    assert_fine(verify_message(message));
    assert_int_equal(count_of(ints), 1);
    const FlWord *words = object_words((FlObject *)message->head.root);
    assert_int_equal(words[1], 20);
    assert_int_equal(((FlBuffer *)words[0])->elements[0], 700);
    message_free(message);
    heap_end(&sender);
}

static void test_counted_and_the_limit(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 1);
    heap.arena.limit = 20000;
    counted_string(&heap, 10000, 'a');
    assert_null(counted_new(&heap.arena, 2 * heap.arena.limit + ARENA_BLOCK_LAST - 10000));
    memory_fail_at(1);
    assert_null(counted_new(&heap.arena, 5000));
    memory_fail_at(0);
    assert_non_null(counted_new(&heap.arena, 5000));
    assert_true(heap.arena.bytes > 15000);
    heap_end(&heap);
    assert_int_equal(heap.arena.bytes, 0);
}

// ---- promotion

// A list of `count` records {a: int, b: string}, each boxed in a value.
static FlWord records(TestHeap *heap, uint32_t count) {
    FlBuffer *buffer = make_buffer(heap, T_VALUES_BUFFER, count);
    for (uint32_t i = 0; i < count; i++)
        buffer->elements[i] = random_small(heap);
    buffer->used = count;
    return boxed_list(heap, T_VALUES, (FlList){buffer, count});
}

static const FlBuffer *buffer_of(FlWord list) { return (const FlBuffer *)object_words((FlObject *)list)[0]; }

static bool is_shared(FlWord word) { return ((FlObject *)word)->flags & FL_OBJECT_SHARED; }

static void assert_same_records(FlWord left, FlWord right) {
    const FlWord *a = object_words((FlObject *)left), *b = object_words((FlObject *)right);
    assert_int_equal(FL_LIST_LENGTH(a[1]), FL_LIST_LENGTH(b[1]));
    for (uint32_t i = 0; i < FL_LIST_LENGTH(a[1]); i++) {
        const FlWord *x = object_words((FlObject *)buffer_of(left)->elements[FL_LIST_OFFSET(a[1]) + i]);
        const FlWord *y = object_words((FlObject *)buffer_of(right)->elements[FL_LIST_OFFSET(b[1]) + i]);
        assert_int_equal(x[0], y[0]);
        const FlString *s = (const FlString *)x[1], *t = (const FlString *)y[1];
        assert_true(s->length == t->length && memcmp(s->bytes, t->bytes, s->length) == 0);
    }
}

static void test_large_is_promoted_once(void **state) {
    (void)state;
    TestHeap sender, receiver;
    heap_begin(&sender, 1);
    heap_begin(&receiver, 1);
    FlWord list = records(&sender, 1000);
    FlMessage *first = message_give(&sender.arena, list);
    assert_true(is_shared(first->head.root));
    assert_true(message_bytes(first) > 1000 * 24); // the receiver is charged
    uint32_t count = promotions_of(&sender.arena)->count;
    FlMessage *second = message_give(&sender.arena, list);
    assert_true(first->head.root == second->head.root);
    assert_int_equal(promotions_of(&sender.arena)->count, count);
    assert_heap_fine(&sender);
    assert_fine(verify_message(second));
    assert_same_records(list, second->head.root);
    message_free(first);
    FlWord root = second->head.root;
    message_adopt(second, &receiver.arena);
    shared_collect();
    assert_same_records(list, root);
    heap_end(&sender);
    shared_collect();
    assert_heap_fine(&receiver);
    assert_true(shared_is_object((void *)root));
    heap_end(&receiver);
    shared_collect();
#ifdef FLUFFY_PLAIN_MALLOC
    assert_false(shared_is_object((void *)root));
#endif
}

static void test_new_version_promotes_what_is_new(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 2);
    FlWord parts[20];
    for (int i = 0; i < 20; i++)
        parts[i] = records(&sender, 100);
    FlBuffer *buffer = make_buffer(&sender, T_VALUES_BUFFER, 20);
    memcpy(buffer->elements, parts, sizeof parts);
    buffer->used = 20;
    message_free(message_give(&sender.arena, boxed_list(&sender, T_VALUES, (FlList){buffer, 20})));
    uint64_t promoted = promotions_of(&sender.arena)->promoted;
    FlBuffer *next = make_buffer(&sender, T_VALUES_BUFFER, 20);
    memcpy(next->elements, parts, sizeof parts);
    next->elements[7] = records(&sender, 3);
    next->used = 20;
    FlWord version = boxed_list(&sender, T_VALUES, (FlList){next, 20});
    FlMessage *message = message_give(&sender.arena, version);
    assert_true(is_shared(message->head.root));
    assert_true(promotions_of(&sender.arena)->promoted - promoted < 2000);
    assert_heap_fine(&sender);
    assert_fine(verify_message(message));
    message_free(message);
    heap_end(&sender);
}

// A list grows in place after it was promoted; a slice of it and the longer list are given away too.
static void test_parts_of_a_buffer(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 3);
    FlBuffer *buffer = make_buffer(&sender, T_VALUES_BUFFER, 2000);
    for (uint32_t i = 0; i < 2000; i++)
        buffer->elements[i] = random_small(&sender);
    buffer->used = 1000;
    FlWord slice = boxed_list(&sender, T_VALUES, (FlList){buffer, (uint64_t)100 << 32 | 800});
    FlWord longer = boxed_list(&sender, T_VALUES, (FlList){buffer, 2000});
    FlWord inner = boxed_list(&sender, T_VALUES, (FlList){buffer, (uint64_t)300 << 32 | 500});
    FlMessage *message = message_give(&sender.arena, slice);
    assert_int_equal(buffer_of(message->head.root)->used, 800);
    FlMessage *within = message_give(&sender.arena, inner);
    assert_ptr_equal(buffer_of(within->head.root), buffer_of(message->head.root));
    buffer->used = 2000;
    FlMessage *whole = message_give(&sender.arena, longer);
    assert_int_equal(buffer_of(whole->head.root)->used, 2000);
    shared_collect();
    assert_same_records(slice, message->head.root);
    assert_same_records(inner, within->head.root);
    assert_same_records(longer, whole->head.root);
    assert_heap_fine(&sender);
    message_free(message);
    message_free(within);
    message_free(whole);
    heap_end(&sender);
}

static void test_counted_within_shared(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 4);
    FlString *text = counted_string(&sender, 6000, 'z');
    FlWord list = records(&sender, 1000);
    for (uint32_t i = 0; i < 10; i++)
        object_words((FlObject *)buffer_of(list)->elements[i * 100])[1] = word_of(text);
    FlMessage *message = message_give(&sender.arena, list);
    assert_int_equal(count_of(text), 11);
    assert_fine(verify_message(message));
    FlWord root = message->head.root;
    counted_up(&text->header); // ours, so that it can be looked at afterwards
    heap_end(&sender);
    shared_collect();
    assert_int_equal(count_of(text), 11);
    assert_ptr_equal((void *)object_words((FlObject *)buffer_of(root)->elements[900])[1], text);
    message_free(message);
    shared_collect();
#ifdef FLUFFY_PLAIN_MALLOC
    assert_int_equal(count_of(text), 1);
#endif
    counted_down(&text->header);
}

static void test_deep_and_in_steps(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 5);
    FlWord deep = nested_lists(&sender, 100000);
    unsigned steps = 1;
    while (message_ahead(&sender.arena, deep) == PROMOTE_MORE)
        steps++;
    assert_true(steps > 3);
    uint32_t count = promotions_of(&sender.arena)->count;
    FlMessage *message = message_give(&sender.arena, deep);
    assert_int_equal(promotions_of(&sender.arena)->count, count);
    unsigned depth = 0;
    for (FlWord word = message->head.root; object_is_pointer(word); depth++)
        word = buffer_of(word)->elements[0];
    assert_int_equal(depth, 100000);
    message_free(message);
    heap_end(&sender);
    shared_collect();
}

// Values that share a lot: what a holder is charged stays near what there is.
static void test_weight_of_sharing(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 6);
    FlWord value = records(&sender, 500);
    for (int i = 0; i < 40; i++) {
        FlBuffer *both = make_buffer(&sender, T_VALUES_BUFFER, 3);
        both->elements[0] = both->elements[2] = value;
        both->elements[1] = FL_IMMEDIATE(FL_TAG_NIL, 0);
        both->used = 3;
        value = boxed_list(&sender, T_VALUES, (FlList){both, 3});
    }
    FlMessage *message = message_give(&sender.arena, value);
    assert_true(is_shared(message->head.root));
    assert_in_range(message_bytes(message), 500 * 24, 200000);
    message_free(message);
    heap_end(&sender);
}

static void test_random_values(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        TestHeap sender, receiver;
        heap_begin(&sender, seed);
        heap_begin(&receiver, seed);
        FlBuffer *buffer = make_buffer(&sender, T_VALUES_BUFFER, 300);
        for (uint32_t i = 0; i < 300; i++)
            buffer->elements[i] = random_value(&sender, 4);
        buffer->used = 300;
        FlWord list = boxed_list(&sender, T_VALUES, (FlList){buffer, 300});
        FlMessage *before = message_copy(list), *message = message_give(&sender.arena, list);
        assert_heap_fine(&sender);
        assert_fine(verify_message(message));
        FlMessage *again = message_copy(message->head.root), *small = message_give(&sender.arena, buffer->elements[3]);
        assert_int_equal(message_bytes(before) > 8192, is_shared(message->head.root));
        assert_fine(verify_message(small));
        message_adopt(message, &receiver.arena);
        message_adopt(again, &receiver.arena);
        message_adopt(small, &receiver.arena);
        heap_end(&sender);
        if (seed % 20 == 0)
            shared_collect();
        assert_heap_fine(&receiver);
        message_free(before);
        heap_end(&receiver);
    }
}

// ---- spawn arguments, and memory that is out

static void test_arguments(void **state) {
    (void)state;
    TestHeap parent, child;
    heap_begin(&parent, 7);
    heap_begin(&child, 7);
    FlWord *words = make_words(&child, T_FRAME);
    FlBuffer *ints = counted_ints(&parent, 1000, 1000);
    words[0] = records(&parent, 1000);
    words[1] = word_of(counted_string(&parent, 5000, 'q'));
    words[2] = word_of(ints);
    words[3] = 1000;
    words[4] = random_big(&parent, 2);
    FlObject *frame = (FlObject *)object_of(words);
    assert_true(copy_into_arena_from(&child.arena, &child.bump, frame, &parent.arena));
    assert_true(is_shared(words[0]));
    assert_ptr_equal((void *)words[2], ints);
    heap_end(&parent);
    shared_collect();
    assert_fine(verify_arena(&child.arena, &child.bump, frame));
    heap_end(&child);
}

static void test_every_allocation_fails(void **state) {
    (void)state;
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        TestHeap sender;
        heap_begin(&sender, 8);
        FlWord list = records(&sender, 300);
        object_words((FlObject *)buffer_of(list)->elements[5])[1] = word_of(counted_string(&sender, 5000, 'f'));
        memory_fail_at(n);
        FlMessage *message = message_give(&sender.arena, list);
        memory_fail_at(0);
        done = message != NULL;
        assert_heap_fine(&sender);
        if (message == NULL) // nothing is lost by it
            message = message_give(&sender.arena, list);
        assert_non_null(message);
        assert_fine(verify_message(message));
        assert_same_records(list, message->head.root);
        message_free(message);
        heap_end(&sender);
    }
    shared_collect();
}

static void test_holds_list(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 9);
    FlMessage *message = message_give(&heap.arena, records(&heap, 1000));
    FlBlock *list = NULL;
    for (int i = 0; i < 9; i++)
        assert_true(holds_add(&list, (FlObject *)message->head.root));
    assert_int_equal(length_of(list), 3); // four in each
    holds_free(list);
    message_free(message);
    heap_end(&heap);
}

// The highest bit of the flags is the collector's: it says that an object has moved.
static void test_weights_beyond_two_gigabytes(void **state) {
    (void)state;
    FlObject object = {.flags = holds_shared_flags((uint64_t)1 << 31)};
    assert_int_equal(object.flags >> 31, 0);
    assert_int_equal(holds_weight(&object), ((uint64_t)1 << 31) - 16);
    assert_int_equal(holds_shared_flags(UINT64_MAX / 2), object.flags);
    object.flags = holds_shared_flags(1000);
    assert_int_equal(holds_weight(&object), 1008);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counted_are_not_copied),
        cmocka_unit_test(test_counted_in_a_record),
        cmocka_unit_test(test_small_parts_are_copied),
        cmocka_unit_test(test_counted_and_the_limit),
        cmocka_unit_test(test_large_is_promoted_once),
        cmocka_unit_test(test_new_version_promotes_what_is_new),
        cmocka_unit_test(test_parts_of_a_buffer),
        cmocka_unit_test(test_counted_within_shared),
        cmocka_unit_test(test_deep_and_in_steps),
        cmocka_unit_test(test_weight_of_sharing),
        cmocka_unit_test(test_random_values),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_holds_list),
        cmocka_unit_test(test_weights_beyond_two_gigabytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
