// A copy is breadth first: the table of objects found so far is also the list of work to do. A marked object's
// flags hold 1 + its place in the table, which makes the table the forwarding table as well, without hashing.
#include "runtime/memory/copy.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"

void copy_begin(Copy *copy) {
    copy->bytes = 0;
    copy->count = 0;
    copy->capacity = COPY_INLINE;
    copy->again = UINT32_MAX;
    copy->looked = 0;
    copy->entries = copy->few;
    copy->failed = false;
}

static bool grow(Copy *copy) {
    if (copy->capacity >= UINT32_MAX >> (OBJECT_MARK_SHIFT + 1)) {
        copy->failed = true;
        return false;
    }
    size_t bytes = sizeof(CopyEntry) * 2 * copy->capacity;
    CopyEntry *old = copy->entries == copy->few ? NULL : copy->entries;
    CopyEntry *entries = memory_resize(old, bytes);
    if (entries == NULL) {
        copy->failed = true;
        return false;
    }
    if (old == NULL)
        memcpy(entries, copy->few, sizeof copy->few);
    copy->entries = entries;
    copy->capacity *= 2;
    return true;
}

static bool is_buffer(const FlObject *object) {
    return object->type != FL_TYPE_STRING && object_type(object)->kind == FL_KIND_BUFFER;
}

static uint64_t copied_bytes(const CopyEntry *entry) {
    if (entry->end == 0)
        return object_bytes(entry->source);
    return object_buffer_bytes(entry->end - entry->first, object_type(entry->source)->element->words);
}

static CopyEntry *entry_of(const Copy *copy, const FlObject *object) {
    return &copy->entries[(object->flags >> OBJECT_MARK_SHIFT) - 1];
}

static void add(Copy *copy, FlObject *object, uint32_t first, uint32_t end) {
    if (copy->count == copy->capacity && !grow(copy))
        return;
    copy->entries[copy->count++] = (CopyEntry){.source = object, .first = first, .end = end};
    object->flags = copy->count << OBJECT_MARK_SHIFT;
}

// Another list sees elements of a buffer that is to be copied.
static void widen(Copy *copy, CopyEntry *entry, uint32_t first, uint32_t end) {
    if (first >= entry->first && end <= entry->end)
        return;
    if (first < entry->first)
        entry->first = first;
    if (end > entry->end)
        entry->end = end;
    uint32_t index = (uint32_t)(entry - copy->entries);
    if (index <= copy->looked && index < copy->again && object_type(entry->source)->references != NULL)
        copy->again = index;
}

static void find(void *context, FlWord *slot) {
    Copy *copy = context;
    if (!object_is_pointer(*slot))
        return;
    FlObject *object = (FlObject *)*slot;
    if (object_is_static(object))
        return;
    if (!is_buffer(object)) {
        if (object->flags == 0)
            add(copy, object, 0, 0);
        return;
    }
    uint32_t first = FL_LIST_OFFSET(slot[1]), end = first + FL_LIST_LENGTH(slot[1]);
    if (first == end)
        return;
    if (object->flags == 0)
        add(copy, object, first, end);
    else
        widen(copy, entry_of(copy, object), first, end);
}

// Looks through one entry; of a buffer, through the elements to be copied.
static void look_through(Copy *copy, const CopyEntry *entry) {
    FlObject *object = entry->source;
    if (entry->end == 0) {
        object_each_reference(object, find, copy);
        return;
    }
    const FlType *type = object_type(object);
    if (type->references == NULL)
        return;
    FlBuffer *buffer = (FlBuffer *)object;
    uint32_t first = entry->first, end = entry->end; // finding may move the entry
    for (uint64_t i = first; i < end; i++)
        object_each_in_element(buffer, type, i, find, copy);
}

static void collect_from(Copy *copy, uint32_t next) {
    while (next < copy->count && !copy->failed) {
        copy->looked = next;
        look_through(copy, &copy->entries[next++]);
        if (next == copy->count && copy->again != UINT32_MAX) {
            next = copy->again;
            copy->again = UINT32_MAX;
        }
    }
    copy->bytes = 0;
    for (uint32_t i = 0; i < copy->count; i++) {
        copy->entries[i].offset = copy->bytes;
        copy->bytes += copied_bytes(&copy->entries[i]);
    }
}

void copy_collect(Copy *copy, FlWord word) {
    uint32_t next = copy->count;
    find(copy, &word);
    collect_from(copy, next);
}

void copy_collect_words(Copy *copy, const FlObject *object) {
    uint32_t next = copy->count;
    object_each_reference((FlObject *)object, find, copy);
    collect_from(copy, next);
}

FlWord copy_word(const Copy *copy, FlWord word, char *place) {
    if (!object_is_pointer(word) || ((const FlObject *)word)->flags >> OBJECT_MARK_SHIFT == 0)
        return word;
    return (FlWord)(place + entry_of(copy, (const FlObject *)word)->offset);
}

typedef struct Redirection {
    const Copy *copy;
    char *place;
} Redirection;

static void redirect(void *context, FlWord *slot) {
    const Redirection *to = context;
    if (!object_is_pointer(*slot))
        return;
    const FlObject *object = (const FlObject *)*slot;
    if (object_is_static(object))
        return;
    if (is_buffer(object)) {
        if (FL_LIST_LENGTH(slot[1]) == 0) {
            slot[0] = slot[1] = 0;
            return;
        }
        slot[1] -= (uint64_t)entry_of(to->copy, object)->first << 32;
    }
    *slot = copy_word(to->copy, *slot, to->place);
}

void copy_redirect(const Copy *copy, FlObject *object, char *place) {
    object_each_reference(object, redirect, &(Redirection){copy, place});
}

static void place_buffer(const CopyEntry *entry, FlBuffer *copy) {
    const FlBuffer *source = (const FlBuffer *)entry->source;
    uint64_t words = object_type(entry->source)->element->words, count = entry->end - entry->first;
    copy->header = (FlObject){.type = source->header.type};
    copy->capacity = copy->used = (uint32_t)count;
    copy->owner = 0;
    memcpy(copy->elements, source->elements + entry->first * words, count * words * sizeof(FlWord));
}

void copy_place(const Copy *copy, char *place) {
    for (uint32_t i = 0; i < copy->count; i++) {
        const CopyEntry *entry = &copy->entries[i];
        FlObject *object = (FlObject *)(place + entry->offset);
        if (entry->end != 0) {
            place_buffer(entry, (FlBuffer *)object);
        } else {
            memcpy(object, entry->source, object_bytes(entry->source));
            object->flags = 0;
        }
        copy_redirect(copy, object, place);
    }
}

void copy_end(Copy *copy) {
    for (uint32_t i = 0; i < copy->count; i++)
        copy->entries[i].source->flags = 0;
    if (copy->entries != copy->few)
        memory_free(copy->entries);
}

// Allocates for what was collected; false if that failed or there is no room.
static bool place_in_arena(Copy *copy, FlArena *arena, FlBump *bump, char **place) {
    *place = NULL;
    if (copy->failed)
        return false;
    if (copy->count == 0)
        return true;
    *place = arena_allocate(arena, bump, copy->bytes);
    if (*place == NULL)
        return false;
    copy_place(copy, *place);
    return true;
}

bool copy_into_arena(FlArena *arena, FlBump *bump, FlObject *frame) {
    Copy copy;
    copy_begin(&copy);
    copy_collect_words(&copy, frame);
    char *place;
    bool done = place_in_arena(&copy, arena, bump, &place);
    if (done)
        copy_redirect(&copy, frame, place);
    copy_end(&copy);
    return done;
}

bool copy_value_into_arena(FlArena *arena, FlBump *bump, FlWord word, FlWord *result) {
    Copy copy;
    copy_begin(&copy);
    copy_collect(&copy, word);
    char *place;
    bool done = place_in_arena(&copy, arena, bump, &place);
    if (done)
        *result = copy_word(&copy, word, place);
    copy_end(&copy);
    return done;
}
