// Requests are messages of the kind SIGNAL_SERVICE from a reply address. With a root, a child's id: which process
// is it? Without: the process behind the reply address, a start function, hands over the supervisor in `detail`.
// Answers are the pid, boxed.
#include "runtime/memory/object.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/supervise/supervisor.h"

// ---- the supervisor's side

static void answer(Supervisor *supervisor, FlPid reply_address, FlPid pid) {
    FlProcess *self = supervisor->process;
    FlMessage *message = message_begin(fl_program.types[FL_TYPE_PID]);
    if (!message || !message_complete(message))
        process_out_of_memory(self);
    object_words((FlObject *)message->head.root)[0] = pid;
    message->to = reply_address;
    message->from = self->head.pid;
    signal_route(message);
}

void answer_starter(Supervisor *supervisor) {
    if (supervisor->complete)
        return;
    supervisor->complete = true;
    answer(supervisor, supervisor->starter, supervisor->process->head.pid);
}

static Child *child_by_id(Supervisor *supervisor, const FlString *id) {
    for (uint32_t i = 0; i < supervisor->count; i++) {
        Child *child = &supervisor->children[i];
        if (child->state != CHILD_GONE && reason_is(child->id, id))
            return child;
    }
    return NULL;
}

static bool is_made(const Child *child) { return child->starts_supervisor && child->state == CHILD_STARTING; }

// Who is behind a reply address; 0: nobody any more.
static FlPid caller_of(FlPid reply_address) {
    FlProcess *slot = process_slot(reply_address);
    if (!slot || process_pid(slot) != reply_address)
        return 0;
    return atomic_load_explicit(&slot->alias_of, memory_order_relaxed);
}

// A start function that asks while it makes its supervisor would wait for itself: it is answered at once.
static bool is_asked_by_maker(const Supervisor *supervisor, const FlMessage *message) {
    const Child *child = supervisor->starting;
    return child && is_made(child) && caller_of(message->from) == child->pid;
}

bool request_postponed(Supervisor *supervisor, const FlMessage *message) {
    if (message->kind != SIGNAL_SERVICE || message->head.root == 0 || supervisor->cause != END_NONE)
        return false;
    if (is_asked_by_maker(supervisor, message))
        return false;
    const Child *child = child_by_id(supervisor, (const FlString *)message->head.root);
    return child && (child->must_start || is_made(child));
}

static FlPid present_process(const Child *child) {
    if (!child || is_made(child) || child->state == CHILD_STOPPING)
        return 0;
    return child->pid;
}

// From now on the child's process is the supervisor it made; the start function is of no more interest.
static void adopt(Supervisor *supervisor, FlPid maker, FlPid made) {
    Child *child = supervisor->starting;
    if (!child || !is_made(child) || child->pid != maker || maker == 0)
        return;
    FlProcess *self = supervisor->process;
    fl_demonitor(self, maker);
    fl_unlink(self, maker);
    fl_link(self, made);
    fl_monitor(self, made);
    child->pid = made;
    child->maker = maker;
    child_started(supervisor, child);
}

void request_answer(Supervisor *supervisor, const FlMessage *message) {
    FlPid reply_address = message->from;
    if (message->head.root == 0) {
        adopt(supervisor, caller_of(reply_address), message->detail);
        answer(supervisor, reply_address, message->detail);
        return;
    }
    Child *child = child_by_id(supervisor, (const FlString *)message->head.root);
    answer(supervisor, reply_address, present_process(child));
}

// ---- the asker's side

// Sends the request and waits; the pid answered, or 0 when the supervisor has ended.
static FlPid ask(FlProcess *self, FlPid supervisor, FlWord root, uint64_t detail) {
    FlPid reply_address = fl_call_begin(self, supervisor);
    FlMessage *message = message_copy(root);
    if (!message)
        process_out_of_memory(self);
    message->kind = SIGNAL_SERVICE;
    message->to = supervisor;
    message->from = reply_address;
    message->detail = detail;
    signal_route(message);
    FlWord reply;
    int64_t outcome = fl_call_wait(self, reply_address, supervisor, -1, &reply, self->site);
    return outcome == 0 ? object_words((const FlObject *)reply)[0] : 0;
}

FlPid fl_supervisor_find(FlProcess *self, FlPid supervisor, FlString *id) {
    return ask(self, supervisor, (FlWord)id, 0);
}

void fl_supervisor_started(FlProcess *self, FlPid supervisor) {
    if (!self->side || !self->side->makes_supervisor)
        return; // a start function that was called as a plain function
    // Nobody to hand it over to any more: what would have ended it there ends it here.
    if (ask(self, self->side->supervisor, 0, supervisor) == 0)
        fl_stop(self, supervisor);
}
