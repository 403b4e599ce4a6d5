// Interned names: equal text means equal pointer, so names are compared with ==.
// Ownership: the table of names lives as long as the program. Threads: one.
#ifndef FLUFFY_COMPILER_BASE_NAME_H
#define FLUFFY_COMPILER_BASE_NAME_H

#include <stddef.h>
#include <stdint.h>

typedef struct NameData {
    uint32_t len;  // bytes
    uint32_t hash; // of the text; stable from run to run
    char text[];   // UTF-8, NUL-terminated
} NameData;

typedef const NameData *Name;

// The name with this text, made if it is new.
Name name_of(const char *nul_terminated);
Name name_of_bytes(const char *bytes, size_t len);

// The name with this text if it exists already, otherwise NULL.
Name name_find(const char *bytes, size_t len);

// Order by text (for output that must not depend on addresses): <0, 0, >0. Fits qsort through a wrapper.
int name_compare(Name a, Name b);

// For a Name (NULL allowed) in a printf argument list.
const char *name_text(Name name);

#ifdef FLUFFY_PLAIN_MALLOC
// Empties the table; for mem_free_everything.
void names_forget(void);
#endif

#endif
