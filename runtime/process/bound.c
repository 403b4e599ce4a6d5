#include "runtime/process/bound.h"

#include <stdio.h>
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/platform/futex.h"
#include "runtime/process/death.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

// Everything under the lock of the slot.
struct FlBound {
    uint64_t limit;
    BoundPolicy policy;
    uint64_t count;    // counted messages not received yet: in the queue and the private list, without those owed
    uint64_t drained;  // counted messages in the private list
    uint64_t owed;     // of these, the oldest so many were dropped by senders: the next drain frees them
    FlMessage *first;  // the queue
    FlMessage **last;  // where the next one is linked
    FlMessage **older; // a link in the queue before which nothing is counted
    BoundWait *line;
    BoundWait **line_end;
    bool open;      // the process does not receive itself
    bool announced; // the token is in the mailbox word or in the hands of the drain
    bool overflown; // BOUND_CRASH: the process is to end
    FlMessage token;
};

// Beside the slots, because a sender may come when the process, and its side block, is gone.
enum { LOCKS = 64 };
static struct {
    pthread_mutex_t mutex;
} __attribute__((aligned(64))) locks[LOCKS] = {[0 ... LOCKS - 1] = {PTHREAD_MUTEX_INITIALIZER}};

static pthread_mutex_t *lock_of(const FlProcess *process) {
    return &locks[(uint32_t)process_pid(process) % LOCKS].mutex; // the slot
}

bool bound_policy(const FlString *text, BoundPolicy *policy) {
    static const char *const names[] = {
        [BOUND_BLOCK] = "block",
        [BOUND_DROP_NEWEST] = "drop_newest",
        [BOUND_DROP_OLDEST] = "drop_oldest",
        [BOUND_CRASH] = "crash",
    };
    *policy = BOUND_BLOCK;
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == text->length && memcmp(names[i], text->bytes, text->length) == 0) {
            *policy = (BoundPolicy)i;
            return true;
        }
    }
    return text == NULL;
}

static void empty_queue(FlBound *bound) {
    bound->first = NULL;
    bound->last = bound->older = &bound->first;
}

bool bound_make(FlProcess *child, uint64_t limit, BoundPolicy policy) {
    FlSide *side = process_side(child);
    FlBound *bound = side ? memory_allocate(sizeof *bound) : NULL;
    if (!bound)
        return false;
    *bound = (FlBound){.limit = limit, .policy = policy};
    bound->token = (FlMessage){.to = process_pid(child), .kind = SIGNAL_QUEUED};
    bound->line_end = &bound->line;
    empty_queue(bound);
    side->bound = bound;
    atomic_store_explicit(&child->alias_of, ALIAS_BOUNDED, memory_order_relaxed);
    return true;
}

bool bound_make_open(FlProcess *child, uint64_t limit, BoundPolicy policy) {
    if (!bound_make(child, limit, policy))
        return false;
    child->side->bound->open = true;
    return true;
}

// ---- putting in; the lock is held

// The bound of the process with this pid, or NULL: it has ended.
static FlBound *find(FlProcess *process, FlPid pid) {
    bool bounded = atomic_load_explicit(&process->alias_of, memory_order_relaxed) == ALIAS_BOUNDED;
    return bounded && process_pid(process) == pid ? process->side->bound : NULL;
}

// true: the process is to be woken, after the lock was released.
static bool announce(FlProcess *to, FlBound *bound) {
    if (bound->announced)
        return false;
    bound->announced = true;
    return mailbox_put(to, &bound->token) == MAILBOX_PUT_WAKE;
}

static bool append(FlProcess *to, FlBound *bound, FlMessage *message) {
    message->head.next = NULL;
    *bound->last = message;
    bound->last = &message->head.next;
    return announce(to, bound);
}

static FlMessage *take_oldest(FlBound *bound) {
    while (!((*bound->older)->flags & MESSAGE_COUNTED))
        bound->older = &(*bound->older)->head.next;
    FlMessage *message = *bound->older;
    *bound->older = message->head.next;
    if (!message->head.next)
        bound->last = bound->older;
    return message;
}

static void unlock_and_wake(FlProcess *to, bool wake) {
    pthread_mutex_unlock(lock_of(to));
    if (wake)
        process_hooks.wake(to); // still there: only who wakes it lets it go on
}

bool bound_put(FlProcess *to, FlMessage *message) {
    pthread_mutex_lock(lock_of(to));
    FlBound *bound = find(to, message->to);
    bool wake = bound && append(to, bound, message);
    unlock_and_wake(to, wake);
    return bound != NULL;
}

// ---- a send to a full mailbox; each of these releases the lock

static _Noreturn void refuse(FlProcess *self, FlProcess *to, FlMessage *message, const char *text, const FlSite *site) {
    pthread_mutex_unlock(lock_of(to));
    message_free(message);
    process_panic(self, text, site);
}

// The lock is held.
static void stand_in_line(FlBound *bound, BoundWait *wait) {
    *bound->line_end = wait;
    bound->line_end = &wait->next;
}

static void block(FlProcess *self, FlProcess *to, FlBound *bound, FlMessage *message, const FlSite *site) {
    if (to == self)
        refuse(self, to, message, "its own mailbox is full: it can't wait for itself to make room", site);
    if (self->flags & FLAG_DYING)
        refuse(self, to, message, "a mailbox is full, and a process that is ending can't wait for room", site);
    FlSide *side = process_side(self);
    FlMessage *room = side ? message_signal(SIGNAL_LOOK) : NULL;
    if (!room) {
        pthread_mutex_unlock(lock_of(to));
        message_free(message);
        process_out_of_memory(self);
    }
    room->from = message->to;
    room->to = self->head.pid;
    BoundWait wait = {.message = message, .room = room, .to = message->to};
    stand_in_line(bound, &wait);
    pthread_mutex_unlock(lock_of(to));
    const FlSite *before = self->site;
    int64_t deadline = self->deadline;
    self->site = site;
    self->deadline = INT64_MAX;
    side->blocked = &wait;
    while (!atomic_load_explicit(&wait.done, memory_order_acquire))
        process_wait(self);
    side->blocked = NULL;
    self->site = before;
    self->deadline = deadline;
}

static void drop_oldest(FlProcess *to, FlBound *bound, FlMessage *message) {
    FlMessage *dropped = NULL;
    if (bound->drained > bound->owed) {
        bound->owed++;
    } else {
        dropped = take_oldest(bound);
    }
    bool wake = append(to, bound, message);
    unlock_and_wake(to, wake);
    if (dropped)
        message_free(dropped);
}

static void crash(FlProcess *to, FlBound *bound, FlMessage *message) {
    bound->overflown = true;
    bool wake = announce(to, bound);
    unlock_and_wake(to, wake);
    message_free(message);
    process_request(to, REQUEST_SIGNALS);
}

// By a policy under which nobody waits. Releases the lock.
static void overflow_at_once(FlProcess *to, FlBound *bound, FlMessage *message) {
    switch (bound->policy) {
    case BOUND_BLOCK:
    case BOUND_DROP_NEWEST:
        pthread_mutex_unlock(lock_of(to));
        message_free(message);
        break;
    case BOUND_DROP_OLDEST:
        drop_oldest(to, bound, message);
        break;
    case BOUND_CRASH:
        crash(to, bound, message);
        break;
    }
}

static void overflow(FlProcess *self, FlProcess *to, FlBound *bound, FlMessage *message, const FlSite *site) {
    BoundPolicy policy = bound->policy;
    if (policy == BOUND_BLOCK) {
        block(self, to, bound, message, site);
        return;
    }
    overflow_at_once(to, bound, message);
    if (policy == BOUND_CRASH && to == self)
        process_drain(self);
}

// ---- the same of a host's thread; each of these releases the lock

// Takes a wait out of the line that leads to `to`, unless it is done. The lock is held.
static bool leave_line(FlProcess *to, BoundWait *wait) {
    if (atomic_load_explicit(&wait->done, memory_order_relaxed))
        return false;
    FlBound *bound = to->side->bound; // not closed, or it would be done
    BoundWait **link = &bound->line;
    while (*link != wait)
        link = &(*link)->next;
    *link = wait->next;
    if (!wait->next)
        bound->line_end = link;
    return true;
}

// In line until there is room, or the patience is over.
static BoundSent wait_for_room(FlProcess *to, FlBound *bound, FlMessage *message, const BoundPatience *patience) {
    enum { LOOK_NANOSECONDS = 20000000 }; // how often it asks whether to go on
    BoundWait wait = {.message = message, .to = message->to};
    stand_in_line(bound, &wait);
    pthread_mutex_unlock(lock_of(to));
    for (;;) {
        if (atomic_load_explicit(&wait.done, memory_order_acquire))
            return BOUND_SENT;
        int64_t left = patience->deadline - clock_now();
        if (left <= 0 || !patience->goes_on())
            break;
        futex_wait(&wait.done, 0, left < LOOK_NANOSECONDS ? left : LOOK_NANOSECONDS);
    }
    pthread_mutex_lock(lock_of(to));
    bool left = leave_line(to, &wait);
    pthread_mutex_unlock(lock_of(to));
    return left ? BOUND_FULL : BOUND_SENT;
}

static BoundSent overflow_from_host(FlProcess *to, FlBound *bound, FlMessage *message, const BoundPatience *patience) {
    if (bound->policy != BOUND_BLOCK) {
        overflow_at_once(to, bound, message);
        return BOUND_SENT;
    }
    if (patience->deadline != 0)
        return wait_for_room(to, bound, message, patience);
    pthread_mutex_unlock(lock_of(to));
    return BOUND_FULL;
}

// ---- a send of a process, or of a host's thread

bool bound_send(FlProcess *self, FlProcess *to, FlMessage *message, const FlSite *site) {
    pthread_mutex_lock(lock_of(to));
    FlBound *bound = find(to, message->to);
    if (!bound) {
        pthread_mutex_unlock(lock_of(to));
        return false;
    }
    message->flags |= MESSAGE_COUNTED;
    if (bound->count < bound->limit && !bound->overflown) {
        bound->count++;
        bool wake = append(to, bound, message);
        unlock_and_wake(to, wake);
    } else {
        overflow(self, to, bound, message, site);
    }
    return true;
}

BoundSent bound_send_from_host(FlProcess *to, FlMessage *message, const BoundPatience *patience) {
    pthread_mutex_lock(lock_of(to));
    FlBound *bound = find(to, message->to);
    if (!bound) {
        pthread_mutex_unlock(lock_of(to));
        return BOUND_ENDED;
    }
    message->flags |= MESSAGE_COUNTED;
    if (bound->count >= bound->limit || bound->overflown)
        return overflow_from_host(to, bound, message, patience);
    bound->count++;
    bool wake = append(to, bound, message);
    unlock_and_wake(to, wake);
    return BOUND_SENT;
}

// ---- the receiver

FlMessage *bound_take(FlProcess *self) {
    pthread_mutex_lock(lock_of(self));
    FlBound *bound = self->side->bound;
    FlMessage *list = bound->first;
    empty_queue(bound);
    bound->announced = false;
    bound->drained = bound->count + bound->owed;
    pthread_mutex_unlock(lock_of(self));
    return list;
}

// Frees the oldest counted messages of the private list. None of it is being tested.
static void drop_private(FlProcess *self, uint64_t count) {
    FlMessage **link = &self->first;
    while (count > 0) {
        FlMessage *message = *link;
        if (!(message->flags & MESSAGE_COUNTED)) {
            link = &message->head.next;
            continue;
        }
        *link = message->head.next;
        if (self->scan == &message->head.next)
            self->scan = link;
        if (self->last == &message->head.next)
            self->last = link;
        self->mail_count--;
        message_free(message);
        count--;
    }
}

// The lock is held.
static uint64_t take_debt(FlBound *bound) {
    uint64_t owed = bound->owed;
    bound->drained -= owed;
    bound->owed = 0;
    return owed;
}

void bound_settle(FlProcess *self) {
    FlBound *bound = self->side->bound;
    uint64_t owed = 0;
    pthread_mutex_lock(lock_of(self));
    bool overflown = bound->overflown;
    // A message under test stays; the next drain drops it if it is still there.
    if (!(self->flags & FLAG_TESTING) && !bound->open)
        owed = take_debt(bound);
    pthread_mutex_unlock(lock_of(self));
    drop_private(self, owed);
    if (overflown)
        process_overflow(self, bound->limit);
}

// The wait may be gone afterwards: its signal, to be sent or freed, or NULL. The lock is held.
static FlMessage *finish_wait(BoundWait *wait) {
    FlMessage *room = wait->room;
    atomic_store_explicit(&wait->done, 1, memory_order_release);
    if (!room)
        futex_wake(&wait->done, 1); // if the word is another's by now, that wakes for nothing
    return room;
}

// A counted message was received: its room is given to the first in line. *room: the signal to that, to be sent. true:
// the process is to be woken, if it is not who receives. The lock is held.
static bool give_room(FlProcess *process, FlBound *bound, FlMessage **room) {
    *room = NULL;
    bound->drained--;
    if (bound->owed > 0) {
        bound->owed--; // there is room now: nothing needs to be dropped for it
        return false;
    }
    bound->count--;
    BoundWait *wait = bound->line;
    if (!wait)
        return false;
    bound->line = wait->next;
    if (!wait->next)
        bound->line_end = &bound->line;
    bound->count++;
    bool wake = append(process, bound, wait->message);
    *room = finish_wait(wait);
    return wake;
}

void bound_received(FlProcess *self) {
    FlMessage *room;
    pthread_mutex_lock(lock_of(self));
    give_room(self, self->side->bound, &room); // self runs: it need not be woken
    pthread_mutex_unlock(lock_of(self));
    if (room)
        signal_route(room);
}

void bound_taken(FlPid pid) {
    FlProcess *process = process_slot(pid);
    FlMessage *room = NULL;
    pthread_mutex_lock(lock_of(process));
    FlBound *bound = find(process, pid);
    bool wake = bound && give_room(process, bound, &room);
    unlock_and_wake(process, wake);
    if (room)
        signal_route(room);
}

uint64_t bound_debt(FlPid pid) {
    FlProcess *process = process_slot(pid);
    pthread_mutex_lock(lock_of(process));
    FlBound *bound = find(process, pid);
    uint64_t owed = bound ? take_debt(bound) : 0;
    pthread_mutex_unlock(lock_of(process));
    return owed;
}

// ---- ends

void bound_leave(FlProcess *self) {
    FlSide *side = self->side;
    BoundWait *wait = side ? side->blocked : NULL;
    if (!wait)
        return;
    FlProcess *to = process_slot(wait->to);
    pthread_mutex_lock(lock_of(to));
    bool left = leave_line(to, wait);
    pthread_mutex_unlock(lock_of(to));
    side->blocked = NULL;
    if (left) {
        message_free(wait->message);
        message_free(wait->room);
    }
}

FlMessage *bound_close(FlProcess *process, FlMessage **rooms) {
    *rooms = NULL;
    FlBound *bound = process->side ? process->side->bound : NULL;
    if (!bound)
        return NULL;
    pthread_mutex_lock(lock_of(process));
    atomic_store_explicit(&process->alias_of, 0, memory_order_relaxed);
    FlMessage *list = bound->first, **room = rooms;
    empty_queue(bound);
    for (BoundWait *wait = bound->line; wait;) {
        BoundWait *next = wait->next;
        message_free(wait->message);
        *room = finish_wait(wait);
        if (*room)
            room = &(*room)->head.next;
        wait = next;
    }
    *room = NULL;
    bound->line = NULL;
    pthread_mutex_unlock(lock_of(process));
    return list;
}

uint32_t bound_queued(FlProcess *process) {
    FlBound *bound = process->side ? process->side->bound : NULL;
    uint32_t count = 0;
    if (!bound)
        return 0;
    pthread_mutex_lock(lock_of(process));
    for (const FlMessage *message = bound->first; message; message = message->head.next)
        count += message->kind == MESSAGE_VALUE;
    pthread_mutex_unlock(lock_of(process));
    return count;
}
