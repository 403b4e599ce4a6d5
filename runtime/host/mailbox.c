// Mailboxes that threads of the host own. Each has a process of the runtime, written in C, which has no stack while it
// waits: links, monitors, names and the order of messages are those of any process. When it runs, it moves what has
// arrived to a queue that the host's thread takes from, and wakes that.
//
// What the host asks of it (link, monitor, close) is a request in its own mailbox (SIGNAL_SERVICE).
//
// Lifetime: the process and the host have one share each; who gives the last one back frees. When the runtime stops,
// the process is dropped like any other; the host closes later.
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/host/host.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"
#include "runtime/platform/futex.h"
#include "runtime/process/death.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"
#include "runtime/process/table.h"

typedef struct Mailbox {
    fluffy_mailbox handle;        // first
    struct Mailbox *next, **link; // in the list of those that have a process; under its lock
    _Atomic(uint32_t) shares;
    _Atomic(bool) undone; // the host has undone a link or monitor; relaxed, by one thread
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    // Under the lock.
    FlMessage *first, **last; // the queue, by head.next
    int event;                // readable while there is something in the queue, or the process has ended; -1: not made
    bool ended;
} Mailbox;

static const FlSite site = {.file = "the host", .function = "mailbox"};

static struct {
    pthread_mutex_t lock;
    Mailbox *first;
} mailboxes = {.lock = PTHREAD_MUTEX_INITIALIZER};

enum { REQUEST_CLOSE = FLUFFY_DEMONITOR + 1 };

// ---- the queue; its lock is held

static bool readable(const Mailbox *mailbox) { return mailbox->first || mailbox->ended || !host_open(); }

static void raise_event(Mailbox *mailbox) {
    if (mailbox->event >= 0 && write(mailbox->event, &(uint64_t){1}, sizeof(uint64_t)) < 0)
        return; // it is raised already
}

static void settle_event(Mailbox *mailbox) {
    uint64_t count;
    if (mailbox->event >= 0 && !readable(mailbox) && read(mailbox->event, &count, sizeof count) < 0)
        return; // it was not raised
}

static void free_queue(Mailbox *mailbox) {
    for (FlMessage *message = mailbox->first, *next; message; message = next) {
        next = message->head.next;
        message_free(message);
    }
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
}

static void give_share(Mailbox *mailbox) {
    // Both: what the other has done to it comes before it is freed.
    if (atomic_fetch_sub_explicit(&mailbox->shares, 1, memory_order_acq_rel) != 1)
        return;
    if (mailbox->event >= 0)
        close(mailbox->event);
    pthread_mutex_destroy(&mailbox->lock);
    pthread_cond_destroy(&mailbox->arrived);
    free(mailbox);
}

// ---- the process

static void connect(FlProcess *self, int64_t request, FlPid pid) {
    switch (request) {
    case FLUFFY_LINK:
        fl_link(self, pid);
        break;
    case FLUFFY_UNLINK:
        fl_unlink(self, pid);
        break;
    case FLUFFY_MONITOR:
        fl_monitor(self, pid);
        break;
    case FLUFFY_DEMONITOR:
        fl_demonitor(self, pid);
        break;
    }
}

// The oldest thing in the private list, taken out, or NULL.
static FlMessage *take(FlProcess *self) {
    FlMessage *message = self->first;
    if (!message)
        return NULL;
    self->first = message->head.next;
    if (!self->first)
        self->last = &self->first;
    self->mail_count--;
    return message;
}

static void put(Mailbox *mailbox, FlMessage *message) {
    pthread_mutex_lock(&mailbox->lock);
    bool was_empty = !mailbox->first;
    message->head.next = NULL;
    *mailbox->last = message;
    mailbox->last = &message->head.next;
    if (was_empty) {
        raise_event(mailbox);
        pthread_cond_broadcast(&mailbox->arrived);
    }
    pthread_mutex_unlock(&mailbox->lock);
}

static void run(FlProcess *self) {
    Mailbox *mailbox = self->side->service;
    self->flags &= (uint8_t)~FLAG_PARKED;
    process_drain(self);
    for (FlMessage *message; (message = take(self)) != NULL;) {
        if (message->kind != SIGNAL_SERVICE) {
            put(mailbox, message);
            continue;
        }
        int64_t request = FL_IMMEDIATE_PAYLOAD(message->head.root);
        FlPid pid = message_detail(message);
        message_free(message);
        if (request == REQUEST_CLOSE)
            return;
        connect(self, request, pid);
    }
    fl_receive_park(self, &site);
}

static void process_ends(ProcessWorker *worker, FlProcess *process) {
    Mailbox *mailbox = process->side->service;
    (void)worker;
    pthread_mutex_lock(&mailboxes.lock);
    *mailbox->link = mailbox->next;
    if (mailbox->next)
        mailbox->next->link = mailbox->link;
    pthread_mutex_unlock(&mailboxes.lock);
    pthread_mutex_lock(&mailbox->lock);
    mailbox->ended = true;
    if (!host_open())
        free_queue(mailbox); // the host may close only when the runtime is gone
    raise_event(mailbox);
    pthread_cond_broadcast(&mailbox->arrived);
    pthread_mutex_unlock(&mailbox->lock);
    give_share(mailbox);
}

// ---- opening and closing

static Mailbox *new_mailbox(void) {
    pthread_condattr_t attributes;
    Mailbox *mailbox = malloc(sizeof *mailbox); // may outlive the runtime
    if (!mailbox)
        return NULL;
    *mailbox = (Mailbox){.handle.api = host.handle.api, .shares = 2, .event = -1};
    mailbox->last = &mailbox->first;
    pthread_mutex_init(&mailbox->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); // clock_now's
    pthread_cond_init(&mailbox->arrived, &attributes);
    pthread_condattr_destroy(&attributes);
    return mailbox;
}

static void enlist(Mailbox *mailbox) {
    pthread_mutex_lock(&mailboxes.lock);
    mailbox->next = mailboxes.first;
    mailbox->link = &mailboxes.first;
    if (mailboxes.first)
        mailboxes.first->link = &mailbox->next;
    mailboxes.first = mailbox;
    pthread_mutex_unlock(&mailboxes.lock);
}

// false: memory is out.
static bool start_process(Seat *seat, Mailbox *mailbox) {
    FlProcess *process = spawn_new(&seat->worker, run, "mailbox", &site);
    if (!process)
        return false;
    process->arena.limit = 0;
    FlSide *side = process_side(process);
    if (!side) {
        death_drop(&seat->worker, process);
        return false;
    }
    enlist(mailbox);
    side->service = mailbox;
    side->service_end = process_ends;
    process->flags |= FLAG_SERVICE;
    mailbox->handle.pid = process->head.pid;
    process_hooks.wake(process);
    return true;
}

fluffy_status mailbox_open(fluffy_runtime *runtime, fluffy_mailbox **handle) {
    Seat *seat = seat_enter();
    (void)runtime;
    if (!seat)
        return FLUFFY_STOPPED;
    Mailbox *mailbox = new_mailbox();
    bool started = mailbox && start_process(seat, mailbox);
    if (started) {
        *handle = &mailbox->handle;
    } else if (mailbox) {
        atomic_store_explicit(&mailbox->shares, 1, memory_order_relaxed);
        give_share(mailbox);
    }
    seat_leave(seat);
    return started ? FLUFFY_OK : FLUFFY_NO_MEMORY;
}

static bool request(const Mailbox *mailbox, int64_t what, FlPid pid) {
    FlMessage *message = message_copy_with(FL_IMMEDIATE(FL_TAG_INT, what), pid);
    if (!message)
        return false;
    message->kind = SIGNAL_SERVICE;
    message->to = mailbox->handle.pid;
    signal_route(message);
    return true;
}

void mailbox_close(fluffy_mailbox *handle) {
    Mailbox *mailbox = (Mailbox *)handle;
    Seat *seat = seat_enter();
    if (seat) {
        if (!request(mailbox, REQUEST_CLOSE, 0))
            process_abandon(handle->pid);
        pthread_mutex_lock(&mailbox->lock);
        free_queue(mailbox);
        pthread_mutex_unlock(&mailbox->lock);
    }
    give_share(mailbox);
    if (seat)
        seat_leave(seat);
}

int mailbox_fd(fluffy_mailbox *handle) {
    Mailbox *mailbox = (Mailbox *)handle;
    pthread_mutex_lock(&mailbox->lock);
    if (mailbox->event < 0) {
        mailbox->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (readable(mailbox))
            raise_event(mailbox);
    }
    int event = mailbox->event;
    pthread_mutex_unlock(&mailbox->lock);
    return event;
}

// The mailbox's process hears of it first, so it knows of the link or monitor when the answer comes.
bool mailbox_expect(fluffy_mailbox *handle, FlPid child, bool link, bool monitor) {
    if (link && !(signal_send(SIGNAL_LINKED, child, handle->pid) && signal_send(SIGNAL_LINK, handle->pid, child)))
        return false;
    return !monitor ||
           (signal_send(SIGNAL_MONITORED, child, handle->pid) && signal_send(SIGNAL_MONITOR, handle->pid, child));
}

// A link or monitor stands when this returns: what is sent to the process afterwards comes after it. But once something
// was undone, which only the mailbox's process can do, it does all of them, so that they stay in order.
static bool connect_peer(Mailbox *mailbox, int what, FlPid pid) {
    bool undoes = what == FLUFFY_UNLINK || what == FLUFFY_DEMONITOR;
    if (undoes)
        atomic_store_explicit(&mailbox->undone, true, memory_order_relaxed);
    if (undoes || atomic_load_explicit(&mailbox->undone, memory_order_relaxed))
        return request(mailbox, what, pid);
    return pid == 0 || pid == mailbox->handle.pid ||
           mailbox_expect(&mailbox->handle, pid, what == FLUFFY_LINK, what == FLUFFY_MONITOR);
}

fluffy_status mailbox_peer(fluffy_mailbox *handle, int what, fluffy_pid pid) {
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    bool done = connect_peer((Mailbox *)handle, what, pid);
    seat_leave(seat);
    return done ? FLUFFY_OK : FLUFFY_NO_MEMORY;
}

// ---- receiving

static void unlink_message(Mailbox *mailbox, FlMessage **link) {
    FlMessage *message = *link;
    *link = message->head.next;
    if (!*link)
        mailbox->last = link;
    settle_event(mailbox);
}

// What a receiver looks for; returns the status of taking the message, FLUFFY_OTHER: not this one.
typedef struct Wanted {
    const FlShape *shape; // NULL: anything
    fluffy_scope *scope;
    void *out; // a fluffy_message, or a value of the shape
} Wanted;

static void describe(const FlMessage *message, fluffy_message *out) {
    *out = (fluffy_message){.kind = FLUFFY_MESSAGE, .from = message->from, .value = (uint64_t)message->head.root};
    const FlString *reason = NULL;
    if (message->kind != MESSAGE_VALUE) {
        out->kind = FLUFFY_EXIT;
        reason = (const FlString *)message->head.root;
    } else if (message->flags & MESSAGE_REPORT) {
        out->kind = FLUFFY_DOWN;
        reason = (const FlString *)object_words((const FlObject *)message->head.root)[1];
    }
    if (reason)
        out->reason = (fluffy_string){reason->bytes, reason->length};
}

// Tries the messages from *link on; where none is wanted, *link is the end. The lock is held.
static fluffy_status try(Mailbox *mailbox, const Wanted *wanted, FlMessage ***link) {
    for (FlMessage *message; (message = **link) != NULL; *link = &message->head.next) {
        fluffy_status status = FLUFFY_OK;
        if (!wanted->shape)
            describe(message, wanted->out);
        else if (message->kind != MESSAGE_VALUE)
            status = FLUFFY_OTHER;
        else
            status = value_out_word(wanted->scope, wanted->shape, message->head.root, wanted->out);
        if (status == FLUFFY_OTHER)
            continue;
        if (status == FLUFFY_OK) {
            unlink_message(mailbox, *link);
            scope_keep(wanted->scope, message);
        }
        return status;
    }
    return FLUFFY_TIMEOUT;
}

// false: the time is over. The lock is held.
static bool wait(Mailbox *mailbox, int64_t deadline) {
    if (deadline == INT64_MAX)
        return pthread_cond_wait(&mailbox->arrived, &mailbox->lock) == 0;
    struct timespec until = {deadline / 1000000000, deadline % 1000000000};
    return pthread_cond_timedwait(&mailbox->arrived, &mailbox->lock, &until) != ETIMEDOUT;
}

static fluffy_status receive(Mailbox *mailbox, int64_t timeout, const Wanted *wanted) {
    int64_t deadline = process_deadline(timeout);
    pthread_mutex_lock(&mailbox->lock);
    FlMessage **link = &mailbox->first;
    fluffy_status status;
    for (bool late = timeout == 0;; late = !wait(mailbox, deadline)) {
        status = try(mailbox, wanted, &link);
        if (status != FLUFFY_TIMEOUT)
            break;
        if (!host_open())
            status = FLUFFY_STOPPED;
        else if (mailbox->ended)
            status = FLUFFY_ENDED;
        if (late || status != FLUFFY_TIMEOUT)
            break;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return status;
}

static fluffy_status receive_wanted(fluffy_mailbox *handle, int64_t timeout, const Wanted *wanted) {
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = receive((Mailbox *)handle, timeout, wanted);
    seat_leave(seat);
    return status;
}

fluffy_status mailbox_receive(fluffy_mailbox *handle, int64_t timeout, fluffy_scope *scope, fluffy_message *message) {
    return receive_wanted(handle, timeout, &(Wanted){.scope = scope, .out = message});
}

fluffy_status fl_host_receive(fluffy_mailbox *handle, int64_t timeout, const FlShape *shape, fluffy_scope *scope,
                              void *out) {
    return receive_wanted(handle, timeout, &(Wanted){shape, scope, out});
}

fluffy_status fl_host_decode(const fluffy_message *message, fluffy_scope *scope, const FlShape *shape, void *out) {
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = FLUFFY_OTHER;
    if (message->kind == FLUFFY_MESSAGE)
        status = value_out_word(scope, shape, (FlWord)message->value, out);
    seat_leave(seat);
    return status;
}

// ---- the end of the runtime

void mailboxes_wake(void) {
    pthread_mutex_lock(&mailboxes.lock);
    for (Mailbox *mailbox = mailboxes.first; mailbox; mailbox = mailbox->next) {
        pthread_mutex_lock(&mailbox->lock);
        raise_event(mailbox);
        pthread_cond_broadcast(&mailbox->arrived);
        pthread_mutex_unlock(&mailbox->lock);
    }
    pthread_mutex_unlock(&mailboxes.lock);
}
