// Messages: what one process gives another. A header, and behind it the objects that the root refers to.
//
// Invariants:
//  - A message is one allocation; if it was built in place and referred to more than it had room for, a second block
//    stands in `more`, and behind that its holds (holds.h).
//  - Its references point into itself, to static objects, or to objects outside that its holds keep. The root is an
//  immediate, such an object, or 0 in
//    signals without a value.
//  - It belongs to the sender until it is pushed, then to the receiver; whoever has it ends it by message_free or
//    message_adopt. Any thread.
//  - `to`, `from`, `kind`, `flags`, `detail` and head.next are the process room's: this room writes them once, to
//    what the caller gave or 0.
#ifndef FLUFFY_RUNTIME_MEMORY_MESSAGE_H
#define FLUFFY_RUNTIME_MEMORY_MESSAGE_H

#include "runtime/memory/promote.h"

// Values of FlMessage.kind: this one, and from MESSAGE_FIRST_SIGNAL on those of the process room.
enum { MESSAGE_VALUE = 0, MESSAGE_FIRST_SIGNAL = 1 };

struct FlMessage {
    FlMessageHead head;
    FlPid to;        // addressee with serial: dropped when the slot has another process by now
    FlPid from;      // sender; 0 for none
    char *end;       // behind the last object in this allocation; the first one follows this struct
    FlBlock *more;   // a second block of objects, then holds; or NULL
    uint32_t kind;   // MESSAGE_VALUE or a signal
    uint32_t flags;  // the process room's; 0
    uint64_t detail; // the process room's: a reference of a monitor, a timer…; 0
};

// A message with a copy of `root`, a value as a union member in memory private to the caller (or static, outside, or an
// immediate), whatever its size. NULL: memory is out.
FlMessage *message_copy(FlWord root);

// The same of a value in the arena `from`; what is large is promoted instead of copied.
FlMessage *message_give(FlArena *from, FlWord root);

// A message without a value: head.root is 0. NULL: memory is out.
FlMessage *message_signal(uint32_t kind);

// Built in place: a message whose root is a fresh object of `type` (not STRING, BUFFER), with its header written.
// The caller stores its words, whose references may point into its own heap, and calls message_complete. NULL:
// memory is out.
FlMessage *message_begin(const FlType *type);

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

// Makes the objects those of the arena and ends the message: read head.root before. Never fails (see
// arena_over_limit).
void message_adopt(FlMessage *message, FlArena *arena);

// What the receiver is charged: all bytes of its allocations, and for its holds.
uint64_t message_bytes(const FlMessage *message);

#endif
