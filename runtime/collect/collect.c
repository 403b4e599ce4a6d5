#include "runtime/collect/collect.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/collect/blocks.h"
#include "runtime/collect/pins.h"
#include "runtime/collect/reach.h"
#include "runtime/memory/alloc.h"

enum {
    EMBEDDED_MOST = 128, // bytes that are copied by way of the stack
    HARD_SMALL = 16384,  // bytes of a heap and stack that hard mode always collects
};

typedef struct Collection {
    FlArena *arena;
    FlBump *bump;
    const CollectRoots *roots;
    FlPid owner;
    Reach reach;
    Pins pins;
    OldBlocks old;
    FreshBlocks fresh;
    uint64_t moved;   // bytes of all copies
    bool to_embedded; // they fit the embedded bytes
} Collection;

void collect_start(void) {
    const char *wish = getenv("FLUFFY_COLLECT");
    arena_least_threshold = wish != NULL && strcmp(wish, "hard") == 0 ? 0 : 4;
}

// ---- where objects will be

// Elements that the copy of a buffer has room for. Who appends again and again keeps what makes that cheap.
static uint32_t copied_capacity(const ReachEntry *entry, FlPid owner) {
    const FlBuffer *buffer = (const FlBuffer *)entry->source;
    uint32_t count = entry->end - entry->first, room = buffer->capacity - entry->first;
    if (buffer->owner != owner)
        return count;
    return room / 2 < count ? room : 2 * count;
}

static uint64_t copied_bytes(const ReachEntry *entry, FlPid owner) {
    if (entry->end == 0)
        return object_bytes(entry->source);
    return object_buffer_bytes(copied_capacity(entry, owner), object_type(entry->source)->element->words);
}

// Whether a large object's present form is good enough. Elements that were not looked through may refer to nothing.
static bool good_as_it_is(const ReachEntry *entry, uint64_t copied) {
    if (entry->end == 0)
        return true;
    const FlBuffer *buffer = (const FlBuffer *)entry->source;
    bool whole = entry->first == 0 && entry->end == buffer->used;
    return (whole || object_type(entry->source)->references == NULL) && copied >= object_bytes(entry->source) / 2;
}

static bool stays(Collection *c, ReachEntry *entry, uint64_t copied) {
    if (copied < FRESH_LARGE || !good_as_it_is(entry, copied))
        return false;
    if (!c->old.tried)
        old_blocks_make(&c->old, c->arena, c->bump);
    OldBlock *block = old_blocks_find(&c->old, entry->source);
    char *first = (char *)entry->source;
    if (block == NULL || block->first != first || block->end != first + object_bytes(entry->source))
        return false;
    block->kept = true;
    entry->copy = entry->source;
    if (entry->end != 0) {
        entry->first = 0;
        entry->end = ((const FlBuffer *)entry->source)->used;
    }
    return true;
}

static void decide_what_stays(Collection *c) {
    for (uint32_t i = 0; i < c->reach.count; i++) {
        ReachEntry *entry = &c->reach.entries[i];
        uint64_t bytes = entry->copy == NULL ? copied_bytes(entry, c->owner) : 0;
        if (entry->copy != NULL || stays(c, entry, bytes))
            continue;
        c->moved += bytes;
        if (bytes < FRESH_LARGE)
            c->fresh.left += bytes;
    }
}

static bool decide_places(Collection *c) {
    char *embedded = c->arena->embedded;
    const OldBlock *block = c->old.blocks != NULL ? old_blocks_find(&c->old, embedded) : NULL;
    bool free = block == NULL || !block->pinned;
    c->to_embedded = free && c->moved <= c->arena->embedded_bytes && c->moved <= EMBEDDED_MOST;
    for (uint32_t i = 0; i < c->reach.count; i++) {
        ReachEntry *entry = &c->reach.entries[i];
        if (entry->copy != NULL)
            continue;
        uint64_t bytes = copied_bytes(entry, c->owner);
        if (c->to_embedded) {
            entry->copy = (FlObject *)embedded;
            embedded += bytes;
        } else if (!(entry->copy = fresh_take(&c->fresh, bytes))) {
            return false;
        }
    }
    return true;
}

// ---- moving

static void copy_buffer(const ReachEntry *entry, FlBuffer *to, FlPid owner) {
    const FlBuffer *from = (const FlBuffer *)entry->source;
    uint64_t words = object_type(entry->source)->element->words, count = entry->end - entry->first;
    to->header.type = from->header.type;
    to->capacity = copied_capacity(entry, owner);
    to->used = (uint32_t)count;
    to->owner = from->owner == owner ? owner : 0;
    memcpy(to->elements, from->elements + entry->first * words, count * words * sizeof(FlWord));
}

static void copy_object(const ReachEntry *entry, FlObject *to, FlPid owner) {
    if (entry->end != 0)
        copy_buffer(entry, (FlBuffer *)to, owner);
    else
        memcpy(to, entry->source, object_bytes(entry->source));
    to->flags = 0;
}

static void move_all(Collection *c) {
    for (uint32_t i = 0; i < c->reach.count; i++) {
        const ReachEntry *entry = &c->reach.entries[i];
        if (entry->copy != entry->source)
            copy_object(entry, entry->copy, c->owner);
        reach_redirect(&c->reach, entry->copy);
    }
}

// The embedded bytes are source and destination: the copies are made aside.
static void move_to_embedded(Collection *c) {
    char *embedded = c->arena->embedded;
    _Alignas(8) char aside[EMBEDDED_MOST];
    for (uint32_t i = 0; i < c->reach.count; i++) {
        const ReachEntry *entry = &c->reach.entries[i];
        uint64_t offset = (uint64_t)((char *)entry->copy - embedded);
        FlObject *to = entry->copy;
        if (offset < c->moved) { // else it stays
            to = (FlObject *)(aside + offset);
            copy_object(entry, to, c->owner);
        }
        reach_redirect(&c->reach, to);
    }
    memcpy(embedded, aside, c->moved);
}

// ---- afterwards

static void unmark_what_stays(const Collection *c) {
    for (uint32_t i = 0; i < c->reach.count; i++) {
        const ReachEntry *entry = &c->reach.entries[i];
        if (entry->copy == entry->source)
            entry->copy->flags = 0;
    }
}

// Bytes of the embedded ones in use by what has moved there or stays there.
static uint64_t embedded_used(const Collection *c) {
    if (c->to_embedded)
        return c->moved;
    for (size_t i = 0; i < c->old.count; i++)
        if (c->old.blocks[i].block == NULL && c->old.blocks[i].pinned)
            return (uint64_t)(c->old.blocks[i].end - c->arena->embedded);
    return 0;
}

static void replace_blocks(Collection *c) {
    FlArena *arena = c->arena;
    uint64_t embedded = embedded_used(c);
    FlBlock *kept = old_blocks_free(&c->old, arena);
    arena->current = c->fresh.current;
    arena->others = NULL;
    arena->bytes = arena->current != NULL ? arena->current->bytes : 0;
    arena_adopt(arena, kept);
    arena_adopt(arena, c->fresh.others);
    if (arena->current != NULL) {
        arena->embedded_end = (uint16_t)embedded;
        *c->bump = (FlBump){c->fresh.next, arena->current->end};
    } else {
        arena->embedded_end = arena->embedded_bytes;
        *c->bump = (FlBump){arena->embedded + embedded, arena->embedded + arena->embedded_bytes};
    }
}

static uint64_t scanned_bytes(const CollectRoots *roots) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < roots->range_count; i++)
        bytes += (uint64_t)(roots->ranges[i].to - roots->ranges[i].from);
    return bytes;
}

// Hard mode collects small heaps always, large ones when they have grown by an eighth: else tests would not end.
static uint64_t growth(const FlArena *arena, uint64_t scanned) {
    uint64_t work = arena->bytes + scanned;
    if (arena_least_threshold == 0)
        return work / 8;
    return arena->limit > arena->bytes && work > (arena->limit - arena->bytes) / 2 ? (arena->limit - arena->bytes) / 2
                                                                                   : work;
}

static void set_threshold(FlArena *arena, const CollectRoots *roots) {
    uint64_t scanned = scanned_bytes(roots);
    if (arena_least_threshold == 0 && arena->bytes + scanned < HARD_SMALL) {
        arena->threshold = 0;
        return;
    }
    uint64_t threshold = ((arena->bytes + growth(arena, scanned)) >> 10) + 1;
    arena->threshold = threshold < arena_least_threshold ? arena_least_threshold
                       : threshold > UINT32_MAX          ? UINT32_MAX
                                                         : (uint32_t)threshold;
}

static void give_up(Collection *c) {
    reach_unmark(&c->reach);
    fresh_free(&c->fresh);
    memory_free(c->old.blocks);
    if (c->arena->threshold <= UINT32_MAX / 2)
        c->arena->threshold *= 2;
}

static void carry_out(Collection *c) {
    FlObject **frame = c->roots->frame;
    if (*frame != NULL && !object_is_static(*frame))
        *frame = reach_entry(&c->reach, *frame)->copy;
    if (c->to_embedded)
        move_to_embedded(c);
    else
        move_all(c);
    pins_sweep(&c->pins, &c->reach);
    unmark_what_stays(c);
    replace_blocks(c);
    set_threshold(c->arena, c->roots);
}

static bool mark_all(Collection *c) {
    const FlObject *frame = *c->roots->frame;
    if (c->roots->range_count > 0 && !pins_find(&c->pins, &c->old, &c->reach, c->arena, c->bump, c->roots))
        return false;
    if (frame != NULL && !object_is_static(frame))
        reach_add(&c->reach, *c->roots->frame);
    reach_all(&c->reach);
    return !c->reach.failed;
}

static bool prepare(Collection *c) {
    if (!mark_all(c))
        return false;
    decide_what_stays(c);
    return decide_places(c);
}

bool collect(FlArena *arena, FlBump *bump, const CollectRoots *roots) {
    Collection c = {.arena = arena, .bump = bump, .roots = roots, .owner = roots->owner};
    reach_begin(&c.reach);
    bool done = prepare(&c);
    if (done)
        carry_out(&c);
    else
        give_up(&c);
    pins_end(&c.pins);
    reach_end(&c.reach);
    return done;
}
