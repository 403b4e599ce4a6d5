#include "runtime/memory/outside.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/sort.h"

#if defined(__clang__)
#define CONSERVATIVE __attribute__((noinline, no_sanitize("address", "thread")))
#else
#define CONSERVATIVE __attribute__((noinline))
#endif

static bool is_counted(const FlBlock *hold) { return hold->end != HOLD_SLOTS && hold->end != HOLD_TABLE; }

// ---- the counted objects that the arena holds

static int by_address(const void *a, const void *b) {
    const OutsideCounted *left = a, *right = b;
    return (left->object > right->object) - (left->object < right->object);
}

static void list_counted(Outside *outside) {
    size_t count = 0;
    for (const FlBlock *hold = outside->arena->holds; hold != NULL; hold = hold->next)
        count += is_counted(hold);
    if (count == 0)
        return;
    outside->counted = memory_allocate(count * sizeof(OutsideCounted));
    if (outside->counted == NULL) {
        outside->failed = true;
        return;
    }
    for (FlBlock *hold = outside->arena->holds; hold != NULL; hold = hold->next)
        if (is_counted(hold))
            outside->counted[outside->counted_count++] =
                (OutsideCounted){.object = (const FlObject *)hold->end, .hold = hold};
    sort_few(outside->counted, outside->counted_count, sizeof(OutsideCounted), by_address);
    size_t kept = 0; // each once
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || outside->counted[kept - 1].object != outside->counted[i].object)
            outside->counted[kept++] = outside->counted[i];
    outside->counted_count = kept;
    outside->first = (FlWord)outside->counted[0].object;
    const FlObject *last = outside->counted[kept - 1].object;
    outside->span = (FlWord)last - outside->first + counted_of(last)->bytes;
}

// The last one that begins at or before an address; NULL: none.
static OutsideCounted *counted_before(const Outside *outside, FlWord address) {
    size_t low = 0, high = outside->counted_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((FlWord)outside->counted[middle].object <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &outside->counted[low - 1] : NULL;
}

// ---- shared objects

static uintptr_t *place_of(uintptr_t *table, size_t capacity, uintptr_t word) {
    size_t at = (size_t)((word >> 4) * 0x9e3779b97f4a7c15u >> 24) & (capacity - 1);
    while (table[at] != 0 && table[at] != word)
        at = (at + 1) & (capacity - 1);
    return &table[at];
}

static bool grow_seen(Outside *outside) {
    size_t capacity = outside->seen_capacity == 0 ? 64 : 2 * outside->seen_capacity;
    uintptr_t *seen = memory_allocate(capacity * sizeof *seen);
    if (seen == NULL)
        return false;
    memset(seen, 0, capacity * sizeof *seen);
    for (size_t i = 0; i < outside->seen_capacity; i++)
        if (outside->seen[i] != 0)
            *place_of(seen, capacity, outside->seen[i]) = outside->seen[i];
    memory_free(outside->seen);
    outside->seen = seen;
    outside->seen_capacity = capacity;
    return true;
}

// false: memory is out. *fresh: it was not there yet.
static bool see(Outside *outside, uintptr_t word, bool *fresh) {
    if (2 * outside->seen_count >= outside->seen_capacity && !grow_seen(outside))
        return false;
    uintptr_t *place = place_of(outside->seen, outside->seen_capacity, word);
    *fresh = *place == 0;
    outside->seen_count += *fresh;
    *place = word;
    return true;
}

static bool visit_shared(Outside *outside, FlObject *object) {
    bool fresh;
    if (!see(outside, (uintptr_t)object, &fresh))
        return false;
    return !fresh || holds_add(&outside->shared, object);
}

// ---- entries

void outside_begin(Outside *outside, FlArena *arena) {
    *outside = (Outside){0};
    if (arena->holds == NULL)
        return;
    outside->arena = arena;
    if (promotions_of(arena) != NULL)
        promotions_forget_parts(promotions_of(arena));
    list_counted(outside);
}

static void scan_word(Outside *outside, FlWord word) {
    bool near = word - outside->first < outside->span; // most words are not
    OutsideCounted *counted = near ? counted_before(outside, word) : NULL;
    if (counted != NULL && word - (FlWord)counted->object < counted_of(counted->object)->bytes)
        counted->visited = true;
    bool fresh;
    if (!shared_may_refer(word) || outside->failed)
        return;
    if (!see(outside, word, &fresh) || (fresh && !holds_add_word(&outside->shared, word)))
        outside->failed = true;
}

// Not sanitized: it reads what lies between the variables of a stack too.
static CONSERVATIVE void scan(Outside *outside, const char *from, const char *to) {
    from = (const char *)(((uintptr_t)from + 7) & ~(uintptr_t)7);
    for (; from + sizeof(FlWord) <= to; from += sizeof(FlWord))
        scan_word(outside, *(const FlWord *)from);
}

void outside_scan(Outside *outside, const char *from, const char *to) {
    if (outside->arena != NULL)
        scan(outside, from, to);
}

bool outside_visit(void *context, FlWord *slot) {
    Outside *outside = context;
    FlObject *object = (FlObject *)*slot;
    if (outside->failed)
        return false;
    if (object->flags & FL_OBJECT_PROMOTED) {
        promotions_redirect(promotions_of(outside->arena), slot);
        object = (FlObject *)*slot;
        if (object == NULL) // the buffer of an empty list
            return true;
    }
    if (object->flags & FL_OBJECT_SHARED)
        return visit_shared(outside, object);
    OutsideCounted *counted = counted_before(outside, (FlWord)object);
    counted->visited = true;
    return true;
}

static void end(Outside *outside) {
    memory_free(outside->counted);
    memory_free(outside->seen);
}

// Whether it is the one hold that stays on its object.
static bool stays(const Outside *outside, const FlBlock *hold) {
    if (!is_counted(hold))
        return false;
    const OutsideCounted *counted = counted_before(outside, (FlWord)hold->end);
    return counted->visited && counted->hold == hold;
}

// What is held counts for the limit. To the pace of collections only what a collection may free in a hurry: the
// counted blocks, of which the arena may make many.
static void charge(FlArena *arena, uint64_t before, uint64_t counted) {
    uint64_t threshold = (uint64_t)arena->threshold << 10;
    if (arena_least_threshold == 0 && arena->threshold == 0)
        return;
    uint64_t next = arena->bytes + arena_pace(arena, (threshold > before ? threshold - before : 0) + counted);
    arena->threshold = next >> 10 >= UINT32_MAX ? UINT32_MAX : (uint32_t)(next >> 10) + 1;
}

// Memory was out, and nothing that was visited needed it: what is held stays.
static void keep_all(Outside *outside) {
    holds_free(outside->shared);
    for (const FlBlock *hold = outside->arena->holds; hold != NULL; hold = hold->next)
        outside->arena->bytes += hold->bytes;
    end(outside);
}

void outside_commit(Outside *outside) {
    FlArena *arena = outside->arena;
    if (arena == NULL)
        return;
    if (outside->failed) {
        keep_all(outside);
        return;
    }
    uint64_t before = arena->bytes, counted = 0;
    FlBlock *hold = arena->holds;
    arena->holds = NULL;
    holds_give(arena, outside->shared);
    for (FlBlock *next; hold != NULL; hold = next) {
        next = hold->next;
        if (stays(outside, hold)) {
            hold->next = NULL;
            counted += hold->bytes;
            holds_give(arena, hold);
        } else {
            hold_free(hold);
        }
    }
    charge(arena, before, counted);
    end(outside);
}

void outside_abandon(Outside *outside) {
    if (outside->arena == NULL)
        return;
    holds_free(outside->shared);
    end(outside);
}
