// Children by their process and by their id. Removal moves later entries back, so there are no tombstones.
#include <string.h>

#include "runtime/process/signals.h"
#include "runtime/supervise/supervisor.h"

enum { CAPACITY_FIRST = 8 };

uint64_t index_key(const FlString *id) {
    uint64_t hash = 14695981039346656037u;
    for (uint32_t i = 0; i < id->length; i++)
        hash = (hash ^ (unsigned char)id->bytes[i]) * 1099511628211u;
    return hash | 1;
}

static uint32_t place_of(const Index *index, uint64_t key) {
    return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (index->capacity - 1);
}

Child *index_find(const Index *index, uint64_t key, const FlString *id) {
    if (index->capacity == 0 || key == 0)
        return NULL;
    for (uint32_t i = place_of(index, key);; i = (i + 1) & (index->capacity - 1)) {
        const IndexPlace *place = &index->places[i];
        if (place->key == 0)
            return NULL;
        if (place->key == key && (!id || reason_is(place->child->id, id)))
            return place->child;
    }
}

static void put(Index *index, IndexPlace entry) {
    uint32_t i = place_of(index, entry.key);
    while (index->places[i].key != 0)
        i = (i + 1) & (index->capacity - 1);
    index->places[i] = entry;
    index->count++;
}

static void grow(Index *index, FlProcess *self, FlProcess *process) {
    Index larger = {.capacity = index->capacity ? index->capacity * 2 : CAPACITY_FIRST};
    larger.places = supervisor_memory(process, larger.capacity * sizeof(IndexPlace));
    if (!larger.places)
        process_out_of_memory(self);
    for (uint32_t i = 0; i < index->capacity; i++) {
        if (index->places[i].key != 0)
            put(&larger, index->places[i]);
    }
    *index = larger;
}

void index_add(Index *index, FlProcess *self, FlProcess *process, uint64_t key, Child *child) {
    if (index->count * 4 >= index->capacity * 3)
        grow(index, self, process);
    put(index, (IndexPlace){key, child});
}

void index_remove(Index *index, uint64_t key, const Child *child) {
    if (index->capacity == 0)
        return;
    uint32_t mask = index->capacity - 1, hole = place_of(index, key);
    while (index->places[hole].key != key || index->places[hole].child != child) {
        if (index->places[hole].key == 0)
            return;
        hole = (hole + 1) & mask;
    }
    for (uint32_t i = (hole + 1) & mask; index->places[i].key != 0; i = (i + 1) & mask) {
        // An entry stays if its own place lies behind the hole.
        uint32_t own = place_of(index, index->places[i].key);
        if (((i - own) & mask) < ((i - hole) & mask))
            continue;
        index->places[hole] = index->places[i];
        hole = i;
    }
    index->places[hole] = (IndexPlace){0};
    index->count--;
}
