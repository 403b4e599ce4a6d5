// What the tests of collection ask of heaps: that the verifier finds nothing, and that two values are the same.
#ifndef FLUFFY_TEST_UNIT_RUNTIME_COLLECT_SAMENESS_H
#define FLUFFY_TEST_UNIT_RUNTIME_COLLECT_SAMENESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "runtime/memory/message.h"
#include "runtime/memory/object.h"
#include "runtime/memory/verify.h"
#include "test/unit/runtime/memory/table.h"

static void assert_fine(TestHeap *heap, const FlObject *frame) {
    char text[300];
    Violation violation = verify_arena(&heap->arena, &heap->bump, frame);
    verify_describe(&violation, text, sizeof text);
    if (!violation.checked || violation.what != NULL)
        fail_msg("%s", text);
}

// A copy of a value that depends only on its shape: two of one value are the same bytes but for where they lie.
static FlMessage *picture(FlWord word) {
    FlMessage *message = message_copy(word);
    assert_non_null(message);
    return message;
}

typedef struct Shift {
    uint64_t from, to, bytes;
} Shift;

static void rebase(void *context, FlWord *slot) {
    const Shift *shift = context;
    if (*slot - shift->from < shift->bytes && object_is_pointer(*slot))
        *slot += shift->to - shift->from;
}

// Takes both.
static void assert_same(FlMessage *left, FlMessage *right) {
    char *first = (char *)(left + 1), *other = (char *)(right + 1);
    uint64_t bytes = (uint64_t)(message_end(left) - first);
    assert_int_equal(bytes, message_end(right) - other);
    Shift shift = {(uint64_t)other, (uint64_t)first, bytes};
    for (char *at = other; at < message_end(right); at += object_bytes((FlObject *)at))
        object_each_reference((FlObject *)at, rebase, &shift);
    for (uint64_t at = 0; at < bytes; at += object_bytes((FlObject *)(first + at))) {
        const FlObject *object = (FlObject *)(first + at);
        uint64_t size = object_bytes(object);
        if (object->type == FL_TYPE_STRING)
            size = offsetof(FlString, bytes) + ((FlString *)object)->length;
        assert_memory_equal(first + at, other + at, size);
    }
    message_free(left);
    message_free(right);
}

#endif
