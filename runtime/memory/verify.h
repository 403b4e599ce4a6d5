// The heap verifier: walks objects by their descriptors and proves that each word is what its descriptor says. Called
// when processes park, with FLUFFY_VERIFY=1 in the environment and in sanitized builds (there FLUFFY_VERIFY=0 stops
// it).
//
// What is proved: every object has a valid type and ends where the next one begins; a reference is an immediate
// with a valid tag and payload, a static object, one outside that a hold keeps (of the shared heap: one that is not
// freed), or the start of an object in the same arena or message, of the
// type (or one of the union's members) that its field has; strings are UTF-8 with the right count and a closing
// NUL; lists lie within their buffer; no object is left marked. Costs time and memory in proportion to the heap. If
// memory is out, it proves nothing and says so by `checked`. Threads: the one that owns the heap.
#ifndef FLUFFY_RUNTIME_MEMORY_VERIFY_H
#define FLUFFY_RUNTIME_MEMORY_VERIFY_H

#include "runtime/memory/arena.h"

typedef struct Violation {
    bool checked;           // false: there was no memory to check with
    const char *what;       // NULL: nothing is wrong; otherwise what is, static text
    const FlObject *object; // the object with the wrong word; NULL: a root
    const FlType *type;     // its type, if known
    uint64_t index;         // of the word behind its header
    FlWord word;            // what it holds
} Violation;

// Whether heaps are to be verified. Looks at the environment: ask once. Any thread.
bool verify_enabled(void);

// An arena, and with it a root object (FlProcessHead.frame; NULL for none), which must lie in it or be static.
Violation verify_arena(const FlArena *arena, const FlBump *bump, const FlObject *root);

// A complete message, before it is adopted.
Violation verify_message(const FlMessage *message);

// The type table: ids, kinds, offsets, words and reference bitmaps agree with each other. Once, when the program
// starts.
Violation verify_program(const FlProgram *program);

// One line of text about a violation, cut to `size` bytes.
void verify_describe(const Violation *violation, char *text, size_t size);

#endif
