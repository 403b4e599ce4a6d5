// What a new version of a large map costs: to make it, and to give it to others, as many nodes as lie on the way to
// what changed, whatever the size. Counted, not timed.
#include "test/unit/runtime/value/process.h"

#include "runtime/memory/message.h"
#include "runtime/memory/promote.h"

enum {
    VERSIONS = 200,
    RECEIVERS = 100,
    NODE_BYTES = 16 + 8 + 16 * 2 * 8, // at most: the header, the bitmaps, and 16 entries
    MESSAGE_BYTES = 512,              // at most, of one that refers to a shared map
};

static FlMap put(FlMap map, uint64_t key, uint64_t value) {
    return fl_map_put(me, TYPE(T_MAP), map.root, map.size, &key, &value);
}

static FlMap make_map(uint64_t size) {
    FlMap map = {NULL, 0};
    for (uint64_t key = 0; key < size; key++)
        map = put(map, key, key);
    return map;
}

static uint32_t promoted(void) {
    const Promotions *table = promotions_of(&test_process.heap.arena);
    return table ? table->count : 0;
}

static void promote(FlMap map) {
    assert_int_equal(promote_value(&test_process.heap.arena, (FlWord)map.root, UINT64_MAX), PROMOTE_DONE);
}

// Each version goes to many receivers, of whom none gets a copy.
static void give(FlMap map) {
    FlWord box;
    WITH_HEAP(box = boxed_list(&test_process.heap, T_MAP, (FlList){(FlBuffer *)map.root, map.size}));
    for (int i = 0; i < RECEIVERS; i++) {
        FlMessage *message = message_give(&test_process.heap.arena, box);
        const FlNode *root = (const FlNode *)object_words((FlObject *)message->head.root)[0];
        assert_true(root->header.flags & FL_OBJECT_SHARED);
        assert_true(message->words * 8 <= MESSAGE_BYTES);
        message_free(message);
    }
}

static void publish(uint64_t size, uint32_t depth) {
    process_begin(1);
    test_process.large = true;
    FlMap map = make_map(size);
    promote(map);
    assert_true(promoted() > size / 16);
    uint64_t seed = 1;
    for (int i = 0; i < VERSIONS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t bytes = arena_used(&test_process.heap.arena, &test_process.head.bump);
        map = put(map, (seed >> 33) % size, size + (uint64_t)i);
        uint64_t made = arena_used(&test_process.heap.arena, &test_process.head.bump) - bytes;
        assert_true(made <= depth * NODE_BYTES);
        uint32_t before = promoted();
        promote(map);
        uint32_t after = promoted();
        assert_in_range(after - before, 1, depth);
        give(map);
        assert_int_equal(promoted(), after);
    }
    arena_deinit(&test_process.heap.arena, &test_process.head.bump);
}

// Nodes have 16 places, and hashes are random: the way to an entry is one or two nodes longer than if all were full.
static void test_publish(void **state) {
    (void)state;
    publish(1000, 5);
    publish(10000, 6);
    publish(100000, 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_publish)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
