// Structural equality: one loop over a work list of pairs of records or lists. The two values have one static type,
// but within unions records of the same fields may have different types, so both sides are looked at by their own.
#include <string.h>

#include "runtime/value/heap.h"
#include "runtime/value/map.h"
#include "runtime/value/work.h"

static bool equal_floats(FlWord left, FlWord right) {
    double a, b;
    memcpy(&a, &left, sizeof a);
    memcpy(&b, &right, sizeof b);
    return a == b; // so nan differs from itself, and 0.0 equals -0.0
}

static bool same_fields(const FlType *left, const FlType *right) {
    if (left == right)
        return true;
    if (left->field_count != right->field_count)
        return false;
    for (uint32_t i = 0; i < left->field_count; i++)
        if (strcmp(left->fields[i].name, right->fields[i].name) != 0)
            return false;
    return true;
}

enum { AT_ONCE = 1 << 18 }; // bytes that are compared without a poll

static bool same_bytes(FlProcess *self, const void *left, const void *right, uint64_t bytes) {
    const char *a = left, *b = right;
    while (bytes > AT_ONCE) {
        if (memcmp(a, b, AT_ONCE) != 0)
            return false;
        a += AT_ONCE;
        b += AT_ONCE;
        bytes -= AT_ONCE;
        if (self != NULL)
            value_poll(self);
    }
    return memcmp(a, b, bytes) == 0;
}

static bool equal_strings(FlProcess *self, const FlString *a, const FlString *b) {
    return a == b || (a->length == b->length && same_bytes(self, a->bytes, b->bytes, a->length));
}

// Lists of numbers without a choice, hence compared as memory.
static bool is_flat(const Place *left, const Place *right) {
    const FlType *element = left->type->element;
    return element == right->type->element &&
           (element->kind == FL_KIND_INT || element->kind == FL_KIND_BOOL || element->kind == FL_KIND_PID);
}

// Nodes that keys of equal hash stand in have no order.
static bool compare_collisions(FlProcess *self, const View *left, const View *right) {
    const FlNode *a = (const FlNode *)left->words, *b = (const FlNode *)right->words;
    return (b->children & b->entries) && map_collisions_equal(self, left->type, a, right->type, b);
}

// Maps with the same entries have the same nodes but for those.
static bool compare_nodes(Work *work, const View *left, const View *right) {
    const FlNode *a = (const FlNode *)left->words, *b = (const FlNode *)right->words;
    if (a == b)
        return true;
    if (a->children & a->entries)
        return compare_collisions(work->self, left, right);
    if (a->children != b->children || a->entries != b->entries)
        return false;
    uint64_t count;
    Place from = place_of(left, &count), to = place_of(right, &count);
    return work_push(work, from, to, count);
}

static bool compare_maps(Work *work, const View *left, const View *right) {
    if (left->type->field_count != right->type->field_count || left->words[1] != right->words[1])
        return false;
    if (left->words[0] == right->words[0])
        return true;
    View a = {.kind = FL_KIND_NODE, .type = left->type->buffer, .words = (const FlWord *)left->words[0]};
    View b = {.kind = FL_KIND_NODE, .type = right->type->buffer, .words = (const FlWord *)right->words[0]};
    return compare_nodes(work, &a, &b);
}

// Compares two records or lists as far as can be seen at once, and leaves the rest to the work list.
static bool compare_places(Work *work, const View *left, const View *right) {
    uint64_t left_count, right_count;
    Place a = place_of(left, &left_count), b = place_of(right, &right_count);
    if (left_count != right_count)
        return false;
    bool itself = a.words == b.words && left->type == right->type && left->type->reflexive;
    if (left_count == 0 || itself)
        return true;
    if (left->kind == FL_KIND_RECORD ? !same_fields(left->type, right->type) : is_flat(&a, &b))
        return left->kind == FL_KIND_LIST && same_bytes(work->self, a.words, b.words, left_count * sizeof(FlWord));
    return work_push(work, a, b, left_count);
}

static bool compare(Work *work, const View *left, const View *right) {
    if (left->kind != right->kind)
        return false;
    switch (left->kind) {
    case FL_KIND_NIL:
        return true;
    case FL_KIND_FLOAT:
        return equal_floats(left->scalar, right->scalar);
    case FL_KIND_STRING:
        return equal_strings(work->self, (const FlString *)left->scalar, (const FlString *)right->scalar);
    case FL_KIND_RECORD:
    case FL_KIND_LIST:
        return compare_places(work, left, right);
    case FL_KIND_MAP:
        return compare_maps(work, left, right);
    case FL_KIND_NODE:
        return compare_nodes(work, left, right);
    default:
        return left->scalar == right->scalar;
    }
}

// ---- parts that stand in many places
//
// Two values that were built alike, each out of few parts that stand in many places, would be compared once for each
// way that leads to a part. So, in comparisons that take long, pairs of places that were found equal are remembered:
// the last ones, each where it is completed, for the next way to it mostly comes soon. The table lies in the arena as a
// filler; what it refers to stays where it is (collect/pins.c).

enum { MEMO_AFTER = 4096, MEMO_BITS = 11, MEMO_PAIRS = 1 << MEMO_BITS }; // rounds; pairs

typedef struct Pair {
    Place left, right;
} Pair;

static Pair *memo_new(FlProcess *self) {
    uint64_t bytes = sizeof(FlObject) + MEMO_PAIRS * sizeof(Pair);
    char *chunk = value_allocate(self, bytes);
    object_fill(chunk, bytes);
    return memset(chunk + sizeof(FlObject), 0, MEMO_PAIRS * sizeof(Pair));
}

static Pair *memo_slot(Pair *memo, const WorkItem *item) {
    uint64_t mixed = ((uintptr_t)item->left.words >> 3) + 31 * ((uintptr_t)item->right.words >> 3);
    return &memo[mixed * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MEMO_BITS)];
}

static bool same_place(const Place *a, const Place *b) { return a->words == b->words && a->type == b->type; }

// The top item is left: it is equal.
static void leave(Work *work, Pair *memo) {
    const WorkItem *top = work_top(work);
    if (memo != NULL)
        *memo_slot(memo, top) = (Pair){top->left, top->right};
    work->count--;
}

// If something was entered that has been found equal before, it is left again.
static void skip_known(Work *work, uint64_t before, Pair *memo) {
    if (memo == NULL || work->count == before)
        return;
    const WorkItem *top = work_top(work);
    const Pair *known = memo_slot(memo, top);
    if (same_place(&known->left, &top->left) && same_place(&known->right, &top->right))
        work->count--;
}

bool value_equal(FlProcess *self, const FlType *a_type, const FlWord *a, const FlType *b_type, const FlWord *b) {
    Work work;
    work_begin(&work, self);
    View left = view_value(a_type, a), right = view_value(b_type, b);
    if (!compare(&work, &left, &right))
        return false;
    Pair *memo = NULL;
    for (uint64_t round = 1; work.count > 0; round++) {
        if (round % VALUE_POLL_ROUNDS == 0)
            value_poll(self);
        if (round == MEMO_AFTER && self != NULL)
            memo = memo_new(self);
        WorkItem *top = work_top(&work);
        if (top->index == top->count) {
            leave(&work, memo);
            continue;
        }
        uint64_t before = work.count;
        left = place_part(&top->left, top->index);
        right = place_part(&top->right, top->index);
        top->index++;
        if (!compare(&work, &left, &right))
            return false;
        skip_known(&work, before, memo);
    }
    return true;
}

bool fl_equal(FlProcess *self, const FlType *type, const FlWord *a, const FlWord *b) {
    return value_equal(self, type, a, type, b);
}
