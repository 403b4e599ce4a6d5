// The state of a collection while it runs, and the marks in headers.
//
// A header is a word: the type's id, and flags in the upper half. In an arena flags are 0 but while a collection runs:
//  - HEADER_MOVED: the rest of the word is the address of the copy. The object's own words are as they were, except
//    that of a buffer of which a part moved (HEADER_PART) `owner` says which part.
//  - the OBJECT_ bits below, each alone or VIEWED with LARGE.
// Objects that are not the collection's have one of FL_OBJECT_* in their flags, and anything but HEADER_MOVED above.
#ifndef FLUFFY_RUNTIME_COLLECT_COLLECTION_H
#define FLUFFY_RUNTIME_COLLECT_COLLECTION_H

#include "runtime/collect/collect.h"
#include "runtime/collect/fresh.h"
#include "runtime/collect/pins.h"
#include "runtime/collect/views.h"
#include "runtime/memory/object.h"

#define HEADER_MOVED ((uint64_t)1 << 63)
#define HEADER_PART ((uint64_t)1 << 62)
#define HEADER_ADDRESS (((uint64_t)1 << 48) - 1)

enum {
    OBJECT_KIND = 15,        // of the flags: FL_OBJECT_*
    OBJECT_STAYS = 1 << 27,  // reached, and not to be moved
    OBJECT_LARGE = 1 << 26,  // alone in a large block: stays if it is reached in a form worth keeping
    OBJECT_VIEWED = 1 << 25, // a buffer whose `owner` is, for now, the number of a view
};

enum { COLLECT_AHEAD = 16 }; // references found that wait for their objects to come into the cache

struct Collection {
    FlArena *arena;
    FlBump *bump;
    FlObject **frame, *first_frame; // the root, and what it was
    FlPid owner;
    bool (*outside)(void *context, FlWord *slot);
    void *context;
    uint64_t scanned; // bytes of the ranges

    FlBlock *large;    // blocks of the arena with OBJECT_LARGE, taken out of its list
    FlBlock *grey;     // those that stay and were not looked through yet, linked by `first`
    FlObject *part;    // is being looked through:
    uint64_t element;  // from here on, if it is a buffer
    uint64_t next_pin; // of the pinned objects: to be looked through next
    FlBlock *old;      // the blocks to be freed
    bool failed;       // memory is out
    bool ended;        // the arena is complete; but for `old` all is done

    Fresh fresh;
    Pins pins;
    Views views;
    uint32_t ahead_at, ahead_count;
    FlWord *ahead[COLLECT_AHEAD]; // a ring: the next place, modulo its size, and how many there are before it
};

// Objects are read and written as headers and as what they are.
typedef uint64_t __attribute__((may_alias)) Header;

static inline uint64_t header_of(const FlObject *object) { return *(const Header *)object; }

static inline bool object_stays(const FlObject *object) { return object->flags == OBJECT_STAYS; }

static inline FlObject *header_copy(uint64_t header) { return (FlObject *)(header & HEADER_ADDRESS); }

// Copies elements [first, end) of a buffer of the arena and leaves in its header where to. false: memory is out.
bool move_buffer(Collection *c, FlBuffer *buffer, uint32_t first, uint32_t end);

// Bytes of that copy.
uint64_t move_bytes(const Collection *c, const FlBuffer *buffer, uint32_t first, uint32_t end);

// A large object is reached and stays.
void move_stay(Collection *c, FlObject *object);

// Looks through what was reached, about `budget` words of it. true: all is done, or c->failed.
bool move_some(Collection *c, int64_t budget);

// A root.
void move_root(Collection *c, FlWord *slot);

// Calls visit(c, slot) for the references of all that stays where it is (and was reached), or of what has moved too.
void collection_each_in_place(Collection *c, void (*visit)(void *context, FlWord *slot));
void collection_each_reference(Collection *c, void (*visit)(void *context, FlWord *slot));

#endif
