#include "runtime/memory/holds.h"

#include "runtime/memory/alloc.h"
#include "runtime/memory/promote.h"
#include "runtime/shared/shared.h"

_Static_assert(sizeof(FlBlock) == offsetof(SharedSlots, slots), "the head of slots is a block's");

void *counted_new(FlArena *arena, uint64_t bytes) {
    uint64_t total = sizeof(Counted) + bytes;
    if (!arena_may_take(arena, total))
        return NULL;
    Counted *counted = memory_allocate(total);
    if (counted == NULL)
        return NULL;
    counted->own = (FlBlock){.end = (char *)(counted + 1), .bytes = total};
    counted->bytes = total;
    counted->finish = NULL;
    atomic_init(&counted->count, 1);
    holds_give(arena, &counted->own);
    return counted + 1;
}

void counted_up(const FlObject *object) {
    atomic_fetch_add_explicit(&counted_of(object)->count, 1, memory_order_relaxed);
}

void counted_down(const FlObject *object) {
    Counted *counted = counted_of(object);
    if (atomic_fetch_sub_explicit(&counted->count, 1, memory_order_acq_rel) != 1)
        return;
    if (counted->finish)
        counted->finish(object);
    else
        memory_free(counted);
}

static bool add_counted(FlBlock **list, const FlObject *object) {
    FlBlock *hold = memory_allocate(sizeof *hold);
    if (hold == NULL)
        return false;
    counted_up(object);
    *hold = (FlBlock){.next = *list, .end = (char *)(uintptr_t)object, .bytes = counted_of(object)->bytes};
    *list = hold;
    return true;
}

// The next empty slot, in the first hold of the list or a new one. NULL: memory is out.
static uintptr_t *empty_slot(FlBlock **list) {
    FlBlock *hold = *list;
    if (hold != NULL && hold->end == HOLD_SLOTS) {
        SharedSlots *slots = (SharedSlots *)hold;
        for (int i = 0; i < SHARED_SLOTS; i++)
            if (__atomic_load_n(&slots->slots[i], __ATOMIC_RELAXED) == 0)
                return &slots->slots[i];
    }
    SharedSlots *slots = memory_may_allocate() ? shared_slots_take() : NULL;
    if (slots == NULL)
        return NULL;
    *(FlBlock *)slots = (FlBlock){.next = hold, .end = HOLD_SLOTS, .bytes = sizeof *slots};
    *list = (FlBlock *)slots;
    return &slots->slots[0];
}

bool holds_add(FlBlock **list, FlObject *object) {
    if (object->flags & FL_OBJECT_COUNTED)
        return add_counted(list, object);
    if (!holds_add_word(list, (FlWord)object))
        return false;
    (*list)->bytes += holds_weight(object);
    return true;
}

bool holds_add_word(FlBlock **list, FlWord word) {
    uintptr_t *slot = empty_slot(list);
    if (slot == NULL)
        return false;
    shared_root(slot, (const void *)word);
    return true;
}

void hold_free(FlBlock *hold) {
    if (hold->end == HOLD_SLOTS) {
        shared_slots_give((SharedSlots *)hold);
    } else if (hold->end == HOLD_TABLE) {
        promotions_free((Promotions *)hold);
    } else {
        const FlObject *object = (const FlObject *)hold->end;
        if (hold != &counted_of(object)->own)
            memory_free(hold);
        counted_down(object);
    }
}

void holds_free(FlBlock *list) {
    while (list != NULL) {
        FlBlock *next = list->next;
        hold_free(list);
        list = next;
    }
}

void holds_give(FlArena *arena, FlBlock *list) {
    // Behind the table of promotions, if there is one.
    bool table = arena->holds != NULL && arena->holds->end == HOLD_TABLE;
    FlBlock **first = table ? &arena->holds->next : &arena->holds;
    while (list != NULL) {
        FlBlock *next = list->next;
        arena->bytes += list->bytes;
        list->next = *first;
        *first = list;
        list = next;
    }
}
