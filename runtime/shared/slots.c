// Slots lie in regions that are not unmapped as long as there is a heap. Free ones are in two lists under a short lock;
// those given back are pushed onto a stack without any lock, by whoever frees a message, and wait there for the heap's
// lock: clearing a slot while a collection looks at slots could lose what was just moved from it to another one.
#include "runtime/shared/slots.h"

#include <pthread.h>
#include <stdatomic.h>

#include "runtime/platform/vm.h"

enum {
    REGION_BYTES = 1 << 20,
    REGION_FIRST = 64, // bytes of its header
    TABLE_BYTES = 4096,
};

_Static_assert(sizeof(SharedSlots) == 64 && sizeof(SharedTable) == TABLE_BYTES, "sizes of the two kinds");

// The head of a region; its link is written before it is in the list and never again.
typedef struct Region Region;
struct Region {
    Region *next;
};

// What lies on the stack of those given back: the first word of either kind is its link, whose lowest bit says which.
static _Atomic(uintptr_t) given; // push: release; taken as a whole: acquire
// How many were since slots_given; after `given`, and sequentially consistent: the collector's thread looks at it
// before it sleeps.
static _Atomic(uint64_t) given_count;

static struct {
    pthread_mutex_t lock;
    SharedSlots *slots;
    SharedTable *tables;
    char *fresh, *end; // of the newest region
    // Pushed under the lock (release), read by the collector (acquire).
    _Atomic(Region *) regions;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

// ---- taking; the pool's lock is held

static bool new_region(void) {
    size_t bytes = REGION_BYTES;
    char *memory = vm_reserve(&bytes, REGION_BYTES);
    if (memory == NULL)
        return false;
    if (!vm_commit(memory, bytes)) {
        vm_release(memory, bytes);
        return false;
    }
    Region *region = (Region *)memory;
    region->next = atomic_load_explicit(&pool.regions, memory_order_relaxed);
    atomic_store_explicit(&pool.regions, region, memory_order_release);
    pool.fresh = memory + REGION_FIRST;
    pool.end = memory + REGION_BYTES;
    return true;
}

static void *take_fresh(size_t bytes) {
    if ((size_t)(pool.end - pool.fresh) < bytes && !new_region())
        return NULL;
    void *memory = pool.fresh;
    pool.fresh += bytes;
    return memory;
}

// With nothing free, what was given back is cleared first, unless a collection runs: then a new region does.
static void lock_pool(void *const *free) {
    pthread_mutex_lock(&pool.lock);
    if (*free != NULL || atomic_load_explicit(&given, memory_order_relaxed) == 0)
        return;
    pthread_mutex_unlock(&pool.lock);
    shared_try_clear();
    pthread_mutex_lock(&pool.lock);
}

SharedSlots *shared_slots_take(void) {
    lock_pool((void *const *)&pool.slots);
    SharedSlots *slots = pool.slots;
    if (slots != NULL)
        pool.slots = slots->next;
    else
        slots = take_fresh(sizeof *slots);
    pthread_mutex_unlock(&pool.lock);
    return slots;
}

SharedTable *shared_table_take(void) {
    lock_pool((void *const *)&pool.tables);
    SharedTable *table = pool.tables;
    if (table != NULL)
        pool.tables = table->next;
    else
        table = take_fresh(sizeof *table);
    pthread_mutex_unlock(&pool.lock);
    return table;
}

// ---- giving back

static void give(void *first_word, uintptr_t kind) {
    uintptr_t top = atomic_load_explicit(&given, memory_order_relaxed);
    do
        *(uintptr_t *)first_word = top;
    while (!atomic_compare_exchange_weak_explicit(&given, &top, (uintptr_t)first_word | kind, memory_order_release,
                                                  memory_order_relaxed));
    atomic_fetch_add_explicit(&given_count, 1, memory_order_seq_cst); // partner: the collector's look before it sleeps
    shared_stir();
}

void shared_slots_give(SharedSlots *slots) { give(slots, 0); }

void shared_table_give(SharedTable *table) { give(table, 1); }

uint64_t slots_given(void) { return atomic_exchange_explicit(&given_count, 0, memory_order_seq_cst); }

static void clear(uintptr_t *slots, size_t count) {
    for (size_t i = 0; i < count; i++)
        __atomic_store_n(&slots[i], 0, __ATOMIC_RELAXED); // the next owner gets it by the pool's lock
}

void slots_clear(void) {
    uintptr_t item = atomic_exchange_explicit(&given, 0, memory_order_acquire);
    SharedSlots *slots = NULL, **last_slots = &slots;
    SharedTable *tables = NULL, **last_table = &tables;
    while (item != 0) {
        uintptr_t next = *(uintptr_t *)(item & ~(uintptr_t)1);
        if (item & 1) {
            SharedTable *table = (SharedTable *)(item - 1);
            clear(table->slots, SHARED_TABLE);
            *last_table = table;
            last_table = &table->next;
        } else {
            SharedSlots *one = (SharedSlots *)item;
            clear(one->slots, SHARED_SLOTS);
            *last_slots = one;
            last_slots = &one->next;
        }
        item = next;
    }
    pthread_mutex_lock(&pool.lock);
    *last_slots = pool.slots;
    pool.slots = slots;
    *last_table = pool.tables;
    pool.tables = tables;
    pthread_mutex_unlock(&pool.lock);
}

void slots_each(void (*visit)(char *from, char *to)) {
    Region *region = atomic_load_explicit(&pool.regions, memory_order_acquire);
    for (; region != NULL; region = region->next)
        visit((char *)region + REGION_FIRST, (char *)region + REGION_BYTES);
}

void slots_deinit(void) {
    Region *region = atomic_exchange_explicit(&pool.regions, NULL, memory_order_acquire);
    while (region != NULL) {
        Region *next = region->next;
        vm_release((char *)region, REGION_BYTES);
        region = next;
    }
    pool.slots = NULL;
    pool.tables = NULL;
    pool.fresh = pool.end = NULL;
    atomic_store_explicit(&given, 0, memory_order_relaxed);
    atomic_store_explicit(&given_count, 0, memory_order_relaxed);
}
