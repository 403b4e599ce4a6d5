// Deep copy of values, driven by descriptors. Sharing is kept: what two references share in the source, they share
// in the copy.
//
// Three steps, so that the caller allocates once for everything: collect what is reachable and its size, place it
// into memory, end. Between begin and end the source objects are marked in their `flags`; nothing else may run on
// that heap. Work lists, no recursion. What lies outside of arenas, and what is promoted, is referred to, not copied:
// such objects are listed in `held`, for the holds (holds.h) that the copy needs.
//
// With a limit, the collecting ends as soon as it shows that promoting (promote.h) is better than copying: because
// there is much to copy, or because the copy would need many holds.
//
// Of a buffer, only the stretch that the copied lists see is copied, and their offsets are adjusted. This relies on
// a fact of all layouts: a reference to a buffer is the first word of a list, whose range is the word behind it.
// The copy is owned by nobody (owner 0); a list without elements loses its buffer. Threads: the one that owns the
// source.
#ifndef FLUFFY_RUNTIME_MEMORY_COPY_H
#define FLUFFY_RUNTIME_MEMORY_COPY_H

#include "runtime/memory/promote.h"

enum {
    COPY_INLINE = 20,
    COPY_HELD_INLINE = 6,
    COPY_MOST = 8192,   // bytes, with a limit
    COPY_HELD_MOST = 8, // holds, with a limit
};

typedef struct CopyEntry {
    FlObject *source;
    uint64_t offset;     // of the copy, from the place
    uint32_t first, end; // of a buffer: the elements to copy; otherwise 0
} CopyEntry;

typedef struct Copy {
    const Promotions *promotions; // of the arena that the source lies in; NULL: none, or not known
    uint64_t bytes;               // that all copies need
    uint64_t found;               // bytes found so far, for the limit
    uint32_t count;               // of entries
    uint32_t capacity;            // of entries
    uint32_t again;     // from this entry on, buffers were widened after they had been looked through; UINT32_MAX: none
    uint32_t looked;    // the entry that is being looked through
    CopyEntry *entries; // `few`, or allocated
    FlObject **held;    // outside; `few_held`, or allocated. Few occur twice
    uint32_t held_count;
    uint32_t held_capacity;
    uint32_t loose; // entries of promoted objects that are copied nevertheless: these can't be marked
    bool limited;
    bool large;  // more than the limit
    bool failed; // memory is out, or more than 2^27 objects
    CopyEntry few[COPY_INLINE];
    FlObject *few_held[COPY_HELD_INLINE];
} Copy;

// `from`: the arena that the source lies in, if the caller knows it; promoted objects are copied if it is NULL.
void copy_begin(Copy *copy, const FlArena *from, bool limited);

// Collects the object that `word` refers to, and all that it refers to.
void copy_collect(Copy *copy, FlWord word);

// Collects what the words of `object` refer to, but not `object` itself, which is a fresh one outside of the source
// heap.
void copy_collect_words(Copy *copy, const FlObject *object);

// Writes all copies, copy->bytes bytes in total, behind `place` (8-aligned). Not if copy->failed or copy->large.
void copy_place(const Copy *copy, char *place);

// Holds for all that the copies refer to outside, in front of *list. false: memory is out; those made are in the list.
bool copy_hold(const Copy *copy, FlBlock **list);

// What a word of the source, which is no list's, becomes: the copy's address, or the word itself. After copy_place,
// before copy_end.
FlWord copy_word(const Copy *copy, FlWord word, char *place);

// Redirects the references in the words of `object` to the copies.
void copy_redirect(const Copy *copy, FlObject *object, char *place);

// Unmarks the source. Always to be called after copy_begin.
void copy_end(Copy *copy);

// Spawn arguments: `frame` is an object in the arena, whose references still point into the caller's heap. Copies
// what they refer to into the arena and redirects them. false: the limit is passed or memory is out; the frame's
// references are then not to be followed.
bool copy_into_arena(FlArena *arena, FlBump *bump, FlObject *frame);

// The same, with the caller's heap being the arena `from`: what is large is promoted instead of copied.
bool copy_into_arena_from(FlArena *arena, FlBump *bump, FlObject *frame, FlArena *from);

// A value as a union member, from no known arena, copied into the arena: the new word in *result. false as above.
bool copy_value_into_arena(FlArena *arena, FlBump *bump, FlWord word, FlWord *result);

#endif
