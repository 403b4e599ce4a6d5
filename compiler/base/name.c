// Open addressing with linear probing; the table is rebuilt at twice the size when it is more than half full.
#include "compiler/base/name.h"

#include "compiler/base/mem.h"

#include <string.h>

static Name *slots;
static size_t slot_count, name_count;

enum { FIRST_SLOTS = 1024 };

// FNV-1a, finished with a mix so that the low bits depend on all of the text.
static uint32_t hash_bytes(const char *bytes, size_t len) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    hash ^= hash >> 15;
    hash *= 0x85EBCA6Bu;
    return hash ^ hash >> 13;
}

// The slot that holds the name, or the free one where it belongs. The table is not empty.
static size_t slot_of(const char *bytes, size_t len, uint32_t hash) {
    size_t i = hash & (slot_count - 1);
    while (slots[i] && !(slots[i]->hash == hash && slots[i]->len == len && memcmp(slots[i]->text, bytes, len) == 0))
        i = (i + 1) & (slot_count - 1);
    return i;
}

static void grow(void) {
    Name *old = slots;
    size_t old_count = slot_count;
    slot_count = old_count ? old_count * 2 : FIRST_SLOTS;
    slots = mem_alloc(slot_count * sizeof *slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            slots[slot_of(old[i]->text, old[i]->len, old[i]->hash)] = old[i];
}

Name name_of_bytes(const char *bytes, size_t len) {
    if (name_count * 2 >= slot_count)
        grow();
    uint32_t hash = hash_bytes(bytes, len);
    size_t i = slot_of(bytes, len, hash);
    if (slots[i])
        return slots[i];
    NameData *name = mem_alloc_data(sizeof *name + len + 1);
    name->len = (uint32_t)len;
    name->hash = hash;
    memcpy(name->text, bytes, len);
    name_count++;
    return slots[i] = name;
}

Name name_of(const char *nul_terminated) { return name_of_bytes(nul_terminated, strlen(nul_terminated)); }

Name name_find(const char *bytes, size_t len) {
    return slot_count ? slots[slot_of(bytes, len, hash_bytes(bytes, len))] : NULL;
}

int name_compare(Name a, Name b) { return strcmp(a->text, b->text); }

const char *name_text(Name name) { return name ? name->text : "(no name)"; }

#ifdef FLUFFY_PLAIN_MALLOC
void names_forget(void) {
    slots = NULL;
    slot_count = name_count = 0;
}
#endif
