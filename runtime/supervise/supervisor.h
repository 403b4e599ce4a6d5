// A supervisor: the state of one, and its parts.
//
// Invariants:
//  - At most one child is starting; at most one is stopping, unless the children are dynamic: these stop all at once. A
//    stop is not begun while another child stops, a start not while any does.
//  - child->pid != 0 exactly in STARTING, RUNNING and STOPPING. must_stop only in STARTING and RUNNING.
//  - stops and starts count the marked children; `stop_below` is above, `start_from` not above, every one of them: the
//    marks are found without searching all children.
//  - children[child->index] == child, in the order of their start (dynamic ones: in none). by_pid has each child's
//    process, and the start function that made it; by_id each child with an id.
// Ownership: everything lies in the supervisor's arena; what a child that was added later consists of, in the arena of
// its store, a process that never runs and is dropped with the child. Threads: before it is started, its spawner's;
// then its own.
#ifndef FLUFFY_RUNTIME_SUPERVISE_SUPERVISOR_H
#define FLUFFY_RUNTIME_SUPERVISE_SUPERVISOR_H

#include "runtime/process/places.h"
#include "runtime/process/process.h"

typedef enum Strategy { STRATEGY_ONE_FOR_ONE, STRATEGY_ONE_FOR_ALL, STRATEGY_REST_FOR_ONE } Strategy;
typedef enum RestartKind { RESTART_PERMANENT, RESTART_TRANSIENT, RESTART_TEMPORARY } RestartKind;
// When it ends because significant children have ended by themselves.
typedef enum AutoShutdown { AUTO_NEVER, AUTO_ANY_SIGNIFICANT, AUTO_ALL_SIGNIFICANT } AutoShutdown;

typedef enum ChildState {
    CHILD_DOWN,     // has no process
    CHILD_STARTING, // has one that has not waited yet
    CHILD_RUNNING,
    CHILD_STOPPING, // has one that was asked to end
} ChildState;

// Values of Child.shutdown below 0.
enum { SHUTDOWN_INFINITY = -1, SHUTDOWN_KILL = -2, SHUTDOWN_DEFAULT = -3 };

typedef struct Child {
    const FlString *id; // NULL: a dynamic child
    FlResume resume;
    FlObject *frame; // template of its process's frame
    const char *kind_name;
    const FlSite *site;   // of the child's specification
    const FlString *name; // that its process is registered under; NULL: none
    int64_t shutdown;     // milliseconds, or SHUTDOWN_*
    RestartKind kind;
    bool starts_supervisor; // its process makes a supervisor and hands it over: then that is `pid`
    bool significant;
    ChildState state;
    uint32_t index;
    FlPid pid;
    FlPid last_pid; // the present or last process
    FlPid maker;    // the start function that handed `pid` over; 0: none
    bool must_stop;
    bool must_start;
    bool again;        // its next or present start is a restart
    bool added;        // at run time, and not started yet
    FlPid start_asker; // reply address of who waits for the start; 0: nobody
    FlPid stop_asker;  // of who waits for the stop
    int64_t deadline;  // nanoseconds; STARTING: it counts as started, STOPPING: it is killed. INT64_MAX: none
    FlPid store;       // whose arena holds it; 0: the supervisor's
    Place *place;      // in the supervisor's places; NULL: nobody refers to it, and it is no supervisor
} Child;

typedef struct IndexPlace {
    uint64_t key; // 0: empty
    Child *child;
} IndexPlace;

// A hash table with linear probing.
typedef struct Index {
    IndexPlace *places;
    uint32_t capacity; // a power of two, or 0
    uint32_t count;
} Index;

typedef enum EndCause {
    END_NONE,
    END_ASKED,   // stop, exit, or the end of its parent
    END_DONE,    // significant children have ended
    END_GIVE_UP, // too many restarts
    END_FAILED,  // a child could not be started at first
} EndCause;

typedef struct Supervisor {
    FlProcess *process;
    const FlSite *site;
    Strategy strategy;
    AutoShutdown auto_shutdown;
    int64_t restarts;     // allowed within `within`
    int64_t within;       // nanoseconds
    const FlString *name; // that it is registered under; NULL: none
    bool request;         // never runs: it is the store of a child that is to be added
    bool dynamic;         // its children have no ids and the options of `model`
    Child model;          // dynamic: restart, shutdown, significant
    Child **children;
    uint32_t count, capacity;
    Index by_pid, by_id;
    int64_t *times;                                 // of restarts not older than `within`, oldest first
    uint64_t time_first, time_count, time_capacity; // times[time_first] is the oldest that counts
    int64_t now; // when the present message was taken: the clock is read once for all that follows from it
    Child *starting, *stopping; // NULL: none; dynamic: `stopping` is not used
    uint32_t stopping_all;      // dynamic: children that were asked to end and have not yet
    int64_t stop_deadline;      // of those; INT64_MAX: none
    uint32_t stops, starts;     // marks
    uint32_t stop_below, start_from;
    bool complete;          // all children have been started once
    FlPid starter;          // reply address of who waits for that
    EndCause cause;         // != END_NONE: it is ending
    const FlString *reason; // then: of its end
    FlObject *unfinished;   // template that still refers to the spawner's heap; NULL: none
} Supervisor;

// What a request asks for: in the flags of a message of the kind SIGNAL_SERVICE. `root` is an id or 0, `detail` a pid
// or 0.
typedef enum Request {
    ASK_FIND = 1, // id: the present process
    ASK_ADOPT,    // detail: the supervisor that the asking start function made
    ASK_ADD,      // detail: the store with the new child
    ASK_STOP,     // id, or detail: the process of a dynamic child
    ASK_RESTART,  // id
    ASK_REMOVE,   // id
    ASK_LIST,
    ASK_COUNT,
    ASK_REFER, // id, or detail: the process of a dynamic child; its reference
} Request;
enum { ASK_SHIFT = 4 }; // in the flags, behind the process room's

// One child in the answer to ASK_LIST; the id follows, padded to 8 bytes.
typedef struct ListEntry {
    FlPid pid;
    uint32_t state;  // ChildState, or LIST_RESTARTING
    uint32_t length; // of the id; UINT32_MAX: it has none
} ListEntry;
enum { LIST_RESTARTING = 16 };

typedef struct ChildCount {
    int64_t active, supervisors, workers;
} ChildCount;

// ---- spec.c
// `bytes` bytes of the arena that are no object; NULL: memory is out, or the limit is reached.
void *supervisor_memory(FlProcess *process, uint64_t bytes);
// The specification of a request is complete: the process that holds it.
FlPid supervisor_seal(FlProcess *self, Supervisor *request);
// Puts a child at the end, marked to be started. `added`: in the store with this pid, otherwise 0.
void supervisor_append(FlProcess *self, Supervisor *supervisor, Child *child, FlPid store);

// ---- words.c
// Which of some words (NULL ends them) a text is; if none, self panics: `what` has to be one of them.
int word_index(FlProcess *self, const char *const *words, const FlString *text, const char *what, const FlSite *site);

// ---- index.c
uint64_t index_key(const FlString *id);
// `id`: also the same id; NULL: the key decides.
Child *index_find(const Index *index, uint64_t key, const FlString *id);
// In the memory of `process`; if there is none, self ends.
void index_add(Index *index, FlProcess *self, FlProcess *process, uint64_t key, Child *child);
void index_remove(Index *index, uint64_t key, const Child *child);

// ---- loop.c
// The entry of the process.
void supervisor_run(FlProcess *self);

// ---- children.c
// Works off marks and deadlines as far as it can without waiting.
void supervisor_advance(Supervisor *supervisor);
// When it must be looked at again though nothing arrives; INT64_MAX: never.
int64_t supervisor_deadline(const Supervisor *supervisor);
// The child of a process, or NULL.
Child *supervisor_child(const Supervisor *supervisor, FlPid pid);
// Whether a process is a child's, or a start function that has handed one over.
bool supervisor_is_own(const Supervisor *supervisor, FlPid pid);
// Its start is complete.
void child_started(Supervisor *supervisor, Child *child);
// From now on its process is `pid`, or it has none (0); the index follows.
void child_set_pid(Supervisor *supervisor, Child *child, FlPid pid, FlPid maker);
// Takes it out for good; it has no process.
void child_forget(Supervisor *supervisor, Child *child);
// Marks, keeping the invariants. mark_stop does nothing to a child that has no process or stops already.
void mark_stop(Supervisor *supervisor, Child *child);
void mark_start(Supervisor *supervisor, Child *child);
void unmark_stop(Supervisor *supervisor, Child *child);
void unmark_start(Supervisor *supervisor, Child *child);

// ---- restart.c
// A child's process has ended.
void child_ended(Supervisor *supervisor, Child *child, const FlString *reason);
// Begins the end: all children are stopped. The first cause wins. `reason` is static or in the arena.
void supervisor_end(Supervisor *supervisor, EndCause cause, const FlString *reason);

// ---- refer.c
// The reference to a child, made when it is asked for first.
FlPid child_reference(Supervisor *supervisor, Child *child);
// The places below a child that is a supervisor, with a hold for its next process.
Places *child_below(Supervisor *supervisor, Child *child);
// Tells the reference to the child, if there is one, where the child is now.
void child_follow(Supervisor *supervisor, Child *child);
// Before it is forgotten: the reference leads nowhere any more.
void child_lose(Supervisor *supervisor, Child *child);
// The supervisor, not started yet, has got places from the one before it: its children take theirs.
void supervisor_take_places(Supervisor *supervisor, ProcessWorker *worker);

// ---- request.c
// Whether the message is a question that can't be answered yet.
bool request_postponed(Supervisor *supervisor, const FlMessage *message);
void request_answer(Supervisor *supervisor, const FlMessage *message);
// Tells who started the supervisor that it is complete.
void answer_starter(Supervisor *supervisor);
// Tells those who wait for the child, if any: its process, or why not.
void answer_started(Supervisor *supervisor, Child *child);
void answer_process(Supervisor *supervisor, Child *child, FlPid pid);
void answer_failed(Supervisor *supervisor, Child *child, const FlString *reason);
void answer_stopped(Supervisor *supervisor, Child *child);

// ---- notes.c: ends that are no failure are told only if all reports are wanted
// Where it stands: the ids that lead to it behind the root's name, or pid. Cut to `size`.
const char *supervisor_path(const Supervisor *supervisor, char *path, size_t size);
void note_restart(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_give_up(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_failed(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_not_restarted(const Supervisor *supervisor, const Child *child, const FlString *reason);
void note_killed(const Supervisor *supervisor, const Child *child);
void note_shutdown(const Supervisor *supervisor); // as it was asked to, or because significant children have ended
void note_program_end(const Supervisor *supervisor);

#endif
