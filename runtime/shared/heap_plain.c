#if defined FLUFFY_PLAIN_MALLOC || defined FLUFFY_HOSTED

// The stand-in for Boehm's collector where every object is to be a block of the program's own allocator: in sanitized
// builds, so that a sanitizer knows where it ends and when it was freed, and within other programs, which may use
// Boehm's collector themselves, and get every byte back. Marks like Boehm's: any word that is the start of an object is
// a reference. Where memory for a collection is lacking, it is put off.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/shared/heap.h"
#include "runtime/shared/slots.h"

typedef struct Entry {
    char *start; // NULL: empty
    uint64_t bytes;
    void (*gone)(void *object);
    bool references, marked;
} Entry;

// All objects, by address, with open addressing. Under the heap's lock.
static Entry *entries;
static size_t count, capacity;
static uint64_t live;

// Objects that nothing leads to and that are to be reported; between heap_collect and heap_call_gone.
static Entry *dead;
static size_t dead_count;

// Marked objects not looked through yet.
static char **work;
static size_t work_count, work_capacity;

void heap_init(void) {}

static Entry *find(const void *start) {
    size_t at = (size_t)((uintptr_t)start >> 4) * 0x9e3779b97f4a7c15u >> 20 & (capacity - 1);
    while (entries[at].start != NULL && entries[at].start != start)
        at = (at + 1) & (capacity - 1);
    return &entries[at];
}

static bool resize(size_t wanted) {
    Entry *old = entries, *fresh = calloc(wanted, sizeof *fresh);
    size_t old_capacity = capacity;
    if (fresh == NULL)
        return false;
    entries = fresh;
    capacity = wanted;
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].start != NULL)
            *find(old[i].start) = old[i];
    free(old);
    return true;
}

void *heap_allocate(uint64_t bytes, bool references) {
    if (2 * (count + 1) > capacity && !resize(capacity == 0 ? 1024 : 2 * capacity))
        return NULL;
    char *start = references ? calloc(1, bytes) : malloc(bytes);
    if (start != NULL) {
        *find(start) = (Entry){.start = start, .bytes = bytes, .references = references};
        count++;
    }
    return start;
}

bool heap_watch(void *object, void (*gone)(void *object)) {
    find(object)->gone = gone;
    return true;
}

bool heap_is_object(const void *start) { return capacity != 0 && find(start)->start == start; }

uint64_t heap_live(void) { return live; }

// ---- collecting

static bool put_off; // memory is lacking: nothing is freed

static void mark(uintptr_t word) {
    if (word == 0 || word % 16 != 0 || capacity == 0)
        return;
    Entry *entry = find((void *)word);
    if (entry->start == NULL || entry->marked)
        return;
    entry->marked = true;
    live += entry->bytes;
    if (!entry->references)
        return;
    if (work_count == work_capacity) {
        size_t wanted = work_capacity == 0 ? 1024 : 2 * work_capacity;
        char **larger = realloc(work, wanted * sizeof *work);
        if (larger == NULL) {
            put_off = true;
            return;
        }
        work = larger;
        work_capacity = wanted;
    }
    work[work_count++] = entry->start;
}

// Not sanitized: others store into slots and into words beside them meanwhile, and fill in objects that they have just
// made. Whatever they store is held by other slots as well.
__attribute__((noinline, no_sanitize("thread", "address"))) static void look(char *from, char *to) {
    for (const volatile uintptr_t *word = (uintptr_t *)from; (char *)(word + 1) <= to; word++)
        mark(*word);
}

static void mark_all(void) {
    live = 0;
    slots_each(look);
    while (work_count > 0) {
        char *start = work[--work_count];
        look(start, start + find(start)->bytes);
    }
}

void heap_collect(void) {
    put_off = false;
    mark_all();
    size_t kept = 0, old_capacity = capacity;
    Entry *old = entries, *ends = malloc((count + 1) * sizeof *ends);
    Entry *fresh = calloc(capacity == 0 ? 1 : capacity, sizeof *fresh);
    if (put_off || fresh == NULL || ends == NULL) {
        for (size_t i = 0; i < capacity; i++)
            entries[i].marked = false;
        free(fresh);
        free(ends);
        return;
    }
    entries = fresh;
    dead = ends;
    dead_count = 0;
    for (size_t i = 0; i < old_capacity; i++) {
        Entry entry = old[i];
        if (entry.start == NULL)
            continue;
        if (entry.marked) {
            entry.marked = false;
            *find(entry.start) = entry;
            kept++;
        } else if (entry.gone != NULL) {
            dead[dead_count++] = entry;
        } else {
            free(entry.start);
        }
    }
    count = kept;
    free(old);
}

void heap_call_gone(void) {
    for (size_t i = 0; i < dead_count; i++) {
        dead[i].gone(dead[i].start);
        free(dead[i].start);
    }
    free(dead);
    dead = NULL;
    dead_count = 0;
}

void heap_deinit(void) {
    for (size_t i = 0; i < capacity; i++)
        free(entries[i].start);
    free(entries);
    free(work);
    entries = NULL;
    work = NULL;
    count = capacity = work_capacity = live = 0;
}

#else
typedef int heap_plain_is_not_in_executables;
#endif
