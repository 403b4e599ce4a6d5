// Mailboxes that threads of the host own. Each has a process of the runtime, written in C, which has no stack while it
// waits: links, monitors, names and the order of messages are those of any process. When it runs, it moves what has
// arrived to a queue that the host's thread takes from, and wakes that.
//
// With a limit (runtime/process/bound.h), what lies in that queue counts until the host takes it. What senders have
// dropped of it is freed when the process moves on what came in its place. The lock of the mailbox is held while
// messages are taken or freed and the bound is told so; the bound's lock is taken under it, never the other way round.
//
// What the host asks of it (unlink, demonitor, close) is a request in its own mailbox (SIGNAL_SERVICE). Links and
// monitors that are made it only hears of; who undoes one waits until that is done, so that no report of it comes
// afterwards.
//
// Lifetime: the process and the host have one share each; who gives the last one back frees. When the runtime stops,
// the process is dropped like any other; the host closes later. What then lies in the queue is freed by the stop, which
// finds the mailbox in the list: there are all that the host has not closed, whether their processes live or not. One
// that the host closes while the runtime stops is left to the stop.
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/host/host.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"
#include "runtime/platform/futex.h"
#include "runtime/process/bound.h"
#include "runtime/process/death.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/receive.h"
#include "runtime/process/reference.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"
#include "runtime/process/table.h"

typedef struct Mailbox {
    fluffy_mailbox handle; // first
    // In the list of those that are open, under its lock; `link` NULL: it is in none.
    struct Mailbox *next, **link;
    bool abandoned;           // the host has closed it, but its share is the stop's to give back; as the list
    _Atomic(uint32_t) shares; // of process and host; see give_share
    bool bounded;             // constant
    uint32_t asked;           // how many links and monitors the host has undone; its thread's
    _Atomic(uint32_t) undone; // how many of these are; release by the process, acquire by who waits. Futex
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    // Under the lock.
    FlMessage *first, **last; // the queue, by head.next
    uint64_t dropped;         // messages that were freed unseen
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
    // What the process moved here after the host had closed it. Outside of the gate nothing is left: a stop freed it.
    free_queue(mailbox);
    if (mailbox->event >= 0)
        close(mailbox->event);
    pthread_mutex_destroy(&mailbox->lock);
    pthread_cond_destroy(&mailbox->arrived);
    free(mailbox);
}

// ---- the process

static void unlink_message(Mailbox *mailbox, FlMessage **link) {
    FlMessage *message = *link;
    *link = message->head.next;
    if (!*link)
        mailbox->last = link;
}

// Frees messages of the queue unseen, the oldest first, as many as `is_meant` says. The lock is held.
static void free_some(Mailbox *mailbox, uint64_t most, bool (*is_meant)(const FlMessage *message, FlPid pid),
                      FlPid pid) {
    for (FlMessage **link = &mailbox->first, *message; most > 0 && (message = *link) != NULL;) {
        if (!is_meant(message, pid)) {
            link = &message->head.next;
            continue;
        }
        unlink_message(mailbox, link);
        message_free(message);
        mailbox->dropped++;
        most--;
    }
    settle_event(mailbox);
}

static bool is_exit_of(const FlMessage *message, FlPid pid) {
    return message->kind == SIGNAL_LINK_EXIT && message->from == pid;
}

static bool is_down_of(const FlMessage *message, FlPid pid) {
    return message->kind == MESSAGE_VALUE && message->flags & MESSAGE_REPORT && message->from == pid;
}

static bool is_counted(const FlMessage *message, FlPid unused) {
    (void)unused;
    return message->flags & MESSAGE_COUNTED;
}

// Of a link or monitor that its peer has told of its end already, the report is taken back too.
static void undo(FlProcess *self, Mailbox *mailbox, int64_t request, FlPid pid) {
    pid = reference_process(pid);
    if (request == FLUFFY_UNLINK)
        fl_unlink(self, pid);
    else
        fl_demonitor(self, pid);
    pthread_mutex_lock(&mailbox->lock);
    free_some(mailbox, UINT64_MAX, request == FLUFFY_UNLINK ? is_exit_of : is_down_of, pid);
    pthread_mutex_unlock(&mailbox->lock);
    atomic_fetch_add_explicit(&mailbox->undone, 1, memory_order_release);
    futex_wake(&mailbox->undone, 1);
}

// The oldest counted messages of the queue that others have dropped.
static void free_dropped(Mailbox *mailbox) {
    pthread_mutex_lock(&mailbox->lock);
    free_some(mailbox, bound_debt(mailbox->handle.pid), is_counted, 0);
    pthread_mutex_unlock(&mailbox->lock);
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
    if (message->flags & MESSAGE_REPORT)
        peers_report_left(&self->side->peers, message->from);
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
        if (request == REQUEST_CLOSE) {
            death_begin(self, reason_shutdown, NULL);
            return;
        }
        undo(self, mailbox, request, pid);
    }
    if (mailbox->bounded)
        free_dropped(mailbox);
    fl_receive_park(self, &site);
}

static void process_ends(ProcessWorker *worker, FlProcess *process) {
    Mailbox *mailbox = process->side->service;
    (void)worker;
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

static Mailbox *new_mailbox(bool bounded) {
    pthread_condattr_t attributes;
    Mailbox *mailbox = malloc(sizeof *mailbox); // may outlive the runtime
    if (!mailbox)
        return NULL;
    *mailbox = (Mailbox){.handle.api = host.handle.api, .shares = 2, .bounded = bounded, .event = -1};
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
static bool start_process(Seat *seat, Mailbox *mailbox, uint64_t limit, BoundPolicy policy) {
    FlProcess *process = spawn_new(&seat->worker, run, "mailbox", &site);
    if (!process)
        return false;
    process->arena.limit = 0;
    FlSide *side = process_side(process);
    if (!side || (limit != 0 && !bound_make_open(process, limit, policy))) {
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

static fluffy_status open_in(Seat *seat, uint64_t limit, fluffy_overflow overflow, fluffy_mailbox **handle) {
    BoundPolicy policy;
    fluffy_status status = host_policy(seat, overflow, &policy);
    if (status != FLUFFY_OK)
        return status;
    Mailbox *mailbox = new_mailbox(limit != 0);
    if (mailbox && start_process(seat, mailbox, limit, policy)) {
        *handle = &mailbox->handle;
        return FLUFFY_OK;
    }
    if (mailbox) {
        atomic_store_explicit(&mailbox->shares, 1, memory_order_relaxed);
        give_share(mailbox);
    }
    return FLUFFY_NO_MEMORY;
}

fluffy_status mailbox_open(fluffy_runtime *runtime, uint64_t limit, fluffy_overflow overflow, fluffy_mailbox **handle) {
    if (!handle)
        return fl_host_null("mailbox");
    Seat *seat = seat_enter();
    (void)runtime;
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = open_in(seat, limit, overflow, handle);
    seat_leave(seat);
    return status;
}

// The list's lock is held.
static void delist(Mailbox *mailbox) {
    if (!mailbox->link)
        return;
    *mailbox->link = mailbox->next;
    if (mailbox->next)
        mailbox->next->link = mailbox->link;
    mailbox->link = NULL;
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

// The runtime is open: the queue may be freed.
static void close_open(Mailbox *mailbox) {
    if (!request(mailbox, REQUEST_CLOSE, 0))
        process_abandon(mailbox->handle.pid);
    pthread_mutex_lock(&mailboxes.lock);
    delist(mailbox);
    pthread_mutex_unlock(&mailboxes.lock);
    pthread_mutex_lock(&mailbox->lock);
    free_queue(mailbox);
    pthread_mutex_unlock(&mailbox->lock);
    give_share(mailbox);
}

// It is not, or not the one that the mailbox is of.
static void close_stopped(Mailbox *mailbox) {
    pthread_mutex_lock(&mailboxes.lock);
    mailbox->abandoned = mailbox->link != NULL;
    bool stops = mailbox->abandoned;
    pthread_mutex_unlock(&mailboxes.lock);
    if (!stops)
        give_share(mailbox);
}

void mailbox_close(fluffy_mailbox *handle) {
    Mailbox *mailbox = (Mailbox *)handle;
    if (host_forked())
        return;
    Seat *seat = seat_enter();
    if (!seat) {
        close_stopped(mailbox);
        return;
    }
    close_open(mailbox);
    seat_leave(seat);
}

int mailbox_fd(fluffy_mailbox *handle) {
    Mailbox *mailbox = (Mailbox *)handle;
    if (host_forked())
        return -1;
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

static bool has_ended(Mailbox *mailbox) {
    pthread_mutex_lock(&mailbox->lock);
    bool ended = mailbox->ended;
    pthread_mutex_unlock(&mailbox->lock);
    return ended;
}

fluffy_status mailbox_check(Seat *seat, fluffy_mailbox *handle) {
    if (handle->api != host.handle.api)
        return seat_fail(seat, FLUFFY_INVALID, "the mailbox is of another library");
    return has_ended((Mailbox *)handle) ? FLUFFY_ENDED : FLUFFY_OK;
}

// false: memory is out.
static bool ask_to_undo(Mailbox *mailbox, int what, FlPid pid) {
    if (!request(mailbox, what, pid))
        return false;
    uint32_t target = ++mailbox->asked, undone;
    while ((undone = atomic_load_explicit(&mailbox->undone, memory_order_acquire)) != target) {
        if (!host_open() || has_ended(mailbox))
            break;
        futex_wait(&mailbox->undone, undone, LOOK_NANOSECONDS);
    }
    return true;
}

// A link or monitor stands when this returns: what is sent to the process afterwards comes after it.
static bool connect_peer(Mailbox *mailbox, int what, FlPid pid) {
    if (what == FLUFFY_UNLINK || what == FLUFFY_DEMONITOR)
        return ask_to_undo(mailbox, what, pid);
    return pid == mailbox->handle.pid ||
           mailbox_expect(&mailbox->handle, pid, what == FLUFFY_LINK, what == FLUFFY_MONITOR);
}

fluffy_status mailbox_peer(fluffy_mailbox *handle, int what, fluffy_pid pid) {
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = mailbox_check(seat, handle);
    if (status == FLUFFY_OK && pid == 0)
        status = seat_fail(seat, FLUFFY_INVALID, "`pid` is 0, which is no process");
    if (status == FLUFFY_OK && !connect_peer((Mailbox *)handle, what, pid))
        status = FLUFFY_NO_MEMORY;
    seat_leave(seat);
    return status;
}

// ---- receiving

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
            settle_event(mailbox);
            if (message->flags & MESSAGE_COUNTED)
                bound_taken(mailbox->handle.pid);
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
    uint64_t dropped = mailbox->dropped;
    for (bool late = timeout == 0;; late = !wait(mailbox, deadline)) {
        if (dropped != mailbox->dropped) { // perhaps the one that the link is of
            dropped = mailbox->dropped;
            link = &mailbox->first;
        }
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
    if (!handle || !wanted->scope || !wanted->out)
        return fl_host_null(!handle ? "mailbox" : !wanted->scope ? "scope" : wanted->shape ? "result" : "message");
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status =
        handle->api == host.handle.api ? receive((Mailbox *)handle, timeout, wanted) : mailbox_check(seat, handle);
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
    if (!message || !scope || !out)
        return fl_host_null(!message ? "message" : !scope ? "scope" : "result");
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

void mailboxes_end(void) {
    pthread_mutex_lock(&mailboxes.lock);
    for (Mailbox *mailbox; (mailbox = mailboxes.first) != NULL;) {
        delist(mailbox);
        pthread_mutex_lock(&mailbox->lock);
        free_queue(mailbox);
        pthread_mutex_unlock(&mailbox->lock);
        if (mailbox->abandoned)
            give_share(mailbox);
    }
    pthread_mutex_unlock(&mailboxes.lock);
}
