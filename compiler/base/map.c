// Open addressing over indices into the entries, which stay in insertion order.
#include "compiler/base/map.h"

#include "compiler/base/mem.h"

enum { FIRST_SLOTS = 8 };

// Fibonacci hashing: the low bits of pointers are always zero, the high bits of the product depend on all of them.
static size_t slot_of(const Map *map, const void *key) {
    size_t i = (size_t)(((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u) >> 32) & (map->slot_count - 1);
    while (map->slots[i] && map->entries[map->slots[i] - 1].key != key)
        i = (i + 1) & (map->slot_count - 1);
    return i;
}

static const MapEntry *find(const Map *map, const void *key) {
    if (!map->slot_count)
        return NULL;
    uint32_t found = map->slots[slot_of(map, key)];
    return found ? &map->entries[found - 1] : NULL;
}

void *map_get(const Map *map, const void *key) {
    const MapEntry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

bool map_has(const Map *map, const void *key) { return find(map, key) != NULL; }

// At most half of the slots are used; there is room for as many entries.
static void grow(Map *map) {
    map->slot_count = map->slot_count ? map->slot_count * 2 : FIRST_SLOTS;
    map->slots = mem_alloc_data(map->slot_count * sizeof *map->slots);
    map->cap = map->slot_count / 2;
    map->entries = mem_grow(map->entries, map->len * sizeof *map->entries, map->cap * sizeof *map->entries);
    for (size_t i = 0; i < map->len; i++)
        map->slots[slot_of(map, map->entries[i].key)] = (uint32_t)i + 1;
}

void map_set(Map *map, const void *key, void *value) {
    if (map->len == map->cap)
        grow(map);
    size_t i = slot_of(map, key);
    if (!map->slots[i]) {
        map->entries[map->len].key = key;
        map->slots[i] = (uint32_t)++map->len;
    }
    map->entries[map->slots[i] - 1].value = value;
}

bool map_add(Map *map, const void *key) {
    if (map_has(map, key))
        return false;
    map_set(map, key, NULL);
    return true;
}
