// The shared heap: objects that many processes hold, collected while all of them go on.
//
// A slot is a word in memory that the collector looks at; it keeps the object whose start it holds, and all that this
// one refers to. Slots come four at a time with room for their holder's own words (SharedSlots), or as tables.
// The rules are in README.md. All functions: any thread, unless they say otherwise.
#ifndef FLUFFY_RUNTIME_SHARED_SHARED_H
#define FLUFFY_RUNTIME_SHARED_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHARED_SLOTS = 4, SHARED_TABLE = 511 };

// Four slots; 64 bytes, 64-aligned. The holder's words are looked at by the collector too, but are only words to it.
typedef struct SharedSlots SharedSlots;
struct SharedSlots {
    SharedSlots *next; // the holder's; links what is given back
    uint64_t words[3]; // the holder's
    uintptr_t slots[SHARED_SLOTS];
};

// Many slots; 4096 bytes.
typedef struct SharedTable SharedTable;
struct SharedTable {
    SharedTable *next; // the holder's
    uintptr_t slots[SHARED_TABLE];
};

// Empty slots, owned by the caller. NULL: memory is out.
SharedSlots *shared_slots_take(void);
SharedTable *shared_table_take(void);

// Gives one back; what its slots hold stays alive until they are cleared, before the next collection.
void shared_slots_give(SharedSlots *slots);
void shared_table_give(SharedTable *table);

// Stores a reference that the caller may follow (rule 1) into an empty slot of its own. Release: partner of the
// collector's look at the slot.
static inline void shared_root(uintptr_t *slot, const void *object) {
    __atomic_store_n(slot, (uintptr_t)object, __ATOMIC_RELEASE);
}

// A fresh object, already in *slot, which is empty and the caller's. `references`: it may refer to other objects, and
// is zero; otherwise its words are never looked at. 16-aligned. NULL: memory is out, or there is no thread to collect.
void *shared_allocate(uint64_t bytes, bool references, uintptr_t *slot);

// The same for an object without references, of which gone(object) is called, by the collector's thread, some time
// after nothing leads to it any more.
void *shared_allocate_watched(uint64_t bytes, void (*gone)(void *object), uintptr_t *slot);

// Whether the word may be a reference into the heap: never wrongly false.
bool shared_may_refer(uintptr_t word);

// Ends the heap with all that is in it, and its thread, where that can be (not with Boehm's collector, which ends with
// the program). Nobody uses it meanwhile; it starts again with the next object.
void shared_stop(void);

// Whether there has ever been an object.
bool shared_started(void);

// For tests and the verifier. Whether an object starts there and has not been freed. Waits for a collection.
bool shared_is_object(const void *start);
// For tests: two whole collections, after all that was given back was cleared; returns when they, and the calls of
// `gone`, are over.
void shared_collect(void);
// For tests and reports: bytes of objects, as of the last collection and allocated since; collections so far.
uint64_t shared_bytes(void);
uint64_t shared_collections(void);
// For tests, before the first object: a collection after so many bytes were allocated; 0: the usual pace.
void shared_set_pace(uint64_t bytes);

#endif
