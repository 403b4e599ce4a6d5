#include "runtime/collect/collect.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/collect/collection.h"
#include "runtime/collect/undo.h"
#include "runtime/memory/alloc.h"

enum {
    HARD_SMALL = 16384,      // bytes of a heap and stack that hard mode always collects
    STEP_LEAST = 256 * 1024, // bytes in use of a heap that is collected in steps
    STEP_WORDS = 64 * 1024,  // words looked through in a step: less than a millisecond
    STEP_BLOCKS = 4096,      // blocks freed in a step
};

void collect_start(void) {
    const char *wish = getenv("FLUFFY_COLLECT");
    arena_least_threshold = wish != NULL && strcmp(wish, "hard") == 0 ? 0 : 4;
}

// ---- before

static bool is_large(const FlBlock *block) {
    const FlObject *object = (const FlObject *)block->first;
    return block->bytes >= FRESH_LARGE && block->first == (const char *)(block + 1) && block->first < block->end &&
           object->type != OBJECT_FILLER && block->first + object_bytes(object) == block->end;
}

// Takes the blocks of large objects out of the arena's list.
static void part_large(Collection *c) {
    FlBlock **link = &c->arena->others;
    while (*link != NULL) {
        FlBlock *block = *link;
        if (!is_large(block)) {
            link = &block->next;
            continue;
        }
        *link = block->next;
        block->next = c->large;
        c->large = block;
        FlObject *object = (FlObject *)block->first;
        if (object->flags == 0)
            object->flags = OBJECT_LARGE;
    }
}

static void begin(Collection *c, FlArena *arena, FlBump *bump, const CollectRoots *roots) {
    memset(c, 0, offsetof(Collection, fresh));
    memset(&c->pins, 0, offsetof(Collection, ahead) - offsetof(Collection, pins));
    c->arena = arena;
    c->bump = bump;
    c->frame = roots->frame;
    c->first_frame = *roots->frame;
    c->owner = roots->owner;
    c->outside = roots->outside;
    c->context = roots->context;
    if (arena->bytes >= FRESH_LARGE)
        part_large(c);
    for (uint32_t i = 0; i < roots->range_count; i++)
        c->scanned += (uint64_t)(roots->ranges[i].to - roots->ranges[i].from);
    c->failed = roots->range_count > 0 && !pins_find(&c->pins, arena, bump, c->large, roots);
    bool all_move = c->pins.count == 0 && c->large == NULL;
    fresh_begin(&c->fresh, arena->embedded, all_move ? arena->embedded_bytes : 0);
    if (*c->frame != NULL && !c->failed)
        move_root(c, (FlWord *)c->frame);
}

// ---- afterwards

static void push(FlBlock **list, FlBlock *block) {
    block->next = *list;
    *list = block;
}

// Large objects that stay, as a list.
static FlBlock *keep_large(Collection *c, FlBlock *kept) {
    for (FlBlock *block = c->large, *next; block != NULL; block = next) {
        FlObject *object = (FlObject *)(block + 1);
        next = block->next;
        bool stays = object_stays(object);
        push(stays ? &kept : &c->old, block);
        if (!stays)
            continue;
        object->flags = 0;
        block->first = (char *)object;
    }
    return kept;
}

static void collect_old(Collection *c) {
    c->old = c->arena->others;
    if (c->arena->current != NULL)
        push(&c->old, c->arena->current);
}

// Takes the newest block out of the list of fresh ones.
static void part_newest(Fresh *fresh) {
    FlBlock **link = &fresh->first;
    while (*link != NULL && *link != fresh->newest)
        link = &(*link)->next;
    *link = NULL;
}

// The arena's blocks are the fresh ones and those kept; objects lie in the embedded bytes up to `embedded`.
static void replace_blocks(FlArena *arena, FlBump *bump, Fresh *fresh, FlBlock *kept, const char *embedded) {
    part_newest(fresh);
    arena->current = fresh->newest;
    arena->others = NULL;
    arena->bytes = arena->current != NULL ? arena->current->bytes : 0;
    arena_adopt(arena, kept);
    arena_adopt(arena, fresh->first);
    arena_adopt(arena, fresh->large);
    arena->embedded_end = arena->embedded_bytes;
    if (arena->current != NULL) {
        arena->embedded_end = (uint16_t)(embedded - arena->embedded);
        *bump = (FlBump){fresh->next, fresh->end};
    } else {
        *bump = (FlBump){(char *)embedded, arena->embedded + arena->embedded_bytes};
    }
}

// Hard mode collects small heaps always, large ones when they have grown by an eighth: else tests would not end.
static uint64_t growth(const FlArena *arena, uint64_t scanned) {
    uint64_t work = arena->bytes + scanned;
    return arena_pace(arena, arena_least_threshold == 0 ? work / 8 : work);
}

static void set_threshold(FlArena *arena, uint64_t scanned) {
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
    undo(c);
    if (c->arena->threshold <= UINT32_MAX / 2)
        c->arena->threshold *= 2;
}

static void carry_out(Collection *c) {
    Fresh *fresh = &c->fresh;
    if (c->views.widened)
        collection_each_reference(c, views_widen);
    if (fresh->newest == NULL)
        fresh->aside_end = fresh->next;
    char *embedded = c->arena->embedded;
    FlBlock *kept = NULL;
    if (c->pins.blocks != NULL)
        kept = pins_sweep(&c->pins, &c->old, &embedded);
    else
        collect_old(c);
    kept = keep_large(c, kept);
    pins_unmark(&c->pins);
    if (fresh->embedded != NULL) {
        uint64_t used = (uint64_t)(fresh->aside_end - fresh->aside);
        memcpy(fresh->embedded, fresh->aside, used);
        embedded = fresh->embedded + used;
    }
    replace_blocks(c->arena, c->bump, fresh, kept, embedded);
    set_threshold(c->arena, c->scanned);
}

static void end(Collection *c) {
    if (c->failed)
        give_up(c);
    else
        carry_out(c);
    c->ended = true;
    pins_end(&c->pins);
    memory_free(c->views.views);
}

// false: there are more.
static bool free_blocks(Collection *c, uint64_t count) {
    for (FlBlock *block; (block = c->old) != NULL; count--) {
        if (count == 0)
            return false;
        c->old = block->next;
        memory_free(block);
    }
    return true;
}

bool collect(FlArena *arena, FlBump *bump, const CollectRoots *roots) {
    Collection c;
    begin(&c, arena, bump, roots);
    move_some(&c, INT64_MAX);
    end(&c);
    free_blocks(&c, UINT64_MAX);
    return !c.failed;
}

bool collect_takes_long(const FlArena *arena) { return arena->bytes >= STEP_LEAST; }

CollectResult collect_begin(FlArena *arena, FlBump *bump, const CollectRoots *roots, Collection **rest) {
    Collection *c = collect_takes_long(arena) ? memory_allocate(sizeof(Collection)) : NULL;
    if (c == NULL)
        return collect(arena, bump, roots) ? COLLECT_DONE : COLLECT_FAILED;
    *rest = c;
    begin(c, arena, bump, roots);
    return collect_step(c);
}

CollectResult collect_step(Collection *rest) {
    if (!rest->ended && move_some(rest, STEP_WORDS))
        end(rest);
    if (!rest->ended || !free_blocks(rest, STEP_BLOCKS))
        return COLLECT_MORE;
    CollectResult result = rest->failed ? COLLECT_FAILED : COLLECT_DONE;
    memory_free(rest);
    return result;
}
