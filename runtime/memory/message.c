#include "runtime/memory/message.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/copy.h"
#include "runtime/memory/object.h"

_Static_assert(sizeof(FlMessage) == 64, "a message's header is one cache line");
_Static_assert(sizeof(FlBlock) <= sizeof(FlMessage), "an adopted message's header becomes a block's");
_Static_assert(sizeof(FlMessage) % 8 == 0 && sizeof(FlBlock) % 8 == 0, "objects that follow are 8-aligned");

// Room for what a root built in place may refer to: a short string or two. Most of it would be lost to the
// allocator's size classes anyway.
enum { MESSAGE_ROOM = 48 };

static char *first_object(const FlMessage *message) { return (char *)(message + 1); }

static FlMessage *new_message(uint64_t object_bytes, uint32_t kind) {
    FlMessage *message = memory_allocate(sizeof(FlMessage) + object_bytes);
    if (message != NULL)
        *message = (FlMessage){.kind = kind, .end = first_object(message) + object_bytes};
    return message;
}

FlMessage *message_signal(uint32_t kind) { return new_message(0, kind); }

FlMessage *message_copy(FlWord root) {
    Copy copy;
    copy_begin(&copy);
    copy_collect(&copy, root);
    FlMessage *message = copy.failed ? NULL : new_message(copy.bytes, MESSAGE_VALUE);
    if (message != NULL) {
        copy_place(&copy, first_object(message));
        message->head.root = copy_word(&copy, root, first_object(message));
    }
    copy_end(&copy);
    return message;
}

FlMessage *message_begin(const FlType *type) {
    uint64_t bytes = sizeof(FlObject) + type->object_words * sizeof(FlWord);
    if (type->references != NULL)
        bytes += MESSAGE_ROOM;
    FlMessage *message = new_message(bytes, MESSAGE_VALUE);
    if (message == NULL)
        return NULL;
    *(FlObject *)first_object(message) = (FlObject){.type = type->id};
    message->head.root = (FlWord)first_object(message);
    return message;
}

// Where the copies go: behind the root if there is room, else into a second block. NULL: memory is out.
static char *room_for_copies(FlMessage *message, char *free, uint64_t bytes) {
    if (bytes <= (uint64_t)(message->end - free)) {
        message->end = free + bytes;
        return free;
    }
    message->end = free;
    FlBlock *block = memory_allocate(sizeof(FlBlock) + bytes);
    if (block == NULL)
        return NULL;
    char *first = (char *)(block + 1);
    *block = (FlBlock){.first = first, .end = first + bytes, .bytes = sizeof(FlBlock) + bytes};
    message->more = block;
    return first;
}

bool message_complete(FlMessage *message) {
    FlObject *root = (FlObject *)message->head.root;
    char *free = (char *)root + object_bytes(root);
    if (object_type(root)->references == NULL) {
        message->end = free;
        return true;
    }
    Copy copy;
    copy_begin(&copy);
    copy_collect_words(&copy, root);
    char *place = copy.failed ? NULL : room_for_copies(message, free, copy.bytes);
    if (place != NULL) {
        copy_place(&copy, place);
        copy_redirect(&copy, root, place);
    }
    copy_end(&copy);
    return place != NULL;
}

void message_free(FlMessage *message) {
    blocks_free(message->more);
    memory_free(message);
}

uint64_t message_bytes(const FlMessage *message) {
    return (uint64_t)(message->end - (const char *)message) + (message->more != NULL ? message->more->bytes : 0);
}

void message_adopt(FlMessage *message, FlArena *arena) {
    char *first = first_object(message), *end = message->end;
    FlBlock *more = message->more;
    if (first == end) {
        message_free(message);
        return;
    }
    FlBlock *block = (FlBlock *)message;
    memcpy(block, &(FlBlock){.next = more, .first = first, .end = end, .bytes = (uint64_t)(end - (char *)block)},
           sizeof *block);
    arena_adopt(arena, block);
}
