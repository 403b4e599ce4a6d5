#include "runtime/collect/fresh.h"

#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"

void fresh_begin(Fresh *fresh, char *embedded, uint64_t embedded_bytes) {
    char *aside = fresh->aside;
    bool fits = embedded_bytes > 0 && embedded_bytes <= FRESH_ASIDE;
    fresh->next = aside;
    fresh->end = fits ? aside + embedded_bytes : aside;
    fresh->embedded = fits ? embedded : NULL;
    fresh->shift = fits ? embedded - aside : 0;
    fresh->first = fresh->newest = fresh->large = fresh->large_grey = fresh->scanned = NULL;
    fresh->size = ARENA_BLOCK_FIRST;
    fresh->scan = fresh->aside_end = aside;
}

static FlBlock *take_block(uint64_t total) {
    FlBlock *block = memory_allocate(total);
    if (block != NULL)
        *block = (FlBlock){.first = (char *)(block + 1), .end = (char *)block + total, .bytes = total};
    return block;
}

static char *take_large(Fresh *fresh, uint64_t bytes) {
    FlBlock *block = take_block(sizeof(FlBlock) + bytes);
    if (block == NULL)
        return NULL;
    block->next = fresh->large_grey;
    fresh->large_grey = block;
    fresh->end = fresh->shift != 0 ? fresh->next : fresh->end; // nothing more aside: this one lies where it will be
    fresh->shift = 0;
    return block->first;
}

static void close_stretch(Fresh *fresh) {
    if (fresh->newest == NULL)
        fresh->aside_end = fresh->next;
    else
        fresh->newest->end = fresh->next;
    fresh->shift = 0;
}

char *fresh_take_slow(Fresh *fresh, uint64_t bytes) {
    if (bytes >= FRESH_LARGE)
        return take_large(fresh, bytes);
    while (fresh->size < ARENA_BLOCK_LAST && fresh->size < bytes + sizeof(FlBlock))
        fresh->size *= 2;
    FlBlock *block = take_block(fresh->size);
    if (block == NULL)
        return NULL;
    close_stretch(fresh);
    if (fresh->newest == NULL)
        fresh->first = block;
    else
        fresh->newest->next = block;
    fresh->newest = block;
    if (fresh->size < ARENA_BLOCK_LAST)
        fresh->size *= 2;
    fresh->next = block->first + bytes;
    fresh->end = block->end;
    return block->first;
}

static void each(char *from, const char *to, void (*visit)(void *context, FlObject *object), void *context) {
    while (from < to) {
        FlObject *object = (FlObject *)from;
        from += object_bytes(object);
        visit(context, object);
    }
}

void fresh_each(Fresh *fresh, void (*visit)(void *context, FlObject *object), void *context) {
    each(fresh->aside, fresh_end(fresh, NULL), visit, context);
    for (FlBlock *block = fresh->first; block != NULL; block = block->next)
        each(block->first, fresh_end(fresh, block), visit, context);
    for (FlBlock *block = fresh->large; block != NULL; block = block->next)
        each(block->first, block->end, visit, context);
    for (FlBlock *block = fresh->large_grey; block != NULL; block = block->next)
        each(block->first, block->end, visit, context);
}

void fresh_free(Fresh *fresh) {
    blocks_free(fresh->first);
    blocks_free(fresh->large);
    blocks_free(fresh->large_grey);
}
