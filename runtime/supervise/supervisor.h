// A supervisor: the state of one, and its parts.
//
// Invariants:
//  - At most one child is starting and at most one is stopping; a stop is not begun while another child stops, a
//    start not while any does.
//  - child->pid != 0 exactly in STARTING, RUNNING and STOPPING. must_stop only in STARTING and RUNNING.
//  - `stop_below` is above, `start_from` not above, every child that is marked: the marks are found without
//    searching all children. Ownership: everything lies in the supervisor's arena. Threads: before it is started,
//    its spawner's; then its own.
#ifndef FLUFFY_RUNTIME_SUPERVISE_SUPERVISOR_H
#define FLUFFY_RUNTIME_SUPERVISE_SUPERVISOR_H

#include "runtime/process/process.h"

typedef enum Strategy { STRATEGY_ONE_FOR_ONE, STRATEGY_ONE_FOR_ALL, STRATEGY_REST_FOR_ONE } Strategy;
typedef enum RestartKind { RESTART_PERMANENT, RESTART_TRANSIENT, RESTART_TEMPORARY } RestartKind;

typedef enum ChildState {
    CHILD_DOWN,     // has no process
    CHILD_STARTING, // has one that has not waited yet
    CHILD_RUNNING,
    CHILD_STOPPING, // has one that was asked to end
    CHILD_GONE,     // a temporary child that has ended: forgotten
} ChildState;

// Values of Child.shutdown below 0.
enum { SHUTDOWN_INFINITY = -1, SHUTDOWN_KILL = -2, SHUTDOWN_DEFAULT = -3 };

typedef struct Child {
    const FlString *id;
    FlResume resume;
    FlObject *frame; // template of its process's frame
    const char *kind_name;
    const FlSite *site; // of the child's specification
    int64_t shutdown;   // milliseconds, or SHUTDOWN_*
    RestartKind kind;
    bool starts_supervisor; // its process makes a supervisor and hands it over: then that is `pid`
    ChildState state;
    FlPid pid;
    FlPid maker; // the start function that handed `pid` over; 0: none
    bool must_stop;
    bool must_start;
    bool again;       // its next or present start is a restart
    int64_t deadline; // nanoseconds; STARTING: it counts as started, STOPPING: it is killed. INT64_MAX: none
} Child;

typedef enum EndCause {
    END_NONE,
    END_ASKED,   // stop, exit, or the end of its parent
    END_GIVE_UP, // too many restarts
    END_FAILED,  // a child could not be started at first
} EndCause;

typedef struct Supervisor {
    FlProcess *process;
    const FlSite *site;
    Strategy strategy;
    int64_t restarts; // allowed within `within`
    int64_t within;   // nanoseconds
    Child *children;
    uint32_t count, capacity;
    int64_t *times; // of restarts not older than `within`, oldest first
    uint64_t time_count, time_capacity;
    Child *starting, *stopping; // NULL: none
    uint32_t stop_below, start_from;
    bool complete;          // all children have been started once
    FlPid starter;          // reply address of who waits for that
    EndCause cause;         // != END_NONE: it is ending
    const FlString *reason; // then: of its end
    FlObject *unfinished;   // template that still refers to the spawner's heap; NULL: none
} Supervisor;

// ---- spec.c
// `bytes` bytes of the arena that are no object; NULL: memory is out, or the limit is reached.
void *supervisor_memory(FlProcess *process, uint64_t bytes);

// ---- loop.c
// The entry of the process.
void supervisor_run(FlProcess *self);

// ---- children.c
// Works off marks and deadlines as far as it can without waiting.
void supervisor_advance(Supervisor *supervisor);
// When it must be looked at again though nothing arrives; INT64_MAX: never.
int64_t supervisor_deadline(const Supervisor *supervisor);
// The child of a process, or NULL.
Child *supervisor_child(Supervisor *supervisor, FlPid pid);
// Whether a process is a child's, or a start function that has handed one over.
bool supervisor_is_own(Supervisor *supervisor, FlPid pid);
// Its start is complete.
void child_started(Supervisor *supervisor, Child *child);
// Marks, keeping the invariants. mark_stop does nothing to a child that has no process or stops already.
void mark_stop(Supervisor *supervisor, Child *child);
void mark_start(Supervisor *supervisor, Child *child);

// ---- restart.c
// A child's process has ended.
void child_ended(Supervisor *supervisor, Child *child, const FlString *reason);
// Begins the end: all children are stopped. The first cause wins. `reason` is static or in the arena.
void supervisor_end(Supervisor *supervisor, EndCause cause, const FlString *reason);

// ---- request.c
// Whether the message is a question that can't be answered yet.
bool request_postponed(Supervisor *supervisor, const FlMessage *message);
void request_answer(Supervisor *supervisor, const FlMessage *message);
// Tells who started the supervisor that it is complete.
void answer_starter(Supervisor *supervisor);

// ---- notes.c
void note_restart(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_give_up(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_failed(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_program_end(const Supervisor *supervisor);

#endif
