// Receiving: the private list, its scan position, timeouts.
//
// A message is tested once per receive: `scan` stays where it is while the process waits, and goes back to the front
// when a receive ends. So a receive without a timeout needs no beginning.
//
// A receive is where a collection finds exact roots: when one is due, a receive that parks is told that nothing is left
// to test (FLAG_COLLECT), stores its live variables and returns to the scheduler, which collects and lets it go on. A
// receive that keeps its stack gives the worker back for that.
#include "runtime/process/receive.h"
#include "runtime/process/bound.h"
#include "runtime/process/call.h"
#include "runtime/process/death.h"
#include "runtime/process/mail.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

static int64_t deadline_from(int64_t now, int64_t milliseconds) {
    int64_t longest = (INT64_MAX - 1 - now) / 1000000;
    return milliseconds > longest ? INT64_MAX - 1 : now + milliseconds * 1000000;
}

int64_t process_deadline(int64_t milliseconds) {
    if (milliseconds <= 0)
        return milliseconds < 0 ? INT64_MAX : 0;
    return deadline_from(process_hooks.now(), milliseconds);
}

int64_t process_deadline_of_call(int64_t milliseconds) {
    bool by_seconds = milliseconds >= 1000;
    return by_seconds ? deadline_from(process_hooks.soon(), milliseconds) : process_deadline(milliseconds);
}

bool process_expired(const FlProcess *self) {
    if (self->deadline == INT64_MAX)
        return false;
    return self->deadline == 0 || process_hooks.now() >= self->deadline;
}

void process_refuse_wait(FlProcess *self, const FlSite *site) {
    if (self->flags & FLAG_DYING)
        process_panic(self, "receive in a defer of a process that is ending", site);
}

void fl_receive_begin(FlProcess *self, int64_t timeout, const FlSite *site) {
    process_refuse_wait(self, site);
    self->deadline = process_deadline(timeout);
}

// Nothing in the private list is left to test.
static bool fetch(FlProcess *self) {
    if (mailbox_empty(self))
        return false;
    process_drain(self);
    return *self->scan != NULL;
}

// Between two messages. Gives the flags.
static __attribute__((noinline)) uint8_t poll_in_scan(FlProcess *self) {
    self->flags &= ~FLAG_TESTING;
    process_poll(self);
    return self->flags;
}

// The message under test did not match. The arms of a receive are tested without polls: here others run while one looks
// through a long mailbox. Gives the flags.
static inline uint8_t after_miss(FlProcess *self, uint8_t flags) {
    self->scan = &(*self->scan)->head.next;
    // Relaxed, as generated code reads it: see run.h.
    bool poisoned = __atomic_load_n(&self->head.stack_limit, __ATOMIC_RELAXED) == UINTPTR_MAX;
    return __builtin_expect(poisoned, 0) ? poll_in_scan(self) : flags;
}

// true: nothing is to be tested before the collection. Where polls are counted it takes place here, as at any poll: to
// be entered again would be one more.
static __attribute__((noinline)) bool collect_before_test(FlProcess *self) {
    if (process_worker(self)->counts_polls) {
        process_collect(self);
        return false;
    }
    self->flags |= FLAG_COLLECT;
    return true;
}

// What is not quickly done.
static __attribute__((noinline)) FlMessage *next_slowly(FlProcess *self) {
    uint8_t flags = self->flags;
    if (flags & FLAG_TESTING)
        flags = after_miss(self, flags);
    self->flags = flags & (uint8_t) ~(FLAG_TESTING | FLAG_PARKED);
    if (__builtin_expect(flags & FLAG_DYING, 0) || (!*self->scan && !fetch(self)))
        return NULL;
    if (__builtin_expect(arena_due(&self->arena), 0) && !(flags & FLAG_PARKED) && collect_before_test(self))
        return NULL;
    self->flags |= FLAG_TESTING;
    return *self->scan;
}

FlMessage *fl_receive_next(FlProcess *self) {
    FlMessage *message = *self->scan;
    uint8_t flags = self->flags;
    bool comes = !message && !mailbox_empty(self);
    if (__builtin_expect(flags & (FLAG_TESTING | FLAG_DYING) || comes || arena_due(&self->arena), 0))
        return next_slowly(self);
    flags &= (uint8_t)~FLAG_PARKED;
    self->flags = message ? flags | FLAG_TESTING : flags;
    return message;
}

static void end_receive(FlProcess *self) {
    self->flags &= ~FLAG_TESTING;
    self->scan = &self->first;
    self->deadline = INT64_MAX;
}

void process_check_memory(FlProcess *process) {
    const FlArena *arena = &process->arena;
    if (arena->limit != 0 && arena_used(arena, &process->head.bump) + mail_bytes(process) > arena->limit)
        process_request(process, REQUEST_OVER_LIMIT);
}

static __attribute__((noinline)) void received_specially(FlProcess *self, FlMessage *message) {
    if (message->flags & MESSAGE_REPORT)
        peers_report_left(&self->side->peers, message->from);
    if (message->flags & MESSAGE_COUNTED)
        bound_received(self);
    if (message->flags & MESSAGE_REQUEST && !call_received(self, message)) {
        process_abandon(message->from);
        process_request_no_memory(self, self->head.pid);
    }
}

// Takes the message under test out of the private list.
static inline void link_out(FlProcess *self, FlMessage *message) {
    FlMessage **link = self->scan, *next = message->head.next;
    *link = next;
    if (!next)
        self->last = link;
    self->mail_count--;
}

// The same; this receive has ended.
static void unlink_message(FlProcess *self, FlMessage *message) {
    link_out(self, message);
    if (__builtin_expect(message->flags != 0, 0))
        received_specially(self, message);
    if (__builtin_expect(self->arena.limit != 0, 0))
        mail_discharge(self, message);
    end_receive(self);
}

static __attribute__((noinline)) void drop_slowly(FlProcess *self, FlMessage *message) {
    unlink_message(self, message);
    message_free_quickly(message);
}

void fl_receive_drop(FlProcess *self, FlMessage *message) {
    if (__builtin_expect(message->flags != 0 || message->more || self->arena.limit != 0, 0)) {
        drop_slowly(self, message);
        return;
    }
    link_out(self, message);
    end_receive(self);
    cache_free_pieces(message, message->pieces);
}

void fl_receive_take(FlProcess *self, FlMessage *message) {
    unlink_message(self, message);
    message_adopt(message, &self->arena);
}

bool fl_receive_expired(FlProcess *self) {
    if (self->flags & FLAG_COLLECT || !process_expired(self))
        return false;
    end_receive(self);
    return true;
}

void fl_receive_wait(FlProcess *self, const FlSite *site) {
    process_refuse_wait(self, site);
    self->site = site;
    if (self->flags & FLAG_COLLECT) {
        self->flags = (uint8_t)((self->flags & ~FLAG_COLLECT) | FLAG_PARKED);
        process_collect(self);
        return;
    }
    process_wait(self);
}

void fl_receive_park(FlProcess *self, const FlSite *site) {
    self->site = site;
    self->flags |= FLAG_PARKED;
    self->status = PROCESS_PARKED;
}

int64_t fl_mailbox_length(FlProcess *self) {
    process_drain(self);
    return self->mail_count;
}

void fl_sleep(FlProcess *self, int64_t milliseconds, const FlSite *site) {
    self->site = site;
    self->deadline = process_deadline(milliseconds < 0 ? 0 : milliseconds);
    if (self->deadline == 0)
        process_leave(self, PROCESS_YIELDED);
    while (!process_expired(self))
        process_wait(self);
    self->deadline = INT64_MAX;
}

// Messages of the mailbox word, newest first. Acquire: the links of the list, which nobody else takes apart.
static FlMessage *undrained(FlProcess *process) {
    uintptr_t list = atomic_load_explicit(&process->mailbox, memory_order_acquire);
    return list <= MAILBOX_CLOSED ? NULL : (FlMessage *)list;
}

unsigned process_oldest_mail(FlProcess *process, FlMessage **messages, unsigned most) {
    unsigned count = 0, newer = 0;
    for (FlMessage *message = process->first; message && count < most; message = message->head.next)
        messages[count++] = message;
    for (FlMessage *message = undrained(process); message; message = message->head.next)
        newer += message->kind == MESSAGE_VALUE;
    unsigned taken = newer < most - count ? newer : most - count;
    // The oldest `taken` of them are the last ones of the list.
    for (FlMessage *message = undrained(process); message; message = message->head.next) {
        if (message->kind == MESSAGE_VALUE && newer-- <= taken)
            messages[count + newer] = message;
    }
    return count + taken;
}

uint32_t process_mail_count(FlProcess *process) {
    uint32_t count = process->mail_count + bound_queued(process);
    for (const FlMessage *message = undrained(process); message; message = message->head.next)
        count += message->kind == MESSAGE_VALUE;
    return count;
}
