#include "runtime/sched/compact.h"

#include "runtime/memory/alloc.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/table.h"

enum { AT_ONCE = 64 }; // processes looked at under the lock

int64_t compact_period = 1000000000;
uint64_t compact_least = 16 << 10;

static struct {
    pthread_mutex_t lock; // within the idle lock, outside of the queues'
    FlPid *pids;
    uint32_t capacity;
    _Atomic(uint32_t) count; // changed under the lock; the tick's look without it (relaxed) may come a round too late
    bool on;                 // constant while processes run
    // The tick's.
    uint32_t at;      // in this round, which one is next
    int64_t next;     // when the next round begins; while one goes on, when it began
    int64_t inactive; // nothing has run since
    bool trimmed;     // pages were given back since
} noted = {.lock = PTHREAD_MUTEX_INITIALIZER};

void compact_start(bool on) {
    atomic_store_explicit(&noted.count, 0, memory_order_relaxed);
    noted.on = on;
    noted.at = 0;
    noted.next = noted.inactive = 0;
    noted.trimmed = true;
}

void compact_stop(void) {
    memory_free(noted.pids);
    noted.pids = NULL;
    noted.capacity = 0;
}

// ---- noting

static bool make_room(uint32_t count) {
    if (count < noted.capacity)
        return true;
    uint32_t capacity = noted.capacity ? 2 * noted.capacity : 64;
    FlPid *pids = memory_resize(noted.pids, capacity * sizeof *pids);
    if (!pids)
        return false;
    noted.pids = pids;
    noted.capacity = capacity;
    return true;
}

static bool add(FlPid pid) {
    pthread_mutex_lock(&noted.lock);
    uint32_t count = atomic_load_explicit(&noted.count, memory_order_relaxed);
    bool room = make_room(count);
    if (room) {
        noted.pids[count] = pid;
        atomic_store_explicit(&noted.count, count + 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&noted.lock);
    return room;
}

void compact_note(FlProcess *process) {
    FlSide *side = process->side;
    if (side && side->compact == COMPACT_ASKED) {
        side->compact = COMPACT_NO;
        return;
    }
    if (!noted.on || process->arena.bytes < compact_least || (side && side->compact == COMPACT_NOTED))
        return;
    side = process_side(process);
    if (side && add(process->head.pid))
        side->compact = COMPACT_NOTED;
}

// ---- one process, which is taken out of PARKED and thereby the tick's

// For a message or a signal, or a timer, which only the tick fires. Who waits for output may have been meant to be
// woken while it was in the tick's hands.
static bool just_waits(const FlProcess *process) {
    return process->status == PROCESS_WAITING || process->status == PROCESS_PARKED;
}

// Nothing was to wake it meanwhile but what makes its park fail. If its time was over when it parked, who parked it may
// have found it in the tick's hands already, and leaves it to them (timers.c).
static bool may_park(const FlProcess *process) {
    return just_waits(process) &&
           (process->deadline == INT64_MAX || atomic_load_explicit(&process->timeout.index, memory_order_relaxed) != 0);
}

// It goes on waiting, unless something has come meanwhile.
static void let_wait(FlProcess *process) {
    if (!may_park(process) || !mailbox_park(process))
        process_hooks.wake(process);
}

// Of a process that is noted. true: it stays so.
static bool look_at(FlProcess *process) {
    bool worth_it = process->arena.bytes >= compact_least && process_collectable(process) && just_waits(process);
    bool waits_long = process->worker == NULL;
    if (worth_it && !waits_long)
        __atomic_store_n(&process->worker, NULL, __ATOMIC_RELAXED); // others read it as a hint
    if (worth_it && waits_long) {
        process->arena.threshold = 0; // it is due, and collected before it waits again
        process->side->compact = COMPACT_ASKED;
        process_hooks.wake(process);
        return false;
    }
    if (!worth_it)
        process->side->compact = COMPACT_NO;
    let_wait(process);
    return worth_it;
}

// true: it stays noted.
static bool try_one(FlPid pid) {
    FlProcess *process = process_find(pid);
    if (!process)
        return false;
    if (!mailbox_unpark(process))
        return true;
    if (process->head.pid == pid)
        return look_at(process);
    let_wait(process); // another process by now
    return false;
}

// ---- rounds

// The next ones of this round; true: they were the last.
static bool look_at_some(void) {
    pthread_mutex_lock(&noted.lock);
    uint32_t count = atomic_load_explicit(&noted.count, memory_order_relaxed);
    for (unsigned i = 0; i < AT_ONCE && noted.at < count; i++) {
        if (try_one(noted.pids[noted.at]))
            noted.at++;
        else
            noted.pids[noted.at] = noted.pids[--count];
    }
    atomic_store_explicit(&noted.count, count, memory_order_relaxed);
    pthread_mutex_unlock(&noted.lock);
    return noted.at >= count;
}

// When the next round begins, or `now` if this one goes on.
static int64_t look_around(int64_t now, pthread_mutex_t *idle) {
    if (atomic_load_explicit(&noted.count, memory_order_relaxed) == 0)
        return INT64_MAX;
    if (now < noted.next)
        return noted.next;
    pthread_mutex_lock(idle);
    bool last = look_at_some();
    pthread_mutex_unlock(idle);
    if (!last)
        return now;
    noted.at = 0;
    noted.next = now + compact_period;
    return noted.next;
}

int64_t compact_look(int64_t now, bool active, pthread_mutex_t *idle) {
    if (!noted.on)
        return INT64_MAX;
    if (active) {
        noted.inactive = now;
        noted.trimmed = false;
    }
    int64_t next = look_around(now, idle);
    if (noted.trimmed)
        return next;
    int64_t trim = noted.inactive + compact_period;
    if (now < trim)
        return next < trim ? next : trim;
    memory_trim();
    noted.trimmed = true;
    return next;
}
