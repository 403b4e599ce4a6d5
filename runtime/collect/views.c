#include "runtime/collect/views.h"

#include "runtime/collect/collection.h"
#include "runtime/memory/alloc.h"

static bool grow(Views *views) {
    uint64_t capacity = views->capacity == 0 ? 32 : 2 * views->capacity;
    View *larger = memory_resize(views->views, capacity * sizeof(View));
    if (larger == NULL)
        return false;
    views->views = larger;
    views->capacity = capacity;
    return true;
}

void views_add(Collection *c, FlWord *slot) {
    Views *views = &c->views;
    if (views->count == views->capacity && !grow(views))
        c->failed = true;
    else
        views->views[views->count++] = (View){.slot = slot};
}

bool views_good(const Collection *c, const FlBuffer *buffer, uint32_t first, uint32_t end) {
    bool whole = first == 0 && end == buffer->used;
    return (whole || object_type(&buffer->header)->references == NULL) &&
           move_bytes(c, buffer, first, end) >= object_bytes(&buffer->header) / 2;
}

bool views_redirect(FlWord *slot, const FlBuffer *buffer) {
    uint64_t part = buffer->owner;
    uint32_t first = (uint32_t)(part >> 32), begin = FL_LIST_OFFSET(slot[1]), length = FL_LIST_LENGTH(slot[1]);
    if (length == 0) {
        slot[0] = slot[1] = 0;
        return true;
    }
    if (begin < first || begin + length > (uint32_t)part)
        return false;
    slot[0] = header_of(&buffer->header) & HEADER_ADDRESS;
    slot[1] -= (uint64_t)first << 32;
    return true;
}

// The first list of a buffer that has not moved makes it VIEWED, the others widen the stretch.
static void note(Views *views, uint64_t index) {
    View *view = &views->views[index];
    FlBuffer *buffer = (FlBuffer *)*view->slot;
    if (header_of(&buffer->header) & HEADER_MOVED || object_stays(&buffer->header))
        return;
    uint32_t first = FL_LIST_OFFSET(view->slot[1]), end = first + FL_LIST_LENGTH(view->slot[1]);
    if (!(buffer->header.flags & OBJECT_VIEWED)) {
        *view = (View){view->slot, buffer->owner, first, end};
        buffer->owner = index;
        buffer->header.flags |= OBJECT_VIEWED;
        return;
    }
    View *leader = &views->views[buffer->owner];
    if (first < leader->first)
        leader->first = first;
    if (end > leader->end)
        leader->end = end;
}

static void decide(Collection *c, const View *view, uint64_t index) {
    FlBuffer *buffer = (FlBuffer *)*view->slot;
    if (header_of(&buffer->header) & HEADER_MOVED || !(buffer->header.flags & OBJECT_VIEWED) || buffer->owner != index)
        return;
    buffer->owner = view->owner;
    buffer->header.flags &= ~(uint32_t)OBJECT_VIEWED;
    if (c->failed)
        return;
    if (buffer->header.flags & OBJECT_LARGE && views_good(c, buffer, view->first, view->end))
        move_stay(c, &buffer->header);
    else
        move_buffer(c, buffer, view->first, view->end);
}

// Moves a buffer as a whole of which a part has moved already.
static bool move_whole(Collection *c, FlBuffer *buffer) {
    uint64_t part = buffer->owner, header = header_of(&buffer->header);
    FlBuffer *narrow = fresh_now(&c->fresh, header_copy(header));
    buffer->header = narrow->header;
    buffer->owner = narrow->owner;
    if (!move_buffer(c, buffer, 0, buffer->used)) {
        *(Header *)buffer = header;
        buffer->owner = part;
        return false;
    }
    object_fill(narrow, object_bytes(&narrow->header));
    FlWord *words = object_words(&narrow->header);
    words[0] = header_of(&buffer->header) & HEADER_ADDRESS;
    words[1] = part >> 32;
    c->views.widened = true;
    return true;
}

static void redirect(Collection *c, FlWord *slot) {
    FlBuffer *buffer = (FlBuffer *)*slot;
    uint64_t header = header_of(&buffer->header);
    if (!(header & HEADER_MOVED))
        return; // it stays
    if (header & HEADER_PART) {
        if (views_redirect(slot, buffer) || !move_whole(c, buffer))
            return;
        header = header_of(&buffer->header);
    }
    slot[0] = header & HEADER_ADDRESS;
}

bool views_resolve(Collection *c) {
    Views *views = &c->views;
    if (views->count == 0)
        return false;
    for (uint64_t i = 0; i < views->count; i++)
        note(views, i);
    for (uint64_t i = 0; i < views->count; i++)
        decide(c, &views->views[i], i);
    for (uint64_t i = 0; i < views->count && !c->failed; i++)
        redirect(c, views->views[i].slot);
    if (!c->failed)
        views->count = 0;
    return true;
}

void views_widen(void *context, FlWord *slot) {
    Collection *c = context;
    if (!object_is_pointer(*slot))
        return;
    FlObject *object = fresh_now(&c->fresh, (FlObject *)*slot);
    if (object->type != OBJECT_FILLER)
        return;
    slot[0] = object_words(object)[0];
    slot[1] += object_words(object)[1] << 32;
}
