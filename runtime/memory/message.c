#include "runtime/memory/message.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/cache.h"
#include "runtime/memory/copy.h"
#include "runtime/memory/object.h"

_Static_assert(sizeof(FlMessage) == 48, "a message of one word is one cache line");
_Static_assert(sizeof(FlBlock) <= sizeof(FlMessage), "an adopted message's header becomes a block's");
_Static_assert(sizeof(FlMessage) % 8 == 0 && sizeof(FlBlock) % 8 == 0, "objects that follow are 8-aligned");

// Room for what a root built in place may refer to: a short string or two. Most of it would be lost to the
// allocator's size classes anyway.
enum { MESSAGE_ROOM = 48 };

// `behind`: bytes that belong to no object.
static FlMessage *allocate(uint64_t object_bytes, uint64_t behind, uint32_t kind) {
    uint64_t bytes = sizeof(FlMessage) + object_bytes, all = bytes + behind;
    FlMessage *message = bytes / 8 > UINT32_MAX ? NULL : cache_allocate(all);
    if (message != NULL)
        *message = (FlMessage){.kind = (uint8_t)kind, .words = (uint32_t)(bytes / 8), .pieces = cache_pieces(all)};
    return message;
}

static FlMessage *new_message(uint64_t object_bytes, uint32_t kind) { return allocate(object_bytes, 0, kind); }

// Of an immediate or a static object.
static FlMessage *message_refer(FlWord root) {
    FlMessage *message = new_message(0, MESSAGE_VALUE);
    if (message != NULL)
        message->head.root = root;
    return message;
}

FlMessage *message_signal(uint32_t kind) { return new_message(0, kind); }

// Holds go behind what there is. false: memory is out; those made are in the list.
static bool add_holds(FlMessage *message, const Copy *copy) {
    FlBlock *holds = NULL;
    if (copy->held_count == 0)
        return true;
    bool done = copy_hold(copy, &holds);
    FlBlock **last = message->more != NULL ? &message->more->next : &message->more;
    *last = holds;
    return done;
}

// Collects what `root` refers to, after promoting it if that is better; `words`: not the object itself, but what its
// words refer to. false: memory is out.
static bool collect(Copy *copy, FlArena *from, FlWord root, bool words) {
    for (bool limited = from != NULL;; limited = false) {
        copy_begin(copy, from, limited);
        if (words)
            copy_collect_words(copy, (const FlObject *)root);
        else
            copy_collect(copy, root);
        if (!copy->large)
            return !copy->failed;
        copy_end(copy);
        PromoteResult result =
            words ? promote_words(from, (FlObject *)root, UINT64_MAX) : promote_value(from, root, UINT64_MAX);
        if (result != PROMOTE_DONE) {
            copy_begin(copy, from, false);
            return false;
        }
    }
}

static FlMessage *give(FlArena *from, FlWord root, uint64_t behind) {
    Copy copy;
    FlMessage *message = collect(&copy, from, root, false) ? allocate(copy.bytes, behind, MESSAGE_VALUE) : NULL;
    if (message != NULL) {
        copy_place(&copy, message_first(message));
        message->head.root = copy_word(&copy, root, message_first(message));
        if (!add_holds(message, &copy)) {
            message_free(message);
            message = NULL;
        }
    }
    copy_end(&copy);
    return message;
}

FlMessage *message_copy(FlWord root) { return message_give(NULL, root); }

FlMessage *message_give(FlArena *from, FlWord root) {
    if (!object_is_pointer(root) || (((const FlObject *)root)->flags & OBJECT_KIND_FLAGS) == FL_OBJECT_STATIC)
        return message_refer(root);
    return give(from, root, 0);
}

FlMessage *message_copy_with(FlWord root, uint64_t detail) {
    FlMessage *message = give(NULL, root, sizeof detail);
    if (message != NULL)
        *(uint64_t *)message_end(message) = detail;
    return message;
}

// One step, if a message would promote at all.
static PromoteResult ahead(FlArena *from, FlWord root, bool words) {
    Copy copy;
    copy_begin(&copy, from, true);
    if (words)
        copy_collect_words(&copy, (const FlObject *)root);
    else
        copy_collect(&copy, root);
    bool large = copy.large;
    copy_end(&copy);
    if (!large)
        return PROMOTE_DONE;
    return words ? promote_words(from, (FlObject *)root, MESSAGE_STEP) : promote_value(from, root, MESSAGE_STEP);
}

PromoteResult message_ahead(FlArena *from, FlWord root) { return ahead(from, root, false); }

PromoteResult message_ahead_words(FlArena *from, FlObject *object) { return ahead(from, (FlWord)object, true); }

FlMessage *message_begin(const FlType *type) {
    uint64_t bytes = sizeof(FlObject) + type->object_words * sizeof(FlWord);
    if (type->references != NULL)
        bytes += MESSAGE_ROOM;
    FlMessage *message = new_message(bytes, MESSAGE_VALUE);
    if (message == NULL)
        return NULL;
    *(FlObject *)message_first(message) = (FlObject){.type = type->id};
    message->head.root = (FlWord)message_first(message);
    return message;
}

static void set_end(FlMessage *message, const char *end) {
    message->words = (uint32_t)((end - (const char *)message) / 8);
}

// Where the copies go: behind the root if there is room, else into a second block. NULL: memory is out.
static char *room_for_copies(FlMessage *message, char *free, uint64_t bytes) {
    bool fits = bytes <= (uint64_t)(message_end(message) - free);
    set_end(message, fits ? free + bytes : free);
    if (fits)
        return free;
    FlBlock *block = memory_allocate(sizeof(FlBlock) + bytes);
    if (block == NULL)
        return NULL;
    char *first = (char *)(block + 1);
    *block = (FlBlock){.first = first, .end = first + bytes, .bytes = sizeof(FlBlock) + bytes};
    message->more = block;
    return first;
}

bool message_complete(FlMessage *message) { return message_complete_from(NULL, message); }

bool message_complete_from(FlArena *from, FlMessage *message) {
    FlObject *root = (FlObject *)message->head.root;
    char *free = (char *)root + object_bytes(root);
    if (object_type(root)->references == NULL) {
        set_end(message, free);
        return true;
    }
    Copy copy;
    char *place = collect(&copy, from, (FlWord)root, true) ? room_for_copies(message, free, copy.bytes) : NULL;
    bool done = place != NULL && add_holds(message, &copy);
    if (done) {
        copy_place(&copy, place);
        copy_redirect(&copy, root, place);
    }
    copy_end(&copy);
    return done;
}

void message_free(FlMessage *message) {
    if (message->more != NULL)
        blocks_free(message->more);
    cache_free_pieces(message, message->pieces);
}

uint64_t message_bytes(const FlMessage *message) {
    uint64_t bytes = (uint64_t)message->words * 8;
    for (const FlBlock *more = message->more; more != NULL; more = more->next)
        bytes += more->bytes;
    return bytes;
}

void message_adopt(FlMessage *message, FlArena *arena) {
    char *first = message_first(message), *end = message_end(message);
    FlBlock *more = message->more;
    if (first == end) {
        cache_free_pieces(message, message->pieces);
        arena_adopt(arena, more);
        return;
    }
    FlBlock *block = (FlBlock *)message;
    memcpy(block, &(FlBlock){.next = more, .first = first, .end = end, .bytes = (uint64_t)(end - (char *)block)},
           sizeof *block);
    arena_adopt(arena, block);
}
