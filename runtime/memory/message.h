// Messages: what one process gives another. A header, and behind it the objects that the root refers to.
//
// Invariants:
//  - A message is one allocation; if it was built in place and referred to more than it had room for, a second block
//    stands in `more`, and behind that its holds (holds.h).
//  - Its references point into itself, to static objects, or to objects outside that its holds keep. The root is an
//    immediate, such an object, or 0 in signals without a value.
//  - It belongs to the sender until it is pushed, then to the receiver; whoever has it ends it by message_free or
//    message_adopt. Any thread.
//  - `to`, `from`, `kind`, `flags` and head.next are the process room's: this room writes them once, to
//    what the caller gave or 0 (but for head.next, `to` and `from` in the hot path: message_flat, message_constant).
#ifndef FLUFFY_RUNTIME_MEMORY_MESSAGE_H
#define FLUFFY_RUNTIME_MEMORY_MESSAGE_H

#include "runtime/memory/cache.h"
#include "runtime/memory/promote.h"

// Values of FlMessage.kind: this one, and from MESSAGE_FIRST_SIGNAL on those of the process room.
enum { MESSAGE_VALUE = 0, MESSAGE_FIRST_SIGNAL = 1 };

struct FlMessage {
    FlMessageHead head;
    FlPid to;      // addressee with serial: dropped when the slot has another process by now
    FlPid from;    // sender; 0 for none
    FlBlock *more; // a second block of objects, then holds; or NULL
    uint32_t
        words;     // of 8 bytes, in use in this allocation, up to behind the last object; the first follows this struct
    uint8_t kind;  // MESSAGE_VALUE or a signal
    uint8_t flags; // the process room's; 0
    uint8_t pieces; // of 64 bytes, that the allocation has; 0: it is no piece of a cache (cache.h)
    uint8_t reserved;
};

static inline char *message_first(const FlMessage *message) { return (char *)(message + 1); }
static inline char *message_end(const FlMessage *message) { return (char *)message + (uint64_t)message->words * 8; }

// A message with a copy of `root`, a value as a union member in memory private to the caller (or static, outside, or an
// immediate), whatever its size. NULL: memory is out.
FlMessage *message_copy(FlWord root);

// The same with a word beside the value, which message_detail gives.
FlMessage *message_copy_with(FlWord root, uint64_t detail);
static inline uint64_t message_detail(const FlMessage *message) { return *(const uint64_t *)message_end(message); }

// The same of a value in the arena `from`; what is large is promoted instead of copied.
FlMessage *message_give(FlArena *from, FlWord root);

// A message without a value: head.root is 0. NULL: memory is out.
FlMessage *message_signal(uint32_t kind);

// Built in place: a message whose root is a fresh object of `type` (not STRING, BUFFER), with its header written.
// The caller stores its words, whose references may point into its own heap, and calls message_complete. NULL:
// memory is out.
FlMessage *message_begin(const FlType *type);

// The header of a value but for what the sender writes: `next`, `to` and `from`. Written field by field, which is fewer
// instructions than a whole one.
static inline void message_begin_header(FlMessage *message, FlWord root, uint32_t words, uint8_t pieces) {
    message->head.root = root;
    message->more = NULL;
    message->words = words;
    message->kind = MESSAGE_VALUE;
    message->flags = 0;
    message->pieces = pieces;
    message->reserved = 0;
}

// The same of a type without references, whose object has `words` words: nothing is left to complete. For the hot path,
// see cache.h about inlining: NULL also if it is not quickly done, then message_begin does it.
static inline FlMessage *message_flat(uint32_t type, uint64_t words) {
    uint64_t all = (sizeof(FlMessage) + sizeof(FlObject)) / sizeof(FlWord) + words, pieces = (all + 7) / 8;
    FlMessage *message = __builtin_expect(pieces <= CACHE_CLASSES, 1) ? (FlMessage *)cache_pop(pieces) : NULL;
    if (__builtin_expect(message == NULL, 0))
        return NULL;
    FlObject *first = (FlObject *)message_first(message);
    message_begin_header(message, (FlWord)first, (uint32_t)all, (uint8_t)pieces);
    *first = (FlObject){.type = type};
    return message;
}

// The same of an immediate or an object in the program's image, which needs no copy. NULL also if it is something else.
static inline FlMessage *message_constant(FlWord root) {
    bool constant = !object_is_pointer(root) || ((const FlObject *)root)->flags == FL_OBJECT_STATIC;
    FlMessage *message = constant ? (FlMessage *)cache_pop(1) : NULL;
    if (__builtin_expect(message != NULL, 1))
        message_begin_header(message, root, sizeof(FlMessage) / sizeof(FlWord), 1);
    return message;
}

// Copies what the root's words refer to into the message, or promotes it if that is better and lies in the arena `from`
// (NULL: in some other memory). false: memory is out; the message is still to be freed.
bool message_complete(FlMessage *message);
bool message_complete_from(FlArena *from, FlMessage *message);

// How many objects one step of promotion makes: about 3 ms.
enum { MESSAGE_STEP = 30000 };

// For what takes long: takes one step towards promoting what a message of `root`, or one with the words of `object`,
// would need. PROMOTE_MORE: there are more steps; meanwhile the arena may be collected if `root` or the words of
// `object` can be seen on the process's stack. Otherwise, and also if it failed, the message can be made.
PromoteResult message_ahead(FlArena *from, FlWord root);
PromoteResult message_ahead_words(FlArena *from, FlObject *object);

// Frees the message with its objects and holds.
void message_free(FlMessage *message);

// The same in the hot path; see cache.h about inlining.
static inline void message_free_quickly(FlMessage *message) {
    if (__builtin_expect(message->more != NULL, 0))
        message_free(message);
    else
        cache_free_pieces(message, message->pieces);
}

// Makes the objects those of the arena and ends the message: read head.root before. Never fails, whatever the
// limit.
void message_adopt(FlMessage *message, FlArena *arena);

// What the receiver is charged: all bytes of its allocations, and for its holds.
uint64_t message_bytes(const FlMessage *message);

#endif
