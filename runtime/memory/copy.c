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

// Bytes of an object's copy: of a buffer, only what is used.
static uint64_t copied_bytes(const FlObject *object) {
    if (object->type != FL_TYPE_STRING && object_type(object)->kind == FL_KIND_BUFFER)
        return object_buffer_bytes(((const FlBuffer *)object)->used, object_type(object)->element->words);
    return object_bytes(object);
}

static void find(void *context, FlWord *slot) {
    Copy *copy = context;
    if (!object_is_pointer(*slot))
        return;
    FlObject *object = (FlObject *)*slot;
    if (object->flags != 0) // static, or marked
        return;
    if (copy->count == copy->capacity && !grow(copy))
        return;
    copy->entries[copy->count++] = (CopyEntry){.source = object, .offset = copy->bytes};
    object->flags = copy->count << OBJECT_MARK_SHIFT;
    copy->bytes += copied_bytes(object);
}

static void collect_from(Copy *copy, uint32_t next) {
    for (; next < copy->count && !copy->failed; next++)
        object_each_reference(copy->entries[next].source, find, copy);
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
    if (!object_is_pointer(word))
        return word;
    uint32_t mark = ((const FlObject *)word)->flags >> OBJECT_MARK_SHIFT;
    return mark == 0 ? word : (FlWord)(place + copy->entries[mark - 1].offset);
}

typedef struct Redirection {
    const Copy *copy;
    char *place;
} Redirection;

static void redirect(void *context, FlWord *slot) {
    const Redirection *to = context;
    *slot = copy_word(to->copy, *slot, to->place);
}

void copy_redirect(const Copy *copy, FlObject *object, char *place) {
    object_each_reference(object, redirect, &(Redirection){copy, place});
}

void copy_place(const Copy *copy, char *place) {
    for (uint32_t i = 0; i < copy->count; i++) {
        const CopyEntry *entry = &copy->entries[i];
        FlObject *object = (FlObject *)(place + entry->offset);
        memcpy(object, entry->source, copied_bytes(entry->source));
        object->flags = 0;
        if (object->type == FL_TYPE_STRING)
            continue;
        if (object_type(object)->kind == FL_KIND_BUFFER) {
            FlBuffer *buffer = (FlBuffer *)object;
            buffer->capacity = buffer->used;
            buffer->owner = 0;
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
