// Deep copy of values, driven by descriptors. Sharing is kept: what two references share in the source, they share
// in the copy.
//
// Three steps, so that the caller allocates once for everything: collect what is reachable and its size, place it
// into memory, end. Between begin and end the source objects are marked in their `flags`; nothing else may run on
// that heap. Work lists, no recursion. Static objects are referred to, not copied.
//
// Of a buffer, only the stretch that the copied lists see is copied, and their offsets are adjusted. This relies on
// a fact of all layouts: a reference to a buffer is the first word of a list, whose range is the word behind it.
// The copy is owned by nobody (owner 0); a list without elements loses its buffer. Threads: the one that owns the
// source.
#ifndef FLUFFY_RUNTIME_MEMORY_COPY_H
#define FLUFFY_RUNTIME_MEMORY_COPY_H

#include "runtime/memory/arena.h"

enum { COPY_INLINE = 20 };

typedef struct CopyEntry {
    FlObject *source;
    uint64_t offset;     // of the copy, from the place
    uint32_t first, end; // of a buffer: the elements to copy; otherwise 0
} CopyEntry;

typedef struct Copy {
    uint64_t bytes;     // that all copies need
    uint32_t count;     // of entries
    uint32_t capacity;  // of entries
    uint32_t again;     // from this entry on, buffers were widened after they had been looked through; UINT32_MAX: none
    uint32_t looked;    // the entry that is being looked through
    CopyEntry *entries; // `few`, or allocated
    bool failed;        // memory is out, or more than 2^31 objects
    CopyEntry few[COPY_INLINE];
} Copy;

void copy_begin(Copy *copy);

// Collects the object that `word` refers to, and all that it refers to.
void copy_collect(Copy *copy, FlWord word);

// Collects what the words of `object` refer to, but not `object` itself, which is a fresh one outside of the source
// heap.
void copy_collect_words(Copy *copy, const FlObject *object);

// Writes all copies, copy->bytes bytes in total, behind `place` (8-aligned). Not if copy->failed.
void copy_place(const Copy *copy, char *place);

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

// A value as a union member, copied into the arena: the new word in *result. false as above.
bool copy_value_into_arena(FlArena *arena, FlBump *bump, FlWord word, FlWord *result);

#endif
