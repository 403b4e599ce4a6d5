// Places: the references to children of a supervisor, by which they are found though they, and the supervisor, are
// started again.
//
// They belong to the supervisor's own place in its tree, not to the process: the place of a child that is a supervisor
// holds `below` the places of its children, and each new process gets them when it is started.
//
// Ownership: counted holds, of the supervisor, of the start function that makes it, and of the place above. The last
// one frees them. Threads: everything in them is under their lock. A supervisor that was killed is replaced before
// those below it know that they end too, so each of them looks whether it still is the `owner` before it touches a
// place. Locks are taken from above to below only, that of a reference last.
#ifndef FLUFFY_RUNTIME_PROCESS_PLACES_H
#define FLUFFY_RUNTIME_PROCESS_PLACES_H

#include "runtime/process/process.h"

typedef struct Places Places;
typedef struct Place Place;

struct Place {
    Place *next, **link; // in their list
    FlPid reference;     // 0: nobody asked for one
    Places *below;       // a hold; NULL: its child is no supervisor, or was never started
    FlString *id;        // owned; NULL: it is forgotten with the supervisor
};

struct Places {
    _Atomic(uint32_t) holds; // acquire and release: who frees them sees all that was done to them
    pthread_mutex_t lock;
    FlPid owner; // the supervisor; 0: none at present
    Place *first;
};

// With one hold; NULL: memory is out.
Places *places_new(void);
Places *places_hold(Places *places);
void places_release(ProcessWorker *worker, Places *places);

// ---- the lock is held

// For the child with this id, or NULL for one without; NULL: memory is out.
Place *place_make(Places *places, const FlString *id);
// The references in it and below lead nowhere any more.
void place_remove(ProcessWorker *worker, Place *place);
// The same, until its child, or those below it, are started again.
void place_clear(Place *place);

#endif
