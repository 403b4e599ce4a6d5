#include "runtime/collect/pins.h"

#include <string.h>

#include "runtime/memory/alloc.h"

#if defined(__clang__)
#define CONSERVATIVE __attribute__((noinline, no_sanitize("address", "thread")))
#else
#define CONSERVATIVE __attribute__((noinline))
#endif

static void mark(Pins *pins, FlWord word) {
    OldBlock *block = old_blocks_find(pins->old, (const void *)word);
    if (block == NULL)
        return;
    uint64_t bit = block->bit + (word - (FlWord)block->first) / sizeof(FlWord);
    if (object_bit(pins->map, bit))
        return;
    pins->map[bit / 64] |= (uint64_t)1 << (bit % 64);
    block->kept = block->pinned = block->fresh = true;
}

// Not sanitized: it reads what lies between the variables of a stack too.
static CONSERVATIVE void scan(Pins *pins, const char *from, const char *to) {
    const OldBlock *blocks = pins->old->blocks;
    FlWord low = (FlWord)blocks[0].first, high = (FlWord)blocks[pins->old->count - 1].end;
    for (const FlWord *at = (const FlWord *)(((uintptr_t)from + 7) & ~(uintptr_t)7); (const char *)(at + 1) <= to; at++)
        if (*at >= low && *at < high)
            mark(pins, *at);
}

// The first word from `at` on that is pointed to; the block's end if there is none.
static char *next_pin(const Pins *pins, const OldBlock *block, const char *at) {
    uint64_t bit = block->bit + (uint64_t)(at - block->first) / sizeof(FlWord);
    uint64_t end = block->bit + (uint64_t)(block->end - block->first) / sizeof(FlWord);
    while (bit < end) {
        uint64_t bits = pins->map[bit / 64] >> (bit % 64);
        if (bits != 0) {
            bit += (uint64_t)__builtin_ctzll(bits);
            break;
        }
        bit = (bit / 64 + 1) * 64;
    }
    return bit < end ? block->first + (bit - block->bit) * sizeof(FlWord) : block->end;
}

// The next object that is pointed to, from *at, an object's start, on; NULL: none. *at then stands behind it.
static FlObject *next_object(const Pins *pins, const OldBlock *block, char **at) {
    char *pin = next_pin(pins, block, *at);
    if (pin == block->end)
        return NULL;
    for (;;) {
        FlObject *object = (FlObject *)*at;
        *at += object_bytes(object);
        if (*at > pin)
            return object;
    }
}

static bool look_into_fillers(Pins *pins) {
    bool any = false;
    for (size_t i = 0; i < pins->old->count; i++) {
        OldBlock *block = &pins->old->blocks[i];
        if (!block->fresh)
            continue;
        any = true;
        block->fresh = false;
        FlObject *object;
        for (char *at = block->first; (object = next_object(pins, block, &at)) != NULL;)
            if (object->type == OBJECT_FILLER)
                scan(pins, (char *)(object + 1), at);
    }
    return any;
}

static void pin_objects(const Pins *pins, Reach *reach) {
    for (size_t i = 0; i < pins->old->count; i++) {
        const OldBlock *block = &pins->old->blocks[i];
        if (!block->pinned)
            continue;
        FlObject *object;
        for (char *at = block->first; (object = next_object(pins, block, &at)) != NULL;)
            if (object->type != OBJECT_FILLER)
                reach_pin(reach, object);
    }
}

bool pins_find(Pins *pins, OldBlocks *old, Reach *reach, const FlArena *arena, const FlBump *bump,
               const CollectRoots *roots) {
    old_blocks_make(old, arena, bump);
    size_t bytes = (old->words / 64 + 1) * sizeof(uint64_t);
    *pins = (Pins){.old = old, .map = old->blocks != NULL ? memory_allocate(bytes) : NULL};
    if (pins->map == NULL)
        return false;
    memset(pins->map, 0, bytes);
    for (uint32_t i = 0; i < roots->range_count; i++)
        scan(pins, roots->ranges[i].from, roots->ranges[i].to);
    while (look_into_fillers(pins))
        ;
    pin_objects(pins, reach);
    return true;
}

static bool remains(const Pins *pins, const OldBlock *block, const Reach *reach, char *at, uint64_t bytes) {
    const FlObject *object = (const FlObject *)at;
    if (object->type == OBJECT_FILLER)
        return next_pin(pins, block, at) < at + bytes;
    return object->flags != 0 && reach_entry(reach, object)->copy == object;
}

static void sweep(const Pins *pins, const Reach *reach, OldBlock *block) {
    char *dead = block->first; // from here on nothing remains
    for (char *at = block->first; at < block->end;) {
        uint64_t bytes = object_bytes((FlObject *)at);
        if (remains(pins, block, reach, at, bytes)) {
            object_fill(dead, (uint64_t)(at - dead));
            dead = at + bytes;
        }
        at += bytes;
    }
    block->end = dead;
}

void pins_sweep(const Pins *pins, const Reach *reach) {
    if (pins->map == NULL)
        return;
    for (size_t i = 0; i < pins->old->count; i++)
        if (pins->old->blocks[i].pinned)
            sweep(pins, reach, &pins->old->blocks[i]);
}

void pins_end(Pins *pins) { memory_free(pins->map); }
