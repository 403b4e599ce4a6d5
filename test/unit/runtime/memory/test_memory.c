// Arenas, copies, messages and the verifier, over values drawn from seeds.
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

static void assert_violation(Violation violation, const char *what) {
    assert_true(violation.checked);
    assert_non_null(violation.what);
    if (strstr(violation.what, what) == NULL)
        fail_msg("'%s' instead of '%s'", violation.what, what);
}

static void assert_heap_fine(TestHeap *heap) { assert_fine(verify_arena(&heap->arena, &heap->bump, NULL)); }

// Equality of shape, sharing included: objects that correspond must always correspond. Buffers may be cut to the
// stretch that lists see: then by the same number of elements for each list. Slow and simple.
typedef struct Same {
    FlWord left[4096], right[4096];
    uint64_t shift[4096]; // of a buffer: element i on the right is element i + shift on the left
    unsigned count;
} Same;

static bool is_buffer(FlWord word) { return object_type((FlObject *)word)->kind == FL_KIND_BUFFER; }

static bool same_pair(Same *same, FlWord left, FlWord right, uint64_t shift) {
    for (unsigned i = 0; i < same->count; i++)
        if (same->left[i] == left || same->right[i] == right)
            return same->left[i] == left && same->right[i] == right && same->shift[i] == shift;
    assert_true(same->count < 4096);
    same->left[same->count] = left;
    same->right[same->count] = right;
    same->shift[same->count++] = shift;
    return true;
}

static bool same_reference(Same *same, const FlWord *left, const FlWord *right) {
    if (!object_is_pointer(*left) || object_is_static((FlObject *)*left))
        return *left == *right;
    if (!is_buffer(*left))
        return same_pair(same, *left, *right, 0);
    if (FL_LIST_LENGTH(left[1]) == 0)
        return right[0] == 0 && right[1] == 0;
    return same_pair(same, *left, *right, FL_LIST_OFFSET(left[1]) - FL_LIST_OFFSET(right[1]));
}

static bool same_words(Same *same, const FlWord *left, const FlWord *right, uint64_t count,
                       const uint64_t *references) {
    for (uint64_t i = 0; i < count; i++) {
        if (references == NULL || !object_bit(references, i)) {
            if (left[i] != right[i])
                return false;
            continue;
        }
        if (!same_reference(same, left + i, right + i))
            return false;
        if (object_is_pointer(left[i]) && is_buffer(left[i])) {
            if (FL_LIST_LENGTH(left[i + 1]) != FL_LIST_LENGTH(right[i + 1]))
                return false;
            i++;
        }
    }
    return true;
}

static bool same_object(Same *same, unsigned pair) {
    const FlObject *left = (FlObject *)same->left[pair], *right = (FlObject *)same->right[pair];
    const FlType *type = object_type(left);
    if (left->type != right->type || right->flags != 0 || left->flags != 0)
        return false;
    if (type->kind == FL_KIND_STRING)
        return memcmp(left, right, object_bytes(left)) == 0;
    if (type->kind != FL_KIND_BUFFER)
        return same_words(same, object_words(left), object_words(right), type->object_words, type->references);
    const FlBuffer *a = (const FlBuffer *)left, *b = (const FlBuffer *)right;
    uint64_t shift = same->shift[pair], words = type->element->words;
    if (shift + b->used > a->used || b->capacity != b->used || b->owner != 0)
        return false;
    for (uint64_t i = 0; i < b->used; i++)
        if (!same_words(same, a->elements + (i + shift) * words, b->elements + i * words, words, type->references))
            return false;
    return true;
}

static bool same_graph(FlWord left, FlWord right) {
    static Same same;
    same.count = 0;
    if (!same_reference(&same, &left, &right))
        return false;
    for (unsigned i = 0; i < same.count; i++)
        if (!same_object(&same, i))
            return false;
    return true;
}

static void test_program(void **state) {
    (void)state;
    assert_fine(verify_program(&fl_program));
}

static void expect_bad_type(uint32_t id, FlType bad, const char *what) {
    const FlType *types[T_COUNT];
    memcpy(types, table_types, sizeof types);
    types[id] = &bad;
    FlProgram program = {FL_ABI_VERSION, T_COUNT, types, table_symbols, 2, 0, NULL, NULL, NULL};
    assert_violation(verify_program(&program), what);
}

static void test_program_wrong(void **state) {
    (void)state;
    static const uint64_t wrong[] = {3};
    FlType bad = *TYPE(T_BIG);
    bad.references = wrong;
    expect_bad_type(T_BIG, bad, "bitmap");
    bad = *TYPE(T_BIG);
    bad.object_words = 8;
    expect_bad_type(T_BIG, bad, "belong to no field");
    bad = *TYPE(T_BIG);
    bad.id = 3;
    expect_bad_type(T_BIG, bad, "place in the table");
    bad = *TYPE(T_INTS);
    bad.words = 1;
    expect_bad_type(T_INTS, bad, "number of words");
    bad = *TYPE(T_INTS_BUFFER);
    bad.references = table_first;
    expect_bad_type(T_INTS_BUFFER, bad, "element");
    bad = *TYPE(T_INTS);
    bad.buffer = TYPE(T_VALUES_BUFFER);
    expect_bad_type(T_INTS, bad, "other elements");
}

static void test_arena_grows(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 1);
    assert_int_equal(arena_used(&heap.arena, &heap.bump), 0);
    make_text(&heap, "in the control block");
    assert_null(heap.arena.current);
    assert_int_equal(arena_used(&heap.arena, &heap.bump), object_string_bytes(20));
    for (int i = 0; i < 20000; i++)
        random_string(&heap);
    assert_int_equal(heap.arena.current->bytes, ARENA_BLOCK_LAST);
    uint64_t before = arena_used(&heap.arena, &heap.bump);
    FlBuffer *large = make_buffer(&heap, T_INTS_BUFFER, 100000);
    assert_true(arena_used(&heap.arena, &heap.bump) - before >= 800000);
    large->used = 100000;
    memset(large->elements, 0, 800000);
    assert_heap_fine(&heap);
    heap_end(&heap);
    assert_int_equal(arena_used(&heap.arena, &heap.bump), 0);
}

static void test_arena_limit(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 1);
    heap.arena.limit = 5000;
    heap.arena.threshold = ARENA_NEVER; // then the limit is strict
    uint64_t got = 0;
    while (arena_allocate(&heap.arena, &heap.bump, 8) != NULL) {
        object_fill(heap.bump.next - 8, 8);
        got += 8;
    }
    assert_in_range(got, 3000, 5128);
    assert_true(heap.arena.bytes <= 5000);
    assert_null(arena_allocate(&heap.arena, &heap.bump, UINT64_MAX - 7));
    assert_null(arena_allocate(&heap.arena, &heap.bump, (uint64_t)1 << 62));
    assert_heap_fine(&heap);
    heap.arena.limit += 100000;
    object_fill(arena_allocate(&heap.arena, &heap.bump, 40000), 40000);
    assert_heap_fine(&heap);
    FlMessage *message = message_copy(nested_lists(&heap, 100));
    heap.arena.limit = heap.arena.bytes;
    message_adopt(message, &heap.arena);
    assert_true(heap.arena.bytes > heap.arena.limit);
    assert_false(arena_may_take(&heap.arena, 1));
    heap.arena.threshold = 4; // what may be garbage is no reason to fail
    assert_true(arena_may_take(&heap.arena, heap.arena.limit));
    assert_false(arena_may_take(&heap.arena, 3 * heap.arena.limit));
    heap_end(&heap);
}

static void test_out_of_memory(void **state) {
    (void)state;
    TestHeap heap;
    heap_begin(&heap, 1);
    object_fill(arena_allocate(&heap.arena, &heap.bump, 120), 120);
    memory_fail_at(1);
    assert_null(arena_allocate(&heap.arena, &heap.bump, 16));
    assert_null(arena_allocate(&heap.arena, &heap.bump, 100000));
    assert_null(message_copy(FL_IMMEDIATE(FL_TAG_NIL, 0)));
    assert_false(verify_arena(&heap.arena, &heap.bump, NULL).checked);
    memory_fail_at(0);
    assert_non_null(arena_allocate(&heap.arena, &heap.bump, 8));
    heap.bump.next -= 8;
    assert_heap_fine(&heap);
    heap_end(&heap);
}

static void test_message_property(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        TestHeap sender, receiver;
        heap_begin(&sender, seed);
        heap_begin(&receiver, seed);
        FlWord root = random_value(&sender, (unsigned)(seed % 6));
        FlMessage *message = message_copy(root);
        assert_non_null(message);
        assert_fine(verify_message(message));
        assert_heap_fine(&sender);
        FlWord copied = message->head.root;
        assert_true(same_graph(root, copied));
        if (seed % 3 == 0) {
            message_free(message);
        } else {
            uint64_t bytes = message_bytes(message);
            message_adopt(message, &receiver.arena);
            assert_true(receiver.arena.bytes == bytes || receiver.arena.bytes == 0);
            heap_end(&sender);
            assert_heap_fine(&receiver);
            FlWord again; // onwards, from an arena of adopted blocks
            heap_begin(&sender, seed);
            assert_true(copy_value_into_arena(&sender.arena, &sender.bump, copied, &again));
            assert_true(same_graph(copied, again));
            assert_heap_fine(&sender);
        }
        heap_end(&sender);
        heap_end(&receiver);
    }
}

static void test_built_in_place(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        TestHeap sender;
        heap_begin(&sender, seed);
        FlWord whole = random_big(&sender, 1 + (unsigned)(seed % 4));
        memory_fail_at(UINT64_MAX);
        FlMessage *message = message_begin(TYPE(T_BIG));
        memcpy(object_words((FlObject *)message->head.root), object_words((FlObject *)whole), 7 * 8);
        assert_true(message_complete(message));
        assert_true(memory_allocations() <= 2 || sender.arena.current != NULL);
        memory_fail_at(0);
        assert_fine(verify_message(message));
        assert_true(same_graph(whole, message->head.root));
        message_free(message);
        heap_end(&sender);
    }
}

// A record of numbers and static texts, and one with a short text of its own, cost one allocation.
static void test_one_allocation(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 1);
    for (int round = 0; round < 2; round++) {
        FlString *text = round == 0 ? &table_static : make_text(&sender, "hello");
        memory_fail_at(UINT64_MAX);
        FlMessage *message = message_begin(TYPE(T_SMALL));
        FlWord *words = object_words((FlObject *)message->head.root);
        words[0] = 1;
        words[1] = word_of(text);
        assert_true(message_complete(message));
        assert_int_equal(memory_allocations(), 1);
        memory_fail_at(0);
        assert_fine(verify_message(message));
        assert_null(message->more);
        message_adopt(message, &sender.arena);
        assert_heap_fine(&sender);
    }
    heap_end(&sender);
}

static void test_immediate(void **state) {
    (void)state;
    TestHeap receiver;
    heap_begin(&receiver, 1);
    FlMessage *message = message_copy(FL_IMMEDIATE(FL_TAG_SYMBOL, 1));
    assert_int_equal(message->head.root, FL_IMMEDIATE(FL_TAG_SYMBOL, 1));
    assert_fine(verify_message(message));
    message_adopt(message, &receiver.arena);
    assert_null(receiver.arena.others);
    message = message_copy(word_of(&table_static));
    assert_ptr_equal(message->head.root, &table_static);
    message_adopt(message, &receiver.arena);
    message = message_signal(MESSAGE_FIRST_SIGNAL + 2);
    assert_int_equal(message->kind, MESSAGE_FIRST_SIGNAL + 2);
    assert_fine(verify_message(message));
    message_free(message);
    heap_end(&receiver);
}

static void test_deep(void **state) {
    (void)state;
    TestHeap sender, receiver;
    heap_begin(&sender, 1);
    heap_begin(&receiver, 1);
    FlMessage *message = message_copy(nested_lists(&sender, 300000));
    heap_end(&sender);
    assert_fine(verify_message(message));
    FlWord word = message->head.root;
    unsigned depth = 0;
    for (; object_is_pointer(word); depth++)
        word = ((FlBuffer *)object_words((FlObject *)word)[0])->elements[0];
    assert_int_equal(depth, 300000);
    message_adopt(message, &receiver.arena);
    assert_heap_fine(&receiver);
    heap_end(&receiver);
}

// 2^40 paths through 40 objects.
static void test_sharing(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 1);
    FlWord word = word_of(make_text(&sender, "shared"));
    for (int i = 0; i < 40; i++) {
        FlBuffer *buffer = make_buffer(&sender, T_VALUES_BUFFER, 2);
        buffer->elements[0] = buffer->elements[1] = word;
        buffer->used = 2;
        word = boxed_list(&sender, T_VALUES, (FlList){buffer, 2});
    }
    FlMessage *message = message_copy(word);
    assert_true(message_bytes(message) < 5000);
    assert_true(same_graph(word, message->head.root));
    message_free(message);
    heap_end(&sender);
}

// Of a large buffer only what the lists see goes along, however they are found.
static void test_stretches(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 1);
    FlBuffer *large = make_buffer(&sender, T_VALUES_BUFFER, 10000);
    for (uint32_t i = 0; i < 10000; i++)
        large->elements[i] = word_of(make_text(&sender, "element"));
    large->used = 10000;
    FlWord part = boxed_list(&sender, T_VALUES, (FlList){large, (uint64_t)5000 << 32 | 3});
    FlMessage *message = message_copy(part);
    assert_true(message_bytes(message) < 300);
    assert_true(same_graph(part, message->head.root));
    message_free(message);
    // A chain in which each link sees one more element, found only after the buffer was looked through.
    FlWord chain = FL_IMMEDIATE(FL_TAG_NIL, 0);
    for (uint64_t i = 0; i < 50; i++) {
        FlBuffer *link = make_buffer(&sender, T_VALUES_BUFFER, 2);
        uint64_t at = i % 2 == 0 ? 5000 - i : 5000 + i;
        link->elements[0] = boxed_list(&sender, T_VALUES, (FlList){large, at << 32 | 1});
        link->elements[1] = chain;
        link->used = 2;
        chain = boxed_list(&sender, T_VALUES, (FlList){link, 2});
    }
    message = message_copy(chain);
    assert_true(same_graph(chain, message->head.root));
    assert_fine(verify_message(message));
    assert_in_range(message_bytes(message), 98 * 32, 98 * 40 + 50 * 100 + 500);
    message_free(message);
    assert_heap_fine(&sender);
    heap_end(&sender);
}

static FlObject *make_frame(TestHeap *heap, TestHeap *source) {
    FlWord value = random_value(source, 4), name = word_of(random_string(source)), big = random_big(source, 3);
    FlList ints = random_ints(source);
    FlWord *words = make_words(heap, T_FRAME);
    FlWord all[] = {value, name, word_of(ints.buffer), ints.range, big};
    memcpy(words, all, sizeof all);
    return (FlObject *)(words - 1);
}

static void test_spawn_arguments(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        TestHeap parent, child;
        heap_begin(&parent, seed);
        heap_begin(&child, seed);
        FlObject *frame = make_frame(&child, &parent);
        FlWord *original = make_words(&parent, T_FRAME);
        memcpy(original, object_words(frame), 40);
        assert_true(copy_into_arena(&child.arena, &child.bump, frame));
        assert_true(same_graph(object_of(original), word_of(frame)));
        assert_heap_fine(&parent);
        heap_end(&parent);
        assert_fine(verify_arena(&child.arena, &child.bump, frame));
        heap_end(&child);
    }
}

static void test_copy_fails(void **state) {
    (void)state;
    TestHeap parent, child;
    heap_begin(&parent, 3);
    FlWord deep = nested_lists(&parent, 200);
    for (uint64_t n = 1; n <= 8; n++) {
        heap_begin(&child, 3);
        FlWord result;
        memory_fail_at(n);
        bool copied = copy_value_into_arena(&child.arena, &child.bump, deep, &result);
        FlMessage *message = message_copy(deep);
        memory_fail_at(0);
        assert_heap_fine(&parent); // nothing stays marked
        assert_heap_fine(&child);
        if (copied)
            assert_true(same_graph(deep, result));
        if (message != NULL)
            message_free(message);
        heap_end(&child);
    }
    heap_begin(&child, 3);
    child.arena.limit = 4000;
    child.arena.threshold = ARENA_NEVER;
    FlWord result;
    assert_false(copy_value_into_arena(&child.arena, &child.bump, deep, &result));
    heap_end(&child);
    heap_end(&parent);
}

static void test_complete_fails(void **state) {
    (void)state;
    TestHeap sender;
    heap_begin(&sender, 3);
    FlMessage *message = message_begin(TYPE(T_VALUES));
    FlWord deep = nested_lists(&sender, 200);
    memcpy(object_words((FlObject *)message->head.root), object_words((FlObject *)deep), 16);
    memory_fail_at(1);
    assert_false(message_complete(message));
    memory_fail_at(0);
    message_free(message);
    assert_heap_fine(&sender);
    heap_end(&sender);
}

// Each kind of wrong word is found.
static void expect_word(FlWord *slot, FlWord wrong, TestHeap *heap, const char *what) {
    FlWord right = *slot;
    *slot = wrong;
    assert_violation(verify_arena(&heap->arena, &heap->bump, NULL), what);
    *slot = right;
    assert_heap_fine(heap);
}

static void test_verifier_finds(void **state) {
    (void)state;
    TestHeap heap, other;
    heap_begin(&heap, 9);
    heap_begin(&other, 9);
    for (int i = 0; i < 50; i++)
        random_big(&heap, 3);
    FlWord foreign = word_of(make_text(&other, "foreign"));
    FlString *text = make_text(&heap, "tëxt");
    FlBuffer *buffer = make_buffer(&heap, T_VALUES_BUFFER, 2);
    buffer->elements[0] = FL_IMMEDIATE(FL_TAG_INT, 5);
    buffer->used = 1;
    FlWord *words = make_words(&heap, T_BIG);
    FlWord all[] = {1, word_of(buffer), 1, word_of(text), word_of(text), 2, word_of(text)};
    memcpy(words, all, sizeof all);
    assert_heap_fine(&heap);
    expect_word(&words[3], 0, &heap, "NULL");
    expect_word(&words[3], foreign, &heap, "no object of this heap");
    expect_word(&words[3], word_of(text) + 8, &heap, "no object of this heap");
    expect_word(&words[3], word_of(text) + 4, &heap, "not aligned");
    expect_word(&words[3], FL_IMMEDIATE(9, 0), &heap, "unknown tag");
    expect_word(&words[3], FL_IMMEDIATE(FL_TAG_SYMBOL, 2), &heap, "not in the table");
    expect_word(&words[3], FL_IMMEDIATE(FL_TAG_BOOL, 2), &heap, "neither false nor true");
    expect_word(&words[3], word_of(buffer), &heap, "no member");
    expect_word(&words[4], word_of(buffer), &heap, "another type");
    expect_word(&words[4], FL_IMMEDIATE(FL_TAG_NIL, 0), &heap, "not aligned");
    expect_word(&words[1], 0, &heap, "without a buffer");
    expect_word(&words[2], 2, &heap, "reaches behind what its buffer");
    expect_word(&words[-1], T_COUNT, &heap, "not in the table");
    expect_word(&words[-1], T_VALUE, &heap, "no objects");
    expect_word(&words[-1], (uint64_t)2 << 32 | T_BIG, &heap, "marked");
    text->points++;
    assert_violation(verify_arena(&heap.arena, &heap.bump, NULL), "code points");
    text->points--;
    text->bytes[1] = (char)0xff;
    assert_violation(verify_arena(&heap.arena, &heap.bump, NULL), "UTF-8");
    text->bytes[1] = (char)0xc3;
    buffer->capacity = 1000000;
    assert_violation(verify_arena(&heap.arena, &heap.bump, NULL), "behind its block");
    buffer->capacity = 2;
    assert_violation(verify_arena(&heap.arena, &heap.bump, (FlObject *)foreign), "no object of this heap");
    assert_fine(verify_arena(&heap.arena, &heap.bump, &text->header));
    assert_fine(verify_arena(&heap.arena, &heap.bump, &table_static.header));
    heap_end(&heap);
    heap_end(&other);
}

static void test_utf8(void **state) {
    (void)state;
    uint64_t points;
    const char *mixed = "aä€😀 plain text of more than eight bytes";
    assert_true(utf8_check(mixed, strlen(mixed), &points) && points == 40);
    assert_true(utf8_check("\xf4\x8f\xbf\xbf", 4, &points) && points == 1);
    static const char *const wrong[] = {"\x80",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "a\xc3",
                                        "\xe2\x82",
                                        "\xf0\x9f\x98",
                                        "abcdefgh\x80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(utf8_check(wrong[i], strlen(wrong[i]), &points));
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char bytes[4];
        if (!utf8_is_point(point))
            continue;
        unsigned size = utf8_encode(point, bytes);
        assert_true(utf8_size(bytes[0]) == size && utf8_decode(bytes) == point && utf8_check(bytes, size, &points));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_program_wrong),
        cmocka_unit_test(test_arena_grows),
        cmocka_unit_test(test_arena_limit),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_message_property),
        cmocka_unit_test(test_built_in_place),
        cmocka_unit_test(test_one_allocation),
        cmocka_unit_test(test_immediate),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_sharing),
        cmocka_unit_test(test_stretches),
        cmocka_unit_test(test_spawn_arguments),
        cmocka_unit_test(test_copy_fails),
        cmocka_unit_test(test_complete_fails),
        cmocka_unit_test(test_verifier_finds),
        cmocka_unit_test(test_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
