// Moving objects, and looking through what has moved: the inner loop of collection.
//
// A reference that is found is not followed at once: its object is asked into the cache and the reference put into a
// ring, to be followed COLLECT_AHEAD references later. Where the order of moving is that of allocation, as it mostly
// is, the processor's own prefetching does the rest.
#include "runtime/collect/collection.h"

#include <string.h>

// object_bytes, faster for what most objects are.
static inline uint64_t bytes_of(const FlObject *object, const FlType *type) {
    enum { FIXED = 1 << FL_KIND_RECORD | 1 << FL_KIND_TUPLE | 1 << FL_KIND_CLOSURE };
    if (__builtin_expect(FIXED >> type->kind & 1, 1))
        return sizeof(FlObject) + (uint64_t)type->object_words * sizeof(FlWord);
    return object_bytes(object);
}

static inline void leave_header(FlObject *object, uint64_t header) { *(Header *)object = HEADER_MOVED | header; }

// ---- moving

// Few words, whose number is not known: faster than memcpy.
static inline void copy_words(char *to, const char *from, uint64_t bytes) {
    for (uint64_t i = sizeof(FlObject); i < bytes; i += sizeof(FlWord)) {
        *(Header *)(to + i) = *(const Header *)(from + i);
        __asm__("" : "+r"(i)); // no memcpy of it
    }
}

static inline void move_words(Collection *c, FlWord *slot, FlObject *object, uint64_t header, uint64_t bytes) {
    char *to = fresh_take(&c->fresh, bytes);
    if (__builtin_expect(to == NULL, 0)) {
        c->failed = true;
        return;
    }
    copy_words(to, (const char *)object, bytes);
    *(Header *)to = header;
    char *final = to + c->fresh.shift;
    leave_header(object, (uint64_t) final);
    *slot = (FlWord) final;
}

static void move_string(Collection *c, FlWord *slot, FlObject *object) {
    uint64_t bytes = object_string_bytes(((const FlString *)object)->length);
    if (bytes <= 64) {
        move_words(c, slot, object, FL_TYPE_STRING, bytes);
        return;
    }
    char *to = fresh_take(&c->fresh, bytes);
    if (to == NULL) {
        c->failed = true;
        return;
    }
    memcpy(to, object, bytes);
    *(Header *)to = FL_TYPE_STRING;
    char *final = to + c->fresh.shift;
    leave_header(object, (uint64_t) final);
    *slot = (FlWord) final;
}

// Elements that the copy has room for. Who appends again and again keeps what makes that cheap.
static uint32_t copied_capacity(const Collection *c, const FlBuffer *buffer, uint32_t first, uint32_t end) {
    uint32_t count = end - first, room = buffer->capacity - first;
    if (buffer->owner != c->owner)
        return count;
    return room / 2 < count ? room : 2 * count;
}

uint64_t move_bytes(const Collection *c, const FlBuffer *buffer, uint32_t first, uint32_t end) {
    return object_buffer_bytes(copied_capacity(c, buffer, first, end), object_type(&buffer->header)->element->words);
}

bool move_buffer(Collection *c, FlBuffer *buffer, uint32_t first, uint32_t end) {
    FlBuffer *to = (FlBuffer *)fresh_take(&c->fresh, move_bytes(c, buffer, first, end));
    if (to == NULL) {
        c->failed = true;
        return false;
    }
    uint64_t words = object_type(&buffer->header)->element->words, count = end - first;
    to->header = (FlObject){.type = buffer->header.type};
    to->capacity = copied_capacity(c, buffer, first, end);
    to->used = (uint32_t)count;
    to->owner = buffer->owner == c->owner ? c->owner : 0;
    memcpy(to->elements, buffer->elements + first * words, count * words * sizeof(FlWord));
    uint64_t final = (uint64_t)((char *)to + c->fresh.shift);
    bool part = count != buffer->used;
    if (part)
        buffer->owner = views_pack(first, end);
    leave_header(&buffer->header, part ? HEADER_PART | final : final);
    return true;
}

void move_stay(Collection *c, FlObject *object) {
    FlBlock *block = (FlBlock *)object - 1;
    object->flags = OBJECT_STAYS;
    block->first = (char *)c->grey;
    c->grey = block;
}

// ---- following references

static inline bool sees_all(const FlBuffer *buffer, uint64_t range) {
    return FL_LIST_OFFSET(range) == 0 && FL_LIST_LENGTH(range) == buffer->used;
}

static void follow_list(Collection *c, FlWord *slot, FlBuffer *buffer) {
    if (FL_LIST_LENGTH(slot[1]) == 0)
        slot[0] = slot[1] = 0;
    else if (!sees_all(buffer, slot[1]))
        views_add(c, slot);
    else if (move_buffer(c, buffer, 0, buffer->used))
        slot[0] = header_of(&buffer->header) & HEADER_ADDRESS;
}

static void follow_large(Collection *c, FlWord *slot, FlObject *object) {
    FlBuffer *buffer = (FlBuffer *)object;
    if (object_type(object)->kind != FL_KIND_BUFFER)
        move_stay(c, object);
    else if (FL_LIST_LENGTH(slot[1]) != 0 && sees_all(buffer, slot[1]) && views_good(c, buffer, 0, buffer->used))
        move_stay(c, object);
    else
        follow_list(c, slot, buffer);
}

static void follow_marked(Collection *c, FlWord *slot, FlObject *object) {
    uint64_t header = header_of(object);
    if (header & HEADER_MOVED) {
        if (!(header & HEADER_PART))
            slot[0] = header & HEADER_ADDRESS;
        else if (!views_redirect(slot, (FlBuffer *)object))
            views_add(c, slot);
    } else if (object->flags & OBJECT_KIND) {
        if ((object->flags & OBJECT_KIND) != FL_OBJECT_STATIC && c->outside != NULL && !c->outside(c->context, slot))
            c->failed = true;
    } else if (object->flags == OBJECT_LARGE) {
        follow_large(c, slot, object);
    }
}

static inline void follow(Collection *c, FlWord *slot) {
    FlObject *object = (FlObject *)*slot;
    uint64_t header = header_of(object);
    if (header >> 32 != 0) {
        follow_marked(c, slot, object);
        return;
    }
    const FlType *type = fl_program.types[header];
    if (type->kind == FL_KIND_STRING)
        move_string(c, slot, object);
    else if (type->kind == FL_KIND_BUFFER)
        follow_list(c, slot, (FlBuffer *)object);
    else
        move_words(c, slot, object, header, bytes_of(object, type));
}

static void find(void *context, FlWord *slot) {
    Collection *c = context;
    FlWord word = *slot;
    if (!object_is_pointer(word))
        return;
    __builtin_prefetch((const void *)word, 1);
    uint32_t at = c->ahead_at++ % COLLECT_AHEAD;
    FlWord *oldest = c->ahead[at];
    c->ahead[at] = slot;
    if (c->ahead_count == COLLECT_AHEAD)
        follow(c, oldest);
    else
        c->ahead_count++;
}

void move_root(Collection *c, FlWord *slot) { find(c, slot); }

// Follows the reference that waits longest; false: none waits.
static inline bool follow_oldest(Collection *c) {
    if (c->ahead_count == 0)
        return false;
    follow(c, c->ahead[(c->ahead_at - c->ahead_count--) % COLLECT_AHEAD]);
    return true;
}

// ---- looking through

// Goes on with c->part; the budget that is left.
static int64_t look_on(Collection *c, int64_t budget) {
    FlObject *object = c->part;
    const FlType *type = object_type(object);
    if (type->kind != FL_KIND_BUFFER) {
        object_each_reference(object, find, c);
        c->part = NULL;
        return budget - (int64_t)(object_bytes(object) / sizeof(FlWord));
    }
    FlBuffer *buffer = (FlBuffer *)object;
    uint64_t element = c->element, end = type->references == NULL ? 0 : buffer->used;
    if (end - element > (uint64_t)budget + 1)
        end = element + (uint64_t)budget + 1;
    c->element = end;
    if (end >= buffer->used || type->references == NULL)
        c->part = NULL;
    int64_t left = budget - (int64_t)(end - element);
    for (; element < end; element++)
        object_each_in_element(buffer, type, element, find, c);
    return left;
}

static inline void look_through(Collection *c, FlObject *object) {
    c->part = object;
    c->element = 0;
}

// Looks through objects that have moved, up to a buffer or the end of a stretch; the budget that is left.
static int64_t look_at_stretch(Collection *c, int64_t budget) {
    Fresh *fresh = &c->fresh;
    char *scan = fresh->scan;
    while (budget > 0) {
        if (scan == fresh_end(fresh, fresh->scanned)) {
            if (fresh->scanned != fresh->newest || !follow_oldest(c))
                break;
            continue;
        }
        FlObject *object = (FlObject *)scan;
        uint32_t id = object->type;
        if (id == FL_TYPE_STRING || id == OBJECT_FILLER) {
            scan += object_bytes(object);
            continue;
        }
        const FlType *type = fl_program.types[id];
        if (type->kind == FL_KIND_BUFFER) {
            scan += object_bytes(object);
            if (type->references == NULL)
                continue;
            look_through(c, object);
            break;
        }
        uint64_t bytes = bytes_of(object, type);
        scan += bytes;
        budget -= (int64_t)(bytes / sizeof(FlWord));
        object_each_reference(object, find, c);
    }
    fresh->scan = scan;
    return budget;
}

static bool next_stretch(Fresh *fresh) {
    if (fresh->scanned == fresh->newest)
        return false;
    fresh->scanned = fresh->scanned == NULL ? fresh->first : fresh->scanned->next;
    fresh->scan = fresh->scanned->first;
    return true;
}

// The next object that stays where it is; NULL: none.
static FlObject *next_in_place(Collection *c) {
    while (c->next_pin < c->pins.count) {
        FlObject *object = c->pins.objects[c->next_pin++];
        if (object->type != OBJECT_FILLER)
            return object;
    }
    FlBlock *block = c->grey;
    if (block != NULL) {
        c->grey = (FlBlock *)block->first;
        block->first = (char *)(block + 1);
        return (FlObject *)block->first;
    }
    block = c->fresh.large_grey;
    if (block == NULL)
        return NULL;
    c->fresh.large_grey = block->next;
    block->next = c->fresh.large;
    c->fresh.large = block;
    return (FlObject *)block->first;
}

// Something else to look through; false: there is nothing left.
static bool find_work(Collection *c) {
    if (next_stretch(&c->fresh))
        return true;
    FlObject *object = next_in_place(c);
    if (object != NULL) {
        if (object->type != FL_TYPE_STRING && object->type != OBJECT_FILLER)
            look_through(c, object);
        return true;
    }
    return follow_oldest(c) || views_resolve(c);
}

bool move_some(Collection *c, int64_t budget) {
    while (!c->failed && budget > 0) {
        if (c->part != NULL)
            budget = look_on(c, budget);
        else if (c->fresh.scan < fresh_end(&c->fresh, c->fresh.scanned))
            budget = look_at_stretch(c, budget);
        else if (!find_work(c))
            return true;
    }
    return c->failed;
}

// ---- afterwards

typedef struct Visit {
    void (*visit)(void *context, FlWord *slot);
    void *context;
} Visit;

static void visit_object(void *context, FlObject *object) {
    const Visit *visit = context;
    if (object->type != OBJECT_FILLER)
        object_each_reference(object, visit->visit, visit->context);
}

void collection_each_in_place(Collection *c, void (*visit)(void *context, FlWord *slot)) {
    Visit each = {visit, c};
    for (uint64_t i = 0; i < c->pins.count; i++)
        visit_object(&each, c->pins.objects[i]);
    for (FlBlock *block = c->large; block != NULL; block = block->next)
        if (object_stays((FlObject *)(block + 1)))
            visit_object(&each, (FlObject *)(block + 1));
}

void collection_each_reference(Collection *c, void (*visit)(void *context, FlWord *slot)) {
    fresh_each(&c->fresh, visit_object, &(Visit){visit, c});
    collection_each_in_place(c, visit);
}
