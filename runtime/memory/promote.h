// Promotion: what one process gives to others, if it is more than a little, becomes shared instead of being copied, and
// only once.
//
// The shared copies are made children first. A promoted object stays in its arena until the next collection, which
// replaces all references to it by ones to its copy (outside.h); until then its flags are FL_OBJECT_PROMOTED with its
// index in the arena's table of promotions, by which it is found when it is given away again. So of a new version of a
// persistent structure only what is new is promoted: the rest is shared already.
//
// Invariants:
//  - The table is the first hold of its arena and its slots keep all copies; a copy's entry is written once.
//  - A shared object refers to static, shared and counted objects only. The counted ones are held by a cell, an object
//    of the shared heap which the word behind the object's own refers to: when that is freed, their counts go down.
//  - A promoted buffer's entry says which elements its copy has. A list that sees others has it promoted again.
// Threads: the one that owns the arena.
#ifndef FLUFFY_RUNTIME_MEMORY_PROMOTE_H
#define FLUFFY_RUNTIME_MEMORY_PROMOTE_H

#include "runtime/memory/holds.h"
#include "runtime/shared/shared.h"

typedef struct PromotedEntry {
    FlObject *source;    // NULL: a cell
    uint32_t first, end; // of a buffer
} PromotedEntry;

typedef struct Promotions {
    FlBlock hold; // bytes: of the table
    uint32_t count, capacity;
    uint32_t table_count, table_capacity;
    PromotedEntry *entries;
    SharedTable **tables; // slot i is that of entry i
    uint64_t promoted;    // bytes of the copies
} Promotions;

typedef enum PromoteResult { PROMOTE_DONE, PROMOTE_MORE, PROMOTE_NO_MEMORY } PromoteResult;

// Promotes the object that a word refers to, or those that the words of `object` (which may lie anywhere) refer to, and
// all that they refer to; at most about `most` objects: after PROMOTE_MORE the same call goes on. What has no business
// outside (immediates, static objects, what is outside already) is left as it is.
PromoteResult promote_value(FlArena *arena, FlWord word, uint64_t most);
PromoteResult promote_words(FlArena *arena, FlObject *object, uint64_t most);

// The table of an arena; NULL: nothing has been promoted since its last collection.
static inline const Promotions *promotions_of(const FlArena *arena) {
    return arena != NULL && arena->holds != NULL && arena->holds->end == HOLD_TABLE ? (const Promotions *)arena->holds
                                                                                    : NULL;
}

static inline FlObject *promotions_copy(const Promotions *table, uint32_t index) {
    return (FlObject *)table->tables[index / SHARED_TABLE]->slots[index % SHARED_TABLE];
}

// Replaces a reference to a promoted object, of the type that the slot has, by its copy. false: its copy lacks
// elements that the list in the slot sees; nothing happened.
bool promotions_redirect(const Promotions *table, FlWord *slot);

// Before a collection: takes back the promotion of those buffers of which lists may see other elements.
void promotions_forget_parts(const Promotions *table);

void promotions_free(Promotions *table);

#endif
