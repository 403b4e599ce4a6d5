// References to children (runtime/process/reference.h), and the places that keep them.
#include "runtime/process/reference.h"
#include "runtime/process/side.h"
#include "runtime/supervise/supervisor.h"

static ProcessWorker *worker_of(const Supervisor *supervisor) { return (ProcessWorker *)supervisor->process->worker; }

// Locks the supervisor's places. NULL: it has none, or another one has got them because those above were started again;
// then nothing here refers to its children any more.
static Places *enter(const Supervisor *supervisor) {
    Places *places = supervisor->process->side->places;
    if (!places)
        return NULL;
    pthread_mutex_lock(&places->lock);
    if (places->owner == supervisor->process->head.pid)
        return places;
    pthread_mutex_unlock(&places->lock);
    return NULL;
}

static void leave(Places *places) { pthread_mutex_unlock(&places->lock); }

static Places *enter_or_make(Supervisor *supervisor) {
    FlSide *side = supervisor->process->side;
    if (!side->places) {
        side->places = places_new();
        if (!side->places)
            process_out_of_memory(supervisor->process);
        side->places->owner = supervisor->process->head.pid;
    }
    return enter(supervisor);
}

// NULL: memory is out.
static Place *place_of(Places *places, Child *child) {
    if (!child->place)
        child->place = place_make(places, child->id);
    return child->place;
}

// While a supervisor below another one ends, the one above may start it again, and with it its children.
static bool may_return(const Supervisor *supervisor, const Child *child) {
    if (supervisor->cause != END_NONE)
        return supervisor->process->side->supervisor != 0;
    return child->state != CHILD_DOWN || child->must_start;
}

static void follow(Supervisor *supervisor, Child *child) {
    Place *place = child->place;
    bool made = !child->starts_supervisor || child->state != CHILD_STARTING;
    if (child->pid == 0 && !may_return(supervisor, child)) {
        place_clear(place);
    } else if (place->reference != 0) {
        if (child->pid != 0 && made)
            reference_set(place->reference, child->pid);
        else
            reference_await(place->reference);
    }
}

FlPid child_reference(Supervisor *supervisor, Child *child) {
    Places *places = enter_or_make(supervisor);
    if (!places)
        return REFERENCE_NOBODY;
    Place *place = place_of(places, child);
    if (place && place->reference == 0) {
        place->reference = reference_make(worker_of(supervisor));
        if (place->reference != 0)
            follow(supervisor, child);
    }
    FlPid reference = place ? place->reference : 0;
    leave(places);
    if (reference == 0)
        process_out_of_memory(supervisor->process);
    return reference;
}

Places *child_below(Supervisor *supervisor, Child *child) {
    Places *places = enter_or_make(supervisor), *below = NULL;
    if (places) {
        Place *place = place_of(places, child);
        if (place && !place->below)
            place->below = places_new();
        if (place && place->below)
            below = places_hold(place->below);
        leave(places);
    } else {
        below = places_new(); // of one that is about to end with this supervisor
    }
    if (!below)
        process_out_of_memory(supervisor->process);
    return below;
}

void child_follow(Supervisor *supervisor, Child *child) {
    Places *places = child->place ? enter(supervisor) : NULL;
    if (!places)
        return;
    follow(supervisor, child);
    leave(places);
}

void child_lose(Supervisor *supervisor, Child *child) {
    Places *places = child->place ? enter(supervisor) : NULL;
    if (!places)
        return;
    place_remove(worker_of(supervisor), child->place);
    child->place = NULL;
    leave(places);
}

void supervisor_take_places(Supervisor *supervisor, ProcessWorker *worker) {
    Places *places = supervisor->process->side->places;
    Place *next;
    pthread_mutex_lock(&places->lock);
    places->owner = supervisor->process->head.pid;
    for (Place *place = places->first; place; place = next) {
        next = place->next;
        Child *child = place->id ? index_find(&supervisor->by_id, index_key(place->id), place->id) : NULL;
        if (!child) {
            place_remove(worker, place);
            continue;
        }
        child->place = place;
        if (place->reference != 0)
            reference_await(place->reference);
    }
    pthread_mutex_unlock(&places->lock);
}
