// Objects that stay where they are because a word on a stack may be a reference to them (Bartlett). Any word that is an
// address within an object of the arena counts, wherever in the object it points; other words are nothing.
//
// A filler that is pointed to is memory in use by the runtime: it stays as it is, and its words count too.
// Threads: the one that owns the arena.
#ifndef FLUFFY_RUNTIME_COLLECT_PINS_H
#define FLUFFY_RUNTIME_COLLECT_PINS_H

#include "runtime/collect/collect.h"

typedef struct PinBlock {
    FlBlock *block; // NULL: the embedded bytes
    char *first, *end;
    uint64_t bit;   // of its first word in the map
    uint64_t count; // of the objects that stay in it
    bool large;     // it holds one object, which fills it
    bool fresh;     // words were marked since it was last looked through
} PinBlock;

typedef struct Pins {
    PinBlock *blocks; // owned; all blocks of the arena, by address. NULL: nothing may be pinned
    size_t block_count;
    uint64_t words;     // in all of them
    uint64_t *map;      // owned; a bit for each word of the blocks: it is pointed to
    uint64_t marked;    // bits of the map
    FlObject **objects; // owned; what stays, block by block, by address
    uint64_t count;
} Pins;

// Finds what the ranges point to and marks it OBJECT_STAYS (fillers not). `large` are blocks of the arena that are not
// in its list now. false: memory is out.
bool pins_find(Pins *pins, const FlArena *arena, const FlBump *bump, const FlBlock *large, const CollectRoots *roots);

// Takes the marks away.
void pins_unmark(const Pins *pins);

// When everything else has moved: what does not stay in its block becomes fillers, and nothing at its end. Returns the
// blocks that stay and, in *rest, those that hold nothing any more, large ones excepted; *embedded is the end of what
// stays in the embedded bytes.
FlBlock *pins_sweep(const Pins *pins, FlBlock **rest, char **embedded);

void pins_end(Pins *pins);

#endif
