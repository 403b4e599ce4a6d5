#include "runtime/process/places.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/process/reference.h"

Places *places_new(void) {
    Places *places = memory_allocate(sizeof *places);
    if (places) {
        *places = (Places){.lock = PTHREAD_MUTEX_INITIALIZER};
        atomic_init(&places->holds, 1);
    }
    return places;
}

Places *places_hold(Places *places) {
    atomic_fetch_add_explicit(&places->holds, 1, memory_order_relaxed);
    return places;
}

void places_release(ProcessWorker *worker, Places *places) {
    if (atomic_fetch_sub_explicit(&places->holds, 1, memory_order_acq_rel) > 1)
        return;
    while (places->first)
        place_remove(worker, places->first);
    memory_free(places);
}

Place *place_make(Places *places, const FlString *id) {
    Place *place = memory_allocate(sizeof *place);
    FlString *own = id ? memory_allocate(sizeof *id + id->length) : NULL;
    if (!place || (id && !own)) {
        memory_free(place);
        memory_free(own);
        return NULL;
    }
    if (id)
        memcpy(own, id, sizeof *id + id->length);
    *place = (Place){.next = places->first, .link = &places->first, .id = own};
    if (places->first)
        places->first->link = &place->next;
    places->first = place;
    return place;
}

// Nobody owns them any more, until they are given to another supervisor.
static void close_all(Places *places) {
    if (!places)
        return;
    pthread_mutex_lock(&places->lock);
    places->owner = 0;
    for (Place *place = places->first; place; place = place->next)
        place_clear(place);
    pthread_mutex_unlock(&places->lock);
}

void place_clear(Place *place) {
    if (place->reference != 0)
        reference_clear(place->reference);
    close_all(place->below);
}

void place_remove(ProcessWorker *worker, Place *place) {
    place_clear(place); // others may still hold what is below
    *place->link = place->next;
    if (place->next)
        place->next->link = place->link;
    if (place->reference != 0)
        reference_free(worker, place->reference);
    if (place->below)
        places_release(worker, place->below);
    memory_free(place->id);
    memory_free(place);
}
