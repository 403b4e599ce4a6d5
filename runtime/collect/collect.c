#include "runtime/collect/collect.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/collect/blocks.h"
#include "runtime/collect/reach.h"
#include "runtime/memory/alloc.h"

enum { EMBEDDED_MOST = 128 }; // bytes that are copied by way of the stack

typedef struct Collection {
    FlArena *arena;
    FlBump *bump;
    FlPid owner;
    Reach reach;
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
    OldBlock *block = old_blocks_alone(&c->old, c->arena, entry->source, object_bytes(entry->source));
    if (block == NULL)
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
        uint64_t bytes = copied_bytes(entry, c->owner);
        if (stays(c, entry, bytes))
            continue;
        c->moved += bytes;
        if (bytes < FRESH_LARGE)
            c->fresh.left += bytes;
    }
}

static bool decide_places(Collection *c) {
    char *embedded = c->arena->embedded;
    c->to_embedded = c->moved <= c->arena->embedded_bytes && c->moved <= EMBEDDED_MOST;
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

static void replace_blocks(Collection *c) {
    FlArena *arena = c->arena;
    FlBlock *kept = old_blocks_free(&c->old, arena);
    arena->current = c->fresh.current;
    arena->others = NULL;
    arena->bytes = arena->current != NULL ? arena->current->bytes : 0;
    arena_adopt(arena, kept);
    arena_adopt(arena, c->fresh.others);
    if (arena->current != NULL) {
        arena->embedded_end = 0;
        *c->bump = (FlBump){c->fresh.next, arena->current->end};
    } else {
        arena->embedded_end = arena->embedded_bytes;
        char *used = arena->embedded + (c->to_embedded ? c->moved : 0);
        *c->bump = (FlBump){used, arena->embedded + arena->embedded_bytes};
    }
}

static void set_threshold(FlArena *arena) {
    if (arena_least_threshold == 0)
        return;
    uint64_t bytes = 2 * arena->bytes;
    if (arena->limit > arena->bytes && bytes > arena->bytes + (arena->limit - arena->bytes) / 2)
        bytes = arena->bytes + (arena->limit - arena->bytes) / 2;
    uint64_t threshold = (bytes >> 10) + 1;
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

static void carry_out(Collection *c, FlObject **frame) {
    if (c->to_embedded)
        move_to_embedded(c);
    else
        move_all(c);
    if (c->reach.count > 0)
        *frame = c->reach.entries[0].copy;
    unmark_what_stays(c);
    replace_blocks(c);
    set_threshold(c->arena);
}

bool collect(FlArena *arena, FlBump *bump, const CollectRoots *roots) {
    Collection c = {.arena = arena, .bump = bump, .owner = roots->owner};
    reach_begin(&c.reach);
    if (*roots->frame != NULL && !object_is_static(*roots->frame))
        reach_from(&c.reach, *roots->frame);
    decide_what_stays(&c);
    bool done = !c.reach.failed && decide_places(&c);
    if (done)
        carry_out(&c, roots->frame);
    else
        give_up(&c);
    reach_end(&c.reach);
    return done;
}
