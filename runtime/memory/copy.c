// A copy is breadth first: the table of objects found so far is also the list of work to do. A marked object's
// flags hold 1 + its place in the table, which makes the table the forwarding table as well, without hashing.
#include "runtime/memory/copy.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"

void copy_begin(Copy *copy, const FlArena *from, bool limited) {
    copy->promotions = promotions_of(from);
    copy->bytes = 0;
    copy->found = 0;
    copy->count = 0;
    copy->capacity = COPY_INLINE;
    copy->again = UINT32_MAX;
    copy->looked = 0;
    copy->entries = copy->few;
    copy->held = copy->few_held;
    copy->held_count = 0;
    copy->held_capacity = COPY_HELD_INLINE;
    copy->loose = 0;
    copy->limited = limited;
    copy->large = false;
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

static bool is_copied(const FlObject *object) {
    return !(object->flags & OBJECT_KIND_FLAGS) && object->flags >> OBJECT_MARK_SHIFT != 0;
}

// The entry of an object that can't be marked, with these elements of it, or NULL. There are few of them.
static CopyEntry *loose_entry(const Copy *copy, const FlObject *object, uint32_t first, uint32_t end) {
    for (uint32_t i = 0, left = copy->loose; left > 0; i++) {
        CopyEntry *entry = &copy->entries[i];
        if (entry->source == object && entry->first <= first && entry->end >= end)
            return entry;
        left -= (entry->source->flags & OBJECT_KIND_FLAGS) != 0;
    }
    return NULL;
}

// The entry of an object, and of a buffer one with these elements if it can't be marked; or NULL.
static CopyEntry *entry_of(const Copy *copy, const FlObject *object, uint32_t first, uint32_t end) {
    if (__builtin_expect(object->flags & OBJECT_KIND_FLAGS, 0))
        return loose_entry(copy, object, first, end);
    return is_copied(object) ? &copy->entries[(object->flags >> OBJECT_MARK_SHIFT) - 1] : NULL;
}

static void add(Copy *copy, FlObject *object, uint32_t first, uint32_t end) {
    if (copy->count == copy->capacity && !grow(copy))
        return;
    CopyEntry *entry = &copy->entries[copy->count++];
    *entry = (CopyEntry){.source = object, .first = first, .end = end};
    if (object->flags & OBJECT_KIND_FLAGS)
        copy->loose++;
    else
        object->flags = copy->count << OBJECT_MARK_SHIFT;
    if (copy->limited) {
        copy->found += copied_bytes(entry);
        copy->large |= copy->found > COPY_MOST;
    }
}

static void hold(Copy *copy, FlObject *object) {
    for (uint32_t i = copy->held_count, look = 4; i-- > 0 && look-- > 0;)
        if (copy->held[i] == object)
            return;
    if (copy->held_count == copy->held_capacity) {
        FlObject **old = copy->held == copy->few_held ? NULL : copy->held;
        FlObject **held = memory_resize(old, 2 * copy->held_capacity * sizeof *held);
        if (held == NULL) {
            copy->failed = true;
            return;
        }
        if (old == NULL)
            memcpy(held, copy->few_held, sizeof copy->few_held);
        copy->held = held;
        copy->held_capacity *= 2;
    }
    copy->held[copy->held_count++] = object;
    copy->large |= copy->limited && copy->held_count > COPY_HELD_MOST;
}

// Whether a list sees so little of a counted buffer that it had better be copied.
static bool is_small_part(const FlWord *slot) {
    const FlObject *buffer = (const FlObject *)*slot;
    return FL_LIST_LENGTH(slot[1]) * object_type(buffer)->element->words < COUNTED_LEAST / sizeof(FlWord);
}

// What a reference to something outside, or promoted, becomes in a copy; with a buffer, of a list of two words. false:
// it is copied nevertheless.
static bool outside(const Copy *copy, FlWord *words) {
    const FlObject *object = (const FlObject *)*words;
    if (object->flags & FL_OBJECT_PROMOTED)
        return copy->promotions != NULL && promotions_redirect(copy->promotions, words);
    return !(object->flags & FL_OBJECT_COUNTED) || !is_buffer(object) || !is_small_part(words);
}

static bool find_outside(Copy *copy, const FlWord *slot) {
    FlWord words[2] = {slot[0], is_buffer((const FlObject *)*slot) ? slot[1] : 0};
    if (!outside(copy, words))
        return false;
    FlObject *object = (FlObject *)words[0];
    if (object != NULL && object->flags & (FL_OBJECT_COUNTED | FL_OBJECT_SHARED))
        hold(copy, object);
    return true;
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
    if (object->flags & OBJECT_KIND_FLAGS && find_outside(copy, slot))
        return;
    if (!is_buffer(object)) {
        if (entry_of(copy, object, 0, 0) == NULL)
            add(copy, object, 0, 0);
        return;
    }
    uint32_t first = FL_LIST_OFFSET(slot[1]), end = first + FL_LIST_LENGTH(slot[1]);
    if (first == end)
        return;
    CopyEntry *entry = entry_of(copy, object, first, end);
    if (entry == NULL)
        add(copy, object, first, end);
    else
        widen(copy, entry, first, end);
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
    while (next < copy->count && !copy->failed && !copy->large) {
        copy->looked = next;
        look_through(copy, &copy->entries[next++]);
        if (next == copy->count && copy->again != UINT32_MAX) {
            next = copy->again;
            copy->again = UINT32_MAX;
        }
    }
    copy->bytes = 0;
    for (uint32_t i = 0; i < copy->count && !copy->large; i++) {
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

bool copy_hold(const Copy *copy, FlBlock **list) {
    for (uint32_t i = 0; i < copy->held_count; i++)
        if (!holds_add(list, copy->held[i]))
            return false;
    return true;
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
    if (object->flags & OBJECT_KIND_FLAGS && outside(to->copy, slot))
        return;
    uint32_t first = 0, end = 0;
    if (is_buffer(object)) {
        first = FL_LIST_OFFSET(slot[1]), end = first + FL_LIST_LENGTH(slot[1]);
        if (first == end) {
            slot[0] = slot[1] = 0;
            return;
        }
    }
    const CopyEntry *entry = entry_of(to->copy, object, first, end);
    if (end != 0)
        slot[1] -= (uint64_t)entry->first << 32;
    *slot = (FlWord)(to->place + entry->offset);
}

void copy_redirect(const Copy *copy, FlObject *object, char *place) {
    object_each_reference(object, redirect, &(Redirection){copy, place});
}

FlWord copy_word(const Copy *copy, FlWord word, char *place) {
    redirect(&(Redirection){copy, place}, &word);
    return word;
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
        if (!(copy->entries[i].source->flags & OBJECT_KIND_FLAGS))
            copy->entries[i].source->flags = 0;
    if (copy->entries != copy->few)
        memory_free(copy->entries);
    if (copy->held != copy->few_held)
        memory_free(copy->held);
}

// ---- into an arena

// Allocates for what was collected and places it, with its holds; false if memory is out or there is no room.
static bool place_in_arena(Copy *copy, FlArena *arena, FlBump *bump, char **place) {
    *place = NULL;
    if (copy->failed)
        return false;
    if (copy->count > 0 && (*place = arena_allocate(arena, bump, copy->bytes)) == NULL)
        return false;
    FlBlock *holds = NULL;
    bool held = copy_hold(copy, &holds);
    holds_give(arena, holds);
    if (!held && *place != NULL)
        object_fill(*place, copy->bytes);
    if (held)
        copy_place(copy, *place);
    return held;
}

bool copy_into_arena(FlArena *arena, FlBump *bump, FlObject *frame) {
    return copy_into_arena_from(arena, bump, frame, NULL);
}

bool copy_into_arena_from(FlArena *arena, FlBump *bump, FlObject *frame, FlArena *from) {
    Copy copy;
    copy_begin(&copy, from, from != NULL);
    copy_collect_words(&copy, frame);
    if (copy.large) {
        copy_end(&copy);
        if (promote_words(from, frame, UINT64_MAX) != PROMOTE_DONE)
            return false;
        copy_begin(&copy, from, false);
        copy_collect_words(&copy, frame);
    }
    char *place;
    bool done = place_in_arena(&copy, arena, bump, &place);
    if (done)
        copy_redirect(&copy, frame, place);
    copy_end(&copy);
    return done;
}

bool copy_value_into_arena(FlArena *arena, FlBump *bump, FlWord word, FlWord *result) {
    Copy copy;
    copy_begin(&copy, NULL, false);
    copy_collect(&copy, word);
    char *place;
    bool done = place_in_arena(&copy, arena, bump, &place);
    if (done)
        *result = copy_word(&copy, word, place);
    copy_end(&copy);
    return done;
}
