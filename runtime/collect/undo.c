#include "runtime/collect/undo.h"

// Gives a source that has moved its header back; the copy's then says where the source is.
static void move_back(Collection *c, FlObject *object) {
    uint64_t header = header_of(object);
    FlObject *copy = fresh_now(&c->fresh, header_copy(header));
    bool part = header & HEADER_PART, buffer = object_type(copy)->kind == FL_KIND_BUFFER;
    uint64_t first = part ? ((FlBuffer *)object)->owner >> 32 : 0;
    *object = (FlObject){.type = copy->type};
    if (buffer) {
        ((FlBuffer *)object)->owner = ((FlBuffer *)copy)->owner;
        ((FlBuffer *)copy)->owner = first;
    }
    *(Header *)copy = HEADER_MOVED | (part ? HEADER_PART : 0) | (uint64_t)object;
}

static void restore_objects(Collection *c, char *from, const char *end) {
    while (from < end) {
        FlObject *object = (FlObject *)from;
        if (header_of(object) & HEADER_MOVED && object->type != OBJECT_FILLER)
            move_back(c, object);
        from += object_bytes(object);
    }
}

static void restore_headers(Collection *c) {
    FlArena *arena = c->arena;
    char *embedded_end = arena->current == NULL ? c->bump->next : arena->embedded + arena->embedded_end;
    restore_objects(c, arena->embedded, embedded_end);
    if (arena->current != NULL)
        restore_objects(c, arena->current->first, c->bump->next);
    for (FlBlock *block = arena->others; block != NULL; block = block->next)
        restore_objects(c, block->first, block->end);
    for (FlBlock *block = c->large; block != NULL; block = block->next)
        restore_objects(c, (char *)(block + 1), block->end);
}

static void refer_back(void *context, FlWord *slot) {
    (void)context;
    if (!object_is_pointer(*slot))
        return;
    FlObject *object = (FlObject *)*slot;
    uint64_t header = header_of(object);
    if (!(header & HEADER_MOVED))
        return;
    slot[0] = header & HEADER_ADDRESS;
    if (header & HEADER_PART)
        slot[1] += ((FlBuffer *)object)->owner << 32;
}

static void put_large_back(Collection *c) {
    for (FlBlock *block = c->large, *next; block != NULL; block = next) {
        FlObject *object = (FlObject *)(block + 1);
        next = block->next;
        block->first = (char *)object;
        if (!(object->flags & OBJECT_KIND))
            object->flags = 0;
        block->next = c->arena->others;
        c->arena->others = block;
    }
}

void undo(Collection *c) {
    if (c->views.widened)
        collection_each_in_place(c, views_widen);
    restore_headers(c);
    *c->frame = c->first_frame;
    // Besides, only what stays where it is was written to. If there is any, nothing has moved aside: what an address in
    // the embedded bytes means is certain.
    collection_each_in_place(c, refer_back);
    pins_unmark(&c->pins);
    put_large_back(c);
    fresh_free(&c->fresh);
}
