#include <string.h>

#include "runtime/memory/object.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/supervise/supervisor.h"

// A child that computes says itself after START_MILLISECONDS that it counts as started. PATIENCE is for one that can't:
// it is in foreign code, or memory is out.
enum { START_MILLISECONDS = 100, PATIENCE_MILLISECONDS = 10000, SHUTDOWN_MILLISECONDS = 5000 };

static uint32_t index_of(const Supervisor *supervisor, const Child *child) {
    return (uint32_t)(child - supervisor->children);
}

static bool has_process(const Child *child) {
    return child->state == CHILD_STARTING || child->state == CHILD_RUNNING || child->state == CHILD_STOPPING;
}

bool supervisor_is_own(Supervisor *supervisor, FlPid pid) {
    for (uint32_t i = 0; i < supervisor->count; i++) {
        if (supervisor->children[i].pid == pid || supervisor->children[i].maker == pid)
            return true;
    }
    return false;
}

Child *supervisor_child(Supervisor *supervisor, FlPid pid) {
    if (supervisor->stopping && supervisor->stopping->pid == pid)
        return supervisor->stopping;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        if (supervisor->children[i].pid == pid)
            return &supervisor->children[i];
    }
    return NULL;
}

void mark_stop(Supervisor *supervisor, Child *child) {
    if (child->state != CHILD_STARTING && child->state != CHILD_RUNNING)
        return;
    child->must_stop = true;
    uint32_t above = index_of(supervisor, child) + 1;
    if (above > supervisor->stop_below)
        supervisor->stop_below = above;
}

void mark_start(Supervisor *supervisor, Child *child) {
    child->must_start = true;
    uint32_t index = index_of(supervisor, child);
    if (index < supervisor->start_from)
        supervisor->start_from = index;
}

// ---- start

static void start(Supervisor *supervisor, Child *child) {
    FlProcess *self = supervisor->process;
    const FlType *type = object_type(child->frame);
    FlProcess *process = fl_spawn_begin(self, child->resume, type, child->kind_name, child->site);
    FlSide *side = process_side(process);
    if (!side)
        process_out_of_memory(self);
    side->supervisor = self->head.pid;
    side->makes_supervisor = child->starts_supervisor;
    if (!child->starts_supervisor)
        process->flags |= FLAG_STARTING;
    side->start_deadline = process_deadline(START_MILLISECONDS);
    memcpy(object_words(process->head.frame), object_words(child->frame), type->object_words * sizeof(FlWord));
    child->must_start = false;
    child->maker = 0;
    child->state = CHILD_STARTING;
    child->deadline = child->starts_supervisor ? INT64_MAX : process_deadline(PATIENCE_MILLISECONDS);
    supervisor->starting = child;
    child->pid = fl_spawn_end(self, process, &(FlSpawnOptions){.link = true, .monitor = true});
}

void child_started(Supervisor *supervisor, Child *child) {
    child->state = CHILD_RUNNING;
    child->again = false;
    child->deadline = INT64_MAX;
    supervisor->starting = NULL;
}

// ---- stop

static void ask_to_end(Supervisor *supervisor, Child *child, const FlString *reason) {
    FlProcess *self = supervisor->process;
    if (!signal_send_reason(SIGNAL_EXIT, self->head.pid, child->pid, reason))
        process_out_of_memory(self);
}

static int64_t stop_deadline(const Child *child) {
    if (child->shutdown >= 0)
        return process_deadline(child->shutdown);
    if (child->shutdown == SHUTDOWN_DEFAULT && !child->starts_supervisor)
        return process_deadline(SHUTDOWN_MILLISECONDS);
    return INT64_MAX;
}

static void stop(Supervisor *supervisor, Child *child) {
    if (supervisor->starting == child)
        supervisor->starting = NULL;
    supervisor->stopping = child;
    child->must_stop = false;
    child->state = CHILD_STOPPING;
    bool kill = child->shutdown == SHUTDOWN_KILL || child->shutdown == 0;
    child->deadline = kill ? INT64_MAX : stop_deadline(child);
    ask_to_end(supervisor, child, kill ? reason_kill : reason_shutdown);
}

// ---- deadlines and marks

static bool is_due(const Child *child) {
    return child && child->deadline != INT64_MAX && process_hooks.now() >= child->deadline;
}

int64_t supervisor_deadline(const Supervisor *supervisor) {
    int64_t earliest = INT64_MAX;
    if (supervisor->starting)
        earliest = supervisor->starting->deadline;
    if (supervisor->stopping && supervisor->stopping->deadline < earliest)
        earliest = supervisor->stopping->deadline;
    return earliest;
}

static void meet_deadlines(Supervisor *supervisor) {
    if (is_due(supervisor->starting))
        child_started(supervisor, supervisor->starting);
    if (is_due(supervisor->stopping)) {
        supervisor->stopping->deadline = INT64_MAX;
        ask_to_end(supervisor, supervisor->stopping, reason_kill);
    }
}

// The last child that must stop, or NULL.
static Child *next_to_stop(Supervisor *supervisor) {
    for (; supervisor->stop_below > 0; supervisor->stop_below--) {
        Child *child = &supervisor->children[supervisor->stop_below - 1];
        if (child->must_stop)
            return child;
    }
    return NULL;
}

// The first child that must start, or NULL.
static Child *next_to_start(Supervisor *supervisor) {
    for (; supervisor->start_from < supervisor->count; supervisor->start_from++) {
        Child *child = &supervisor->children[supervisor->start_from];
        if (child->must_start && !has_process(child))
            return child;
    }
    return NULL;
}

void supervisor_advance(Supervisor *supervisor) {
    meet_deadlines(supervisor);
    while (!supervisor->stopping) {
        Child *child = next_to_stop(supervisor);
        if (child) {
            stop(supervisor, child);
            return;
        }
        if (supervisor->starting || supervisor->cause != END_NONE)
            return;
        child = next_to_start(supervisor);
        if (!child) {
            answer_starter(supervisor);
            return;
        }
        start(supervisor, child);
    }
}
