// Hashes of values: of numbers one multiplication that can be undone (different ints never have the same hash), of text
// eight bytes at a step, of everything else the hashes of its parts in their order.
#include <string.h>

#include "runtime/value/heap.h"
#include "runtime/value/map.h"
#include "runtime/value/work.h"

#define FACTOR UINT64_C(0x9E3779B97F4A7C15)
#define START UINT64_C(0x2545F4914F6CDD1D)

static uint64_t spread(uint64_t bits) {
    bits = (bits ^ bits >> 32) * FACTOR;
    bits = (bits ^ bits >> 29) * FACTOR;
    return bits ^ bits >> 32;
}

static uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)(a ^ START) * (b ^ FACTOR);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_string(const FlString *string) {
    uint64_t hash = string->length, at = 0, word;
    for (; at + sizeof word <= string->length; at += sizeof word) {
        memcpy(&word, string->bytes + at, sizeof word);
        hash = fold(hash, word);
    }
    word = 0;
    memcpy(&word, string->bytes + at, string->length - at);
    return fold(hash, word);
}

// 0.0 and -0.0 are equal.
static uint64_t hash_float(FlWord bits) { return spread(bits << 1 == 0 ? 0 : bits); }

// Of a record, list or map: what is known without its parts.
static uint64_t hash_place(Work *work, const View *view) {
    uint64_t count;
    Place place = place_of(view, &count);
    if (view->kind == FL_KIND_MAP) { // its root's places say enough
        const FlNode *root = (const FlNode *)view->words[0];
        return root == NULL ? 0 : ((uint64_t)root->entries << 32 | root->children) ^ view->words[1];
    }
    work_push(work, place, (Place){0}, count);
    return count;
}

static uint64_t hash_view(Work *work, const View *view) {
    switch (view->kind) {
    case FL_KIND_NIL:
        return 1;
    case FL_KIND_FLOAT:
        return hash_float(view->scalar);
    case FL_KIND_STRING:
        return hash_string(view_string(view));
    case FL_KIND_RECORD:
    case FL_KIND_LIST:
    case FL_KIND_MAP:
        return hash_place(work, view);
    default:
        return spread(view->scalar);
    }
}

static uint64_t hash_any(FlProcess *self, const FlType *type, const FlWord *words) {
    Work work;
    work_begin(&work, self);
    View view = view_value(type, words);
    uint64_t hash = hash_view(&work, &view);
    for (uint64_t round = 1; work.count > 0; round++) {
        if (round % VALUE_POLL_ROUNDS == 0)
            value_poll(self);
        WorkItem *top = work_top(&work);
        if (top->index == top->count) {
            work.count--;
            continue;
        }
        view = place_part(&top->left, top->index);
        top->index++;
        hash = fold(hash, hash_view(&work, &view));
    }
    return hash;
}

uint64_t value_hash(FlProcess *self, const FlType *type, const FlWord *words) {
    switch (type->kind) {
    case FL_KIND_BOOL:
    case FL_KIND_INT:
    case FL_KIND_PID:
        return spread(*words);
    case FL_KIND_STRING:
        return hash_string((const FlString *)*words);
    default:
        return hash_any(self, type, words);
    }
}
