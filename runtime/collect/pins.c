#include "runtime/collect/pins.h"

#include <string.h>

#include "runtime/collect/collection.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/sort.h"

#if defined(__clang__)
#define CONSERVATIVE __attribute__((noinline, no_sanitize("address", "thread")))
#else
#define CONSERVATIVE __attribute__((noinline))
#endif

// ---- the blocks

static int by_address(const void *a, const void *b) {
    const PinBlock *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

static PinBlock *add(Pins *pins, FlBlock *block, char *first, char *end) {
    PinBlock *pin = &pins->blocks[pins->block_count++];
    *pin = (PinBlock){.block = block, .first = first, .end = end};
    return pin;
}

static void add_list(Pins *pins, const FlBlock *block, bool large) {
    for (; block != NULL; block = block->next)
        add(pins, (FlBlock *)block, block->first, block->end)->large = large;
}

static size_t length_of(const FlBlock *block) {
    size_t count = 0;
    for (; block != NULL; block = block->next)
        count++;
    return count;
}

static bool index_blocks(Pins *pins, const FlArena *arena, const FlBump *bump, const FlBlock *large) {
    pins->blocks = memory_allocate((2 + length_of(arena->others) + length_of(large)) * sizeof(PinBlock));
    if (pins->blocks == NULL)
        return false;
    add(pins, NULL, arena->embedded, arena->current == NULL ? bump->next : arena->embedded + arena->embedded_end);
    if (arena->current != NULL)
        add(pins, arena->current, arena->current->first, bump->next);
    add_list(pins, arena->others, false);
    add_list(pins, large, true);
    sort_few(pins->blocks, pins->block_count, sizeof(PinBlock), by_address);
    for (size_t i = 0; i < pins->block_count; i++) {
        PinBlock *block = &pins->blocks[i];
        block->bit = pins->words;
        pins->words += (uint64_t)(block->end - block->first) / sizeof(FlWord);
    }
    return true;
}

static PinBlock *find_block(const Pins *pins, const char *address) {
    size_t low = 0, high = pins->block_count; // the first block that begins behind the address
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pins->blocks[middle].first <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && address < pins->blocks[low - 1].end ? &pins->blocks[low - 1] : NULL;
}

// ---- the words

static void mark(Pins *pins, FlWord word) {
    PinBlock *block = find_block(pins, (const char *)word);
    if (block == NULL)
        return;
    uint64_t bit = block->bit + (word - (FlWord)block->first) / sizeof(FlWord);
    if (object_bit(pins->map, bit))
        return;
    pins->map[bit / 64] |= (uint64_t)1 << (bit % 64);
    pins->marked++;
    block->fresh = true;
}

// Not sanitized: it reads what lies between the variables of a stack too.
static CONSERVATIVE void scan(Pins *pins, const char *from, const char *to) {
    FlWord low = (FlWord)pins->blocks[0].first, high = (FlWord)pins->blocks[pins->block_count - 1].end;
    for (const FlWord *at = (const FlWord *)(((uintptr_t)from + 7) & ~(uintptr_t)7); (const char *)(at + 1) <= to; at++)
        if (*at >= low && *at < high)
            mark(pins, *at);
}

// The first word from `at` on that is pointed to; the block's end if there is none.
static char *next_pin(const Pins *pins, const PinBlock *block, const char *at) {
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

// ---- the objects

// The next object that is pointed to, from *at, an object's start, on; NULL: none. *at then stands behind it.
static FlObject *next_object(const Pins *pins, const PinBlock *block, char **at) {
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
    for (size_t i = 0; i < pins->block_count; i++) {
        PinBlock *block = &pins->blocks[i];
        if (!block->fresh)
            continue;
        any = true;
        block->fresh = false;
        block->count = 0;
        FlObject *object;
        for (char *at = block->first; (object = next_object(pins, block, &at)) != NULL; block->count++)
            if (object->type == OBJECT_FILLER)
                scan(pins, (char *)(object + 1), at);
    }
    return any;
}

static void note_objects(Pins *pins, const PinBlock *block) {
    FlObject *object;
    for (char *at = block->first; (object = next_object(pins, block, &at)) != NULL;) {
        pins->objects[pins->count++] = object;
        if (object->type != OBJECT_FILLER)
            object->flags = OBJECT_STAYS;
    }
}

bool pins_find(Pins *pins, const FlArena *arena, const FlBump *bump, const FlBlock *large, const CollectRoots *roots) {
    if (!index_blocks(pins, arena, bump, large))
        return false;
    uint64_t bytes = (pins->words / 64 + 1) * sizeof(uint64_t);
    pins->map = memory_allocate(bytes);
    if (pins->map == NULL)
        return false;
    memset(pins->map, 0, bytes);
    for (uint32_t i = 0; i < roots->range_count; i++)
        scan(pins, roots->ranges[i].from, roots->ranges[i].to);
    while (look_into_fillers(pins))
        ;
    if (pins->marked == 0)
        return true;
    pins->objects = memory_allocate(pins->marked * sizeof(FlObject *));
    if (pins->objects == NULL)
        return false;
    for (size_t i = 0; i < pins->block_count; i++)
        if (pins->blocks[i].count > 0)
            note_objects(pins, &pins->blocks[i]);
    return true;
}

void pins_unmark(const Pins *pins) {
    for (uint64_t i = 0; i < pins->count; i++)
        if (pins->objects[i]->type != OBJECT_FILLER)
            pins->objects[i]->flags = 0;
}

// ---- what is left

// Behind the last object that stays.
static char *sweep(const Pins *pins, const PinBlock *block, uint64_t index) {
    char *dead = block->first; // from here on nothing stays
    for (uint64_t end = index + block->count; index < end; index++) {
        char *at = (char *)pins->objects[index];
        object_fill(dead, (uint64_t)(at - dead));
        dead = at + object_bytes((FlObject *)at);
    }
    return dead;
}

FlBlock *pins_sweep(const Pins *pins, FlBlock **rest, char **embedded) {
    FlBlock *kept = NULL;
    uint64_t index = 0;
    for (size_t i = 0; i < pins->block_count; i++) {
        const PinBlock *pin = &pins->blocks[i];
        FlBlock *block = pin->block;
        char *end = sweep(pins, pin, index);
        index += pin->count;
        if (block == NULL) {
            *embedded = end;
        } else if (!pin->large) {
            FlBlock **list = pin->count > 0 ? &kept : rest;
            block->end = end;
            block->next = *list;
            *list = block;
        }
    }
    return kept;
}

void pins_end(Pins *pins) {
    memory_free(pins->blocks);
    memory_free(pins->map);
    memory_free(pins->objects);
}
