// The one algorithm behind all strategies: the set of children to restart is marked, to stop (who runs) and to
// start (who is to run again).
#include <string.h>

#include "runtime/process/process.h"
#include "runtime/process/signals.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/builder.h"

// Whether a child that ended like this is started again by its kind.
static bool wants_restart(const Child *child, const FlString *reason) {
    switch (child->kind) {
    case RESTART_PERMANENT:
        return true;
    case RESTART_TRANSIENT:
        return !reason_is(reason, reason_normal) && !reason_is(reason, reason_shutdown);
    default:
        return false;
    }
}

// ---- intensity

static void forget_old(Supervisor *supervisor) {
    while (supervisor->time_count > 0 &&
           supervisor->now - supervisor->times[supervisor->time_first] > supervisor->within) {
        supervisor->time_first++;
        supervisor->time_count--;
    }
}

// Room for one more: at the front, if half of it is free, so that each time is moved once or twice in all.
static void make_room(Supervisor *supervisor) {
    uint64_t capacity = supervisor->time_capacity, count = supervisor->time_count;
    int64_t *times = supervisor->times;
    if (count >= capacity / 2) {
        capacity = capacity ? 2 * capacity : 4;
        times = supervisor_memory(supervisor->process, capacity * sizeof(int64_t));
        if (!times)
            process_out_of_memory(supervisor->process);
    }
    if (count > 0)
        memmove(times, supervisor->times + supervisor->time_first, count * sizeof(int64_t));
    supervisor->times = times;
    supervisor->time_first = 0;
    supervisor->time_capacity = capacity;
}

// Counts a restart now; false: that is one too many.
static bool count_restart(Supervisor *supervisor) {
    forget_old(supervisor);
    if (supervisor->time_count >= (uint64_t)supervisor->restarts)
        return false;
    if (supervisor->time_first + supervisor->time_count == supervisor->time_capacity)
        make_room(supervisor);
    supervisor->times[supervisor->time_first + supervisor->time_count++] = supervisor->now;
    return true;
}

// ---- the set to restart

static void mark_restart(Supervisor *supervisor, Child *child, bool failed) {
    mark_stop(supervisor, child);
    // A temporary sibling stopped on the way is not started again; one not started at all yet keeps its mark.
    if (child->kind == RESTART_TEMPORARY && !failed)
        return;
    child->again = true;
    mark_start(supervisor, child);
}

// A restart that fails goes on from the child that failed: those after it are still marked.
static void mark_set(Supervisor *supervisor, Child *ended, bool failed_restart) {
    uint32_t own = ended->index, first = own, end = own + 1;
    if (!failed_restart && supervisor->strategy != STRATEGY_ONE_FOR_ONE)
        end = supervisor->count;
    if (!failed_restart && supervisor->strategy == STRATEGY_ONE_FOR_ALL)
        first = 0;
    for (uint32_t i = first; i < end; i++)
        mark_restart(supervisor, supervisor->children[i], i == own);
}

// ---- the end of the supervisor

void supervisor_end(Supervisor *supervisor, EndCause cause, const FlString *reason) {
    if (supervisor->cause != END_NONE)
        return;
    supervisor->cause = cause;
    supervisor->reason = reason;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        unmark_start(supervisor, supervisor->children[i]);
        mark_stop(supervisor, supervisor->children[i]);
        child_follow(supervisor, supervisor->children[i]);
    }
}

// Whether a significant child other than this one is there, or will be.
static bool other_significant(const Supervisor *supervisor, const Child *except) {
    for (uint32_t i = 0; i < supervisor->count; i++) {
        const Child *child = supervisor->children[i];
        if (child != except && child->significant && (child->state != CHILD_DOWN || child->must_start))
            return true;
    }
    return false;
}

// Whether the supervisor ends when this child has ended by itself and is not started again.
static bool ends_with(const Supervisor *supervisor, const Child *child) {
    if (!child->significant || supervisor->auto_shutdown == AUTO_NEVER)
        return false;
    return supervisor->auto_shutdown == AUTO_ANY_SIGNIFICANT || !other_significant(supervisor, child);
}

static void fail_to_start(Supervisor *supervisor, const Child *child, const FlString *reason) {
    note_failed(supervisor, child, reason);
    Builder text;
    builder_begin(&text, supervisor->process);
    builder_add_text(&text, "child \"");
    builder_add(&text, child->id->bytes, child->id->length);
    builder_add_text(&text, "\" failed to start: ");
    builder_add(&text, reason->bytes, reason->length);
    supervisor_end(supervisor, END_FAILED, builder_finish(&text));
}

// ---- the end of a child

// It was asked to end, or was about to be: not its own doing, nothing to decide.
static void stopped(Supervisor *supervisor, Child *child) {
    unmark_stop(supervisor, child);
    answer_failed(supervisor, child, reason_shutdown);
    answer_stopped(supervisor, child);
    child_follow(supervisor, child);
    if ((child->kind == RESTART_TEMPORARY || supervisor->dynamic) && supervisor->cause == END_NONE)
        child_forget(supervisor, child);
}

static void leave_state(Supervisor *supervisor, Child *child) {
    if (supervisor->starting == child)
        supervisor->starting = NULL;
    if (supervisor->stopping == child)
        supervisor->stopping = NULL;
    if (supervisor->dynamic && child->state == CHILD_STOPPING && --supervisor->stopping_all == 0)
        supervisor->stop_deadline = INT64_MAX;
    child->state = CHILD_DOWN;
    child_set_pid(supervisor, child, 0, 0);
    child->deadline = INT64_MAX;
}

// It has ended by itself and stays down.
static void stay_down(Supervisor *supervisor, Child *child, const FlString *reason) {
    note_not_restarted(supervisor, child, reason);
    bool ends = ends_with(supervisor, child);
    child_follow(supervisor, child);
    if (child->kind == RESTART_TEMPORARY || supervisor->dynamic)
        child_forget(supervisor, child);
    if (ends)
        supervisor_end(supervisor, END_DONE, reason_shutdown);
}

// A start function that failed before it had made its supervisor. false: it is an end like others.
static bool first_start_failed(Supervisor *supervisor, Child *child, const FlString *reason) {
    if (child->start_asker != 0) { // who asked for it decides
        answer_failed(supervisor, child, reason);
        child_follow(supervisor, child);
        if (child->added)
            child_forget(supervisor, child);
        return true;
    }
    if (supervisor->complete || child->again)
        return false;
    fail_to_start(supervisor, child, reason);
    return true;
}

void child_ended(Supervisor *supervisor, Child *child, const FlString *reason) {
    ChildState before = child->state;
    FlPid pid = child->pid;
    leave_state(supervisor, child);
    if (before == CHILD_STOPPING || child->must_stop || supervisor->cause != END_NONE) {
        stopped(supervisor, child);
        return;
    }
    bool failed_start = before == CHILD_STARTING && child->starts_supervisor;
    if (failed_start && first_start_failed(supervisor, child, reason))
        return;
    child->added = false; // its end completes its start
    answer_process(supervisor, child, pid);
    if (!failed_start && !wants_restart(child, reason)) {
        stay_down(supervisor, child, reason);
        return;
    }
    if (!count_restart(supervisor)) {
        note_give_up(supervisor, child, reason);
        supervisor_end(supervisor, END_GIVE_UP, reason_shutdown);
        return;
    }
    note_restart(supervisor, child, reason);
    mark_set(supervisor, child, before == CHILD_STARTING && child->again);
    child_follow(supervisor, child);
}
