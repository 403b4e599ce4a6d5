#include "runtime/memory/copy.h"
#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/roots.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/sched/sched.h"
#include "runtime/supervise/supervisor.h"

// A reason in a message that is about to be freed.
static const FlString *keep_reason(Supervisor *supervisor, const FlMessage *message) {
    FlProcess *self = supervisor->process;
    FlWord reason;
    if (!copy_value_into_arena(&self->arena, &self->head.bump, message->head.root, &reason))
        process_out_of_memory(self);
    return (const FlString *)reason;
}

// What others send is dropped; only the report of a child's end counts.
static void take_value(Supervisor *supervisor, const FlMessage *message) {
    FlWord root = message->head.root;
    if (!object_is_pointer(root) || ((const FlObject *)root)->type != FL_TYPE_DOWN)
        return;
    const FlWord *down = object_words((const FlObject *)root);
    Child *child = down[0] == message->from ? supervisor_child(supervisor, message->from) : NULL;
    if (child)
        child_ended(supervisor, child, (const FlString *)down[1]);
}

static void take_exit(Supervisor *supervisor, const FlMessage *message) {
    bool normal = reason_is((const FlString *)message->head.root, reason_normal);
    bool link = message->kind == SIGNAL_LINK_EXIT;
    if (link && supervisor_is_own(supervisor, message->from))
        return; // its monitor tells as well
    bool parent = link && message->from == supervisor->process->side->supervisor;
    if ((normal && !parent) || supervisor->cause != END_NONE)
        return;
    supervisor_end(supervisor, END_ASKED, keep_reason(supervisor, message));
}

static void take(Supervisor *supervisor, const FlMessage *message) {
    Child *child = supervisor->starting;
    switch (message->kind) {
    case MESSAGE_VALUE:
        take_value(supervisor, message);
        break;
    case SIGNAL_EXIT:
    case SIGNAL_LINK_EXIT:
        take_exit(supervisor, message);
        break;
    case SIGNAL_STARTED:
        if (child && child->pid == message->from)
            child_started(supervisor, child);
        break;
    case SIGNAL_SERVICE:
        request_answer(supervisor, message);
        break;
    }
}

// The oldest message that is not postponed, taken out of the mailbox, or NULL. The caller frees it.
static FlMessage *next_message(Supervisor *supervisor) {
    FlProcess *self = supervisor->process;
    process_drain(self);
    for (FlMessage **link = &self->first; *link; link = &(*link)->head.next) {
        FlMessage *message = *link;
        if (request_postponed(supervisor, message))
            continue;
        *link = message->head.next;
        if (!*link)
            self->last = link;
        self->mail_count--;
        if (message->flags & MESSAGE_REPORT)
            peers_report_left(&self->side->peers, message->from);
        return message;
    }
    return NULL;
}

// ---- the end

// Whether a process monitors it: a reply address of a call in progress is none.
static bool is_monitored(const FlProcess *self) {
    const Peers *peers = &self->side->peers;
    for (uint32_t i = 0; i < peers->capacity; i++) {
        const Peer *peer = &peers->places[i];
        if (peer->pid != 0 && peer->watching > 0 && process_find(peer->pid))
            return true;
    }
    return false;
}

static void finish(Supervisor *supervisor) {
    FlProcess *self = supervisor->process;
    bool top = self->side->supervisor == 0 && !is_monitored(self) && !roots_ending();
    bool failed = supervisor->cause == END_GIVE_UP || supervisor->cause == END_FAILED;
    if (failed && top && !sched.hosted) {
        note_program_end(supervisor);
        fl_halt(self, 1);
    }
    if (!failed)
        note_shutdown(supervisor);
    death_begin(self, supervisor->reason, NULL);
}

static bool all_stopped(const Supervisor *supervisor) {
    return !supervisor->starting && !supervisor->stopping && supervisor->stopping_all == 0 && supervisor->stops == 0;
}

void supervisor_run(FlProcess *self) {
    Supervisor *supervisor = self->side->service;
    self->flags &= (uint8_t)~FLAG_PARKED;
    self->site = supervisor->site;
    supervisor->now = process_hooks.now();
    supervisor_advance(supervisor);
    for (FlMessage *message; (message = next_message(supervisor)) != NULL;) {
        supervisor->now = process_hooks.now();
        take(supervisor, message);
        message_free(message);
        supervisor_advance(supervisor);
        fl_poll(self);
    }
    if (supervisor->cause != END_NONE && all_stopped(supervisor)) {
        finish(supervisor);
        return;
    }
    self->deadline = supervisor_deadline(supervisor);
    fl_receive_park(self, self->site);
}
