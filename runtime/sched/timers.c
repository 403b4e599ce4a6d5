#include "runtime/sched/timers.h"

#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/receive.h"
#include "runtime/process/run.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/sched/sched.h"

enum { SHARD_BITS = 10, INDEX_BITS = 24 }; // of a timer's id; its serial is above

struct LaterMessage {
    FlMessage *message; // NULL: fired, cancelled or free
    LaterMessage *next; // in the free list
    uint32_t place;     // in the heap
    uint32_t serial;
    uint32_t index;
};

void timers_init(Timers *timers, uint32_t shard) {
    *timers = (Timers){.shard = shard};
    pthread_mutex_init(&timers->lock, NULL);
    atomic_store_explicit(&timers->earliest, INT64_MAX, memory_order_relaxed);
}

void timers_deinit(Timers *timers) {
    for (uint32_t i = 0; i < timers->later_count; i++) {
        if (timers->later[i]->message)
            message_free(timers->later[i]->message);
        memory_free(timers->later[i]);
    }
    memory_free(timers->later);
    memory_free(timers->heap);
    pthread_mutex_destroy(&timers->lock);
}

// Whether its receiver, or who stands behind a reply address, has not ended.
static bool later_is_live(const LaterMessage *later) {
    FlPid pid = later->message->to;
    FlProcess *to = process_slot(pid);
    if (!to || process_pid(to) != pid)
        return false;
    FlPid owner = atomic_load_explicit(&to->alias_of, memory_order_relaxed);
    return owner > ALIAS_BOUNDED || !process_closed(to);
}

// ---- the heap; the lock is held

static void put(Timers *timers, uint32_t place, TimerEntry entry) {
    timers->heap[place] = entry;
    if (entry.process) {
        FlTimeout *timeout = &entry.process->timeout;
        atomic_store_explicit(&timeout->index, place, memory_order_relaxed);
        atomic_store_explicit(&timeout->armed, entry.deadline, memory_order_relaxed);
    } else {
        entry.later->place = place;
    }
}

static void sift_up(Timers *timers, uint32_t place, TimerEntry entry) {
    while (place > 1 && timers->heap[place / 2].deadline > entry.deadline) {
        put(timers, place, timers->heap[place / 2]);
        place /= 2;
    }
    put(timers, place, entry);
}

static void sift_down(Timers *timers, uint32_t place, TimerEntry entry) {
    for (;;) {
        uint32_t child = place * 2;
        if (child > timers->count)
            break;
        if (child < timers->count && timers->heap[child + 1].deadline < timers->heap[child].deadline)
            child++;
        if (timers->heap[child].deadline >= entry.deadline)
            break;
        put(timers, place, timers->heap[child]);
        place = child;
    }
    put(timers, place, entry);
}

static void note_earliest(Timers *timers) {
    int64_t earliest = timers->count ? timers->heap[1].deadline : INT64_MAX;
    atomic_store_explicit(&timers->earliest, earliest, memory_order_relaxed);
}

static void free_later(Timers *timers, LaterMessage *later) {
    later->message = NULL;
    later->next = timers->later_free;
    timers->later_free = later;
}

// A timer dies with its receiver: those of processes that have ended are taken out before the heap would grow, so that
// they are never more than half of it for long.
static void sweep(Timers *timers) {
    uint32_t left = 0;
    for (uint32_t place = 1; place <= timers->count; place++) {
        TimerEntry entry = timers->heap[place];
        if (entry.process || later_is_live(entry.later)) {
            put(timers, ++left, entry);
        } else {
            message_free(entry.later->message);
            free_later(timers, entry.later);
        }
    }
    timers->count = left;
    for (uint32_t place = left / 2; place >= 1; place--)
        sift_down(timers, place, timers->heap[place]);
}

// false: memory is out.
static bool make_room(Timers *timers) {
    sweep(timers);
    if (timers->count < timers->capacity / 2)
        return true;
    uint32_t capacity = timers->capacity ? timers->capacity * 2 : 64;
    TimerEntry *heap = memory_resize(timers->heap, capacity * sizeof(TimerEntry));
    if (!heap)
        return false;
    timers->heap = heap;
    timers->capacity = capacity;
    return true;
}

static bool insert(Timers *timers, TimerEntry entry) {
    if (timers->count + 2 > timers->capacity && !make_room(timers))
        return false;
    sift_up(timers, ++timers->count, entry);
    note_earliest(timers);
    return true;
}

static void take_out(Timers *timers, uint32_t place) {
    TimerEntry gone = timers->heap[place], last = timers->heap[timers->count--];
    if (gone.process) // sequentially consistent: partner of timers_park
        atomic_store_explicit(&gone.process->timeout.index, 0, memory_order_seq_cst);
    if (place <= timers->count) {
        if (place > 1 && timers->heap[place / 2].deadline > last.deadline) {
            sift_up(timers, place, last);
        } else {
            sift_down(timers, place, last);
        }
    }
    note_earliest(timers);
}

// ---- processes

static uint32_t place_of(const FlProcess *process) {
    return atomic_load_explicit(&process->timeout.index, memory_order_relaxed);
}

static int64_t armed_for(const FlProcess *process) {
    return atomic_load_explicit(&process->timeout.armed, memory_order_relaxed);
}

static bool arm(Timers *timers, FlProcess *process) {
    uint32_t place = place_of(process);
    TimerEntry entry = {process->deadline, process, NULL};
    if (place == 0)
        return insert(timers, entry);
    if (armed_for(process) > process->deadline) {
        sift_up(timers, place, entry);
        note_earliest(timers);
    }
    return true;
}

static Timers *timers_of(const FlProcess *process) { return &sched.workers[process->timeout.shard - 1]->timers; }

// Its entry was seen in the heap a moment ago, and early enough.
static TimersPark park_armed(FlProcess *process) {
    if (!mailbox_park(process))
        return TIMERS_ARRIVED;
    // Partner: take_out, before fire_process looks for PARKED. From here on it may be another's; a process that it does
    // not mean is woken for nothing.
    bool fired = atomic_load_explicit(&process->timeout.index, memory_order_seq_cst) == 0;
    return fired && mailbox_unpark(process) ? TIMERS_ARRIVED : TIMERS_PARKED;
}

TimersPark timers_park(Timers *timers, FlProcess *process) {
    if (process->timeout.shard == timers->shard && place_of(process) != 0 && armed_for(process) <= process->deadline)
        return park_armed(process);
    // An entry stays in the heap that it is in: the shard changes only when there is none.
    if (process->timeout.shard != 0 && process->timeout.shard != timers->shard)
        timers_disarm(process);
    pthread_mutex_lock(&timers->lock);
    process->timeout.shard = timers->shard;
    TimersPark result = TIMERS_NO_MEMORY;
    if (arm(timers, process))
        result = mailbox_park(process) ? TIMERS_ARMED : TIMERS_ARRIVED;
    pthread_mutex_unlock(&timers->lock);
    return result;
}

void timers_disarm(FlProcess *process) {
    Timers *timers = timers_of(process);
    pthread_mutex_lock(&timers->lock);
    if (place_of(process) != 0)
        take_out(timers, place_of(process));
    pthread_mutex_unlock(&timers->lock);
}

// A process whose entry was due and is taken out. The lock is held.
static void fire_process(Timers *timers, FlProcess *process, int64_t now) {
    if (!mailbox_unpark(process))
        return;
    // It is ours now.
    if (process->deadline > now) {
        bool armed = process->deadline == INT64_MAX || insert(timers, (TimerEntry){process->deadline, process, NULL});
        if (armed && mailbox_park(process))
            return;
    }
    sched.schedule->wake(process);
}

// ---- messages

uint32_t timers_fire(Timers *timers, int64_t now, uint32_t most) {
    if (atomic_load_explicit(&timers->earliest, memory_order_relaxed) > now)
        return most;
    pthread_mutex_lock(&timers->lock);
    for (; most > 0 && timers->count > 0 && timers->heap[1].deadline <= now; most--) {
        TimerEntry entry = timers->heap[1];
        take_out(timers, 1);
        if (entry.process) {
            fire_process(timers, entry.process, now);
        } else {
            FlMessage *message = entry.later->message;
            free_later(timers, entry.later);
            signal_route(message);
        }
    }
    pthread_mutex_unlock(&timers->lock);
    return most;
}

static bool is_live(const TimerEntry *entry) {
    return entry->process ? entry->process->deadline != INT64_MAX : later_is_live(entry->later);
}

int64_t timers_next_live(Timers *timers) {
    pthread_mutex_lock(&timers->lock);
    while (timers->count > 0 && !is_live(&timers->heap[1])) {
        TimerEntry entry = timers->heap[1];
        take_out(timers, 1);
        if (entry.process)
            continue;
        message_free(entry.later->message);
        free_later(timers, entry.later);
    }
    int64_t next = timers->count > 0 ? timers->heap[1].deadline : INT64_MAX;
    pthread_mutex_unlock(&timers->lock);
    return next;
}

static LaterMessage *make_later(Timers *timers) {
    LaterMessage *later = timers->later_free;
    if (later) {
        timers->later_free = later->next;
        later->serial++;
        return later;
    }
    if (timers->later_count == timers->later_capacity) {
        uint32_t capacity = timers->later_capacity ? timers->later_capacity * 2 : 16;
        LaterMessage **array =
            capacity > 1u << INDEX_BITS ? NULL : memory_resize(timers->later, capacity * sizeof *array);
        if (!array)
            return NULL;
        timers->later = array;
        timers->later_capacity = capacity;
    }
    later = memory_allocate(sizeof *later);
    if (!later)
        return NULL;
    *later = (LaterMessage){.index = timers->later_count, .serial = 1};
    timers->later[timers->later_count++] = later;
    return later;
}

// The timer's id, or 0: memory is out.
static int64_t add_later(Timers *timers, FlMessage *message, int64_t deadline) {
    LaterMessage *later = make_later(timers);
    if (!later)
        return 0;
    later->message = message;
    if (!insert(timers, (TimerEntry){deadline, NULL, later})) {
        free_later(timers, later);
        return 0;
    }
    return (int64_t)((uint64_t)(later->serial & 0x1fffffff) << (INDEX_BITS + SHARD_BITS) |
                     (uint64_t)later->index << SHARD_BITS | (timers->shard - 1));
}

int64_t fl_send_after(FlProcess *self, int64_t milliseconds, FlPid to, FlWord root) {
    process_give_ahead(self, root);
    FlMessage *message = message_give(&self->arena, root);
    if (!message)
        process_out_of_memory(self);
    message->to = to;
    message->from = self->head.pid;
    int64_t deadline = process_deadline(milliseconds < 0 ? 0 : milliseconds);
    Timers *timers = &self->worker->timers;
    pthread_mutex_lock(&timers->lock);
    int64_t id = add_later(timers, message, deadline);
    pthread_mutex_unlock(&timers->lock);
    if (id == 0) {
        message_free(message);
        process_out_of_memory(self);
    }
    sched.schedule->earlier(deadline);
    return id;
}

int64_t fl_cancel(FlProcess *self, int64_t timer) {
    (void)self;
    uint32_t shard = (uint32_t)timer & ((1u << SHARD_BITS) - 1);
    uint32_t index = (uint32_t)(timer >> SHARD_BITS) & ((1u << INDEX_BITS) - 1);
    if (timer <= 0 || shard >= sched.worker_count)
        return -1;
    Timers *timers = &sched.workers[shard]->timers;
    int64_t left = -1;
    pthread_mutex_lock(&timers->lock);
    LaterMessage *later = index < timers->later_count ? timers->later[index] : NULL;
    if (later && later->message && (later->serial & 0x1fffffff) == (uint64_t)timer >> (INDEX_BITS + SHARD_BITS)) {
        if (later_is_live(later)) {
            left = timers->heap[later->place].deadline - process_hooks.now();
            left = left < 0 ? 0 : left;
        }
        take_out(timers, later->place);
        message_free(later->message);
        free_later(timers, later);
    }
    pthread_mutex_unlock(&timers->lock);
    return left < 0 ? -1 : (left + 999999) / 1000000;
}
