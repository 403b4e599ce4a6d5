/* Fluffy within a program in C or C++: the hosting API. docs/embedding.md is the guide to it.
 *
 * `fluffyc build --lib NAME files…` makes libNAME.a, NAME.pc and NAME.h, which includes this header. NAME.h has
 * NAME_start, and for each exported function of the Fluffy program its typed spawn, send or call.
 *
 * Threads. Every function may be called by any thread, any number of them at once, also while another one stops the
 * runtime: then it gives FLUFFY_STOPPED. Exceptions: a scope, and the receiving side of a mailbox, are used by one
 * thread at a time. Nothing may be called from a signal handler. The runtime runs on threads of its own, which take no
 * signals; it installs no signal handlers and changes no signal masks but theirs.
 *
 * Errors. Functions return a fluffy_status; what they give is then in their last arguments, which are untouched unless
 * it is FLUFFY_OK. A fault of Fluffy code ends the process that it happens in, never the program: it arrives as
 * FLUFFY_CRASHED, or as a message, where the process was called, linked or monitored.
 *
 * Ownership. What is passed in is copied before the function returns. What is handed out (text, lists) belongs to the
 * fluffy_scope that was given, and lives until that ends.
 *
 * Wrong arguments. A runtime that is NULL was never started: FLUFFY_STOPPED. Any other pointer that is NULL, where that
 * is not allowed, gives FLUFFY_INVALID. What nobody can see is undefined: memory that is not what its type says or is
 * no longer there (a mailbox after its close, a message after its scope's end, a scope that was not zero at first), a
 * message for a process that receives others, two threads at once where only one may be, the library after dlclose,
 * which comes after fluffy_stop.
 *
 * The functions of the host that the runtime calls (allocate, resize, release, log, C functions of `extern c`) return:
 * they throw no exceptions and don't longjmp out. */
#ifndef FLUFFY_H
#define FLUFFY_H

#if defined(__STRICT_ANSI__) && !defined(__cplusplus) && !defined(__STDC_VERSION__)
#error "fluffy.h is C99 and C++11: compile with -std=c99 or later, or with -std=gnu89"
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fluffy_status {
    FLUFFY_OK = 0,
    FLUFFY_TIMEOUT,    /* nothing came in time */
    FLUFFY_STOPPED,    /* the runtime is stopping, has stopped, or was never started */
    FLUFFY_CRASHED,    /* the Fluffy function ended abnormally; fluffy_error says why */
    FLUFFY_ENDED,      /* the mailbox was killed, or is of a runtime that has stopped */
    FLUFFY_NO_MEMORY,  /* memory, processes, address space or threads are out; nothing was done */
    FLUFFY_NAME_TAKEN, /* another process has the name */
    FLUFFY_NOT_FOUND,  /* no process has the name */
    FLUFFY_OTHER,      /* the message has another shape */
    FLUFFY_INVALID,    /* an argument is wrong: NULL, text that is not UTF-8, a tag of no shape; fluffy_error says it */
    FLUFFY_FULL,       /* the process's mailbox is full, and there was no room in time; nothing was sent */
    FLUFFY_BUSY        /* already started; or: stopped from within the runtime, by a callback or an extern function */
} fluffy_status;

/* A process. A pid is never used again, nor after the runtime has stopped and started; what is sent to a process that
 * has ended is dropped. 0 is no process. It does not say what the process receives: NAME_send_f is for processes that
 * run f, or receive the same. */
typedef uint64_t fluffy_pid;

/* UTF-8, with `length` bytes; may contain NUL. What the runtime hands out has one more NUL behind it. */
typedef struct fluffy_string {
    const char *bytes;
    size_t length;
} fluffy_string;

/* What keeps values alive that were handed out. Zero is an empty scope: `fluffy_scope scope = {0};`. End it when the
 * values in it are no longer used; one for each message releases messages one by one. */
typedef struct fluffy_scope {
    void *messages, *lists;           /* private */
    struct fluffy_scope *next, *last; /* private */
    struct fluffy_runtime *runtime;   /* private */
} fluffy_scope;

/* All zero is the default of everything. */
typedef struct fluffy_options {
    unsigned workers;        /* threads that run processes; 0: one for each processor */
    uint64_t process_memory; /* bytes that each process may use, unless its spawn says otherwise; 0: no limit */
    uint64_t stack_memory;   /* bytes of deep recursion, all processes together; 0: half of the machine's memory */
    /* Where memory of processes and messages comes from: all three or none. As malloc, realloc and free, by any thread.
     * Stacks and tables are mapped from the system. */
    void *(*allocate)(size_t bytes);
    void *(*resize)(void *old, size_t bytes);
    void (*release)(void *memory);
    /* Is given every report (a crash, a restart…) instead of standard error: one or more lines, each with its newline.
     * By any thread of the runtime, several at once; it must not wait for the runtime. */
    void (*log)(void *context, const char *text, size_t length);
    void *log_context;
} fluffy_options;

typedef struct fluffy_mailbox fluffy_mailbox;
typedef struct fluffy_runtime fluffy_runtime;

/* What becomes of a message to a mailbox that is full. Reports of ends (FLUFFY_DOWN, FLUFFY_EXIT) neither count nor are
 * dropped. */
typedef enum fluffy_overflow {
    FLUFFY_BLOCK = 0,   /* processes that send wait for room; threads of the host do as fluffy_send_timeout says */
    FLUFFY_DROP_NEWEST, /* it is dropped */
    FLUFFY_DROP_OLDEST, /* the oldest in the mailbox is dropped */
    FLUFFY_CRASH        /* it is dropped, and the receiver ends */
} fluffy_overflow;

typedef struct fluffy_spawn_options {
    const char *name;         /* registered before it runs; NULL: none */
    fluffy_mailbox *owner;    /* whom `link` and `monitor` are about; FLUFFY_ENDED if it has ended */
    bool link;                /* `owner` hears of its end as FLUFFY_EXIT, and it ends when `owner` is closed */
    bool monitor;             /* `owner` hears of its end as FLUFFY_DOWN */
    uint64_t memory_limit;    /* bytes; 0: as fluffy_options.process_memory says */
    uint64_t stack_limit;     /* bytes; 0: 256 MB */
    uint64_t mailbox;         /* messages sent to it and not yet received, at most; 0: no limit */
    fluffy_overflow overflow; /* of a mailbox with a limit */
} fluffy_spawn_options;

typedef enum fluffy_message_kind {
    FLUFFY_MESSAGE, /* sent to the mailbox: NAME_as_… makes a struct of it */
    FLUFFY_DOWN,    /* a monitored process has ended */
    FLUFFY_EXIT     /* a linked process has ended, or somebody asked the mailbox to end */
} fluffy_message_kind;

typedef struct fluffy_message {
    fluffy_message_kind kind;
    fluffy_pid from;      /* DOWN, EXIT: who has ended (or asked); MESSAGE: who sent it, 0 for a host's thread */
    fluffy_string reason; /* DOWN, EXIT: "normal", "shutdown", "killed", or what it crashed with */
    uint64_t value;       /* private */
} fluffy_message;

/* ---- private: how the functions below find the library that a runtime belongs to, so that several can be linked into
 * one program without a symbol in common. ---- */
struct fluffy_api {
    fluffy_status (*stop)(fluffy_runtime *, int64_t);
    const char *(*error)(void);
    fluffy_status (*exit)(fluffy_pid, const char *);
    bool (*alive)(fluffy_pid);
    fluffy_status (*register_name)(const char *, fluffy_pid);
    fluffy_status (*whereis)(const char *, fluffy_pid *);
    fluffy_status (*send_timeout)(int64_t);
    fluffy_status (*mailbox_open)(fluffy_runtime *, uint64_t, fluffy_overflow, fluffy_mailbox **);
    void (*mailbox_close)(fluffy_mailbox *);
    int (*mailbox_fd)(fluffy_mailbox *);
    fluffy_status (*mailbox_peer)(fluffy_mailbox *, int, fluffy_pid);
    fluffy_status (*receive)(fluffy_mailbox *, int64_t, fluffy_scope *, fluffy_message *);
    void (*scope_end)(fluffy_scope *);
};
struct fluffy_runtime {
    const struct fluffy_api *api;
};
struct fluffy_mailbox {
    const struct fluffy_api *api;
    fluffy_pid pid;
};
enum { FLUFFY_LINK, FLUFFY_UNLINK, FLUFFY_MONITOR, FLUFFY_DEMONITOR };

/* ---- the runtime ---- */

/* The runtime starts with NAME_start of the generated header. A child of a program that has forked meanwhile has none
 * of its threads: every function gives FLUFFY_STOPPED there, and NAME_start FLUFFY_BUSY.
 *
 * Ends every process, joins every thread, gives back every byte, and returns; then the library can be started again.
 * Supervisors that no supervisor started end first, in order, with their children, for at most `patience` milliseconds.
 * Other threads that are within the library, waiting and computing ones included, get FLUFFY_STOPPED. Scopes are
 * emptied: what they kept is gone. FLUFFY_STOPPED: another thread stops it, or has. */
static inline fluffy_status fluffy_stop(fluffy_runtime *runtime, int64_t patience) {
    return runtime ? runtime->api->stop(runtime, patience) : FLUFFY_STOPPED;
}

/* What the last FLUFFY_CRASHED or FLUFFY_INVALID that the calling thread got was about. Valid until the thread's next
 * call. */
static inline const char *fluffy_error(fluffy_runtime *runtime) { return runtime ? runtime->api->error() : ""; }

/* ---- processes ---- */

/* Asks a process to end, with a reason that its links and monitors are told; "shutdown" is the usual one, "kill" can't
 * be caught. */
static inline fluffy_status fluffy_exit(fluffy_runtime *runtime, fluffy_pid pid, const char *reason) {
    return runtime ? runtime->api->exit(pid, reason) : FLUFFY_STOPPED;
}

/* Whether the process has not ended; that may have changed when this returns. */
static inline bool fluffy_alive(fluffy_runtime *runtime, fluffy_pid pid) { return runtime && runtime->api->alive(pid); }

/* Gives the process a name until it ends; a process or mailbox found under it is what Fluffy's `whereis` gives too.
 * FLUFFY_NAME_TAKEN. Nothing happens if it has ended. */
static inline fluffy_status fluffy_register(fluffy_runtime *runtime, const char *name, fluffy_pid pid) {
    return runtime ? runtime->api->register_name(name, pid) : FLUFFY_STOPPED;
}

/* FLUFFY_NOT_FOUND. */
static inline fluffy_status fluffy_whereis(fluffy_runtime *runtime, const char *name, fluffy_pid *pid) {
    return runtime ? runtime->api->whereis(name, pid) : FLUFFY_STOPPED;
}

/* How long sends of the calling thread wait if the mailbox is full and its policy is FLUFFY_BLOCK: milliseconds, less
 * than 0 for ever; 0, as at first: they don't. Then they give FLUFFY_FULL. Holds until the runtime stops. */
static inline fluffy_status fluffy_send_timeout(fluffy_runtime *runtime, int64_t timeout) {
    return runtime ? runtime->api->send_timeout(timeout) : FLUFFY_STOPPED;
}

/* ---- mailboxes: where a thread of the host receives ---- */

/* A mailbox, to be closed before or after the runtime stops. Its pid goes wherever a pid<…> is asked for. */
static inline fluffy_status fluffy_mailbox_open(fluffy_runtime *runtime, fluffy_mailbox **mailbox) {
    return runtime ? runtime->api->mailbox_open(runtime, 0, FLUFFY_BLOCK, mailbox) : FLUFFY_STOPPED;
}

/* The same with at most `limit` (> 0) messages that were sent to it and not yet received. FLUFFY_CRASH: it ends, and
 * what is in it can still be received; then FLUFFY_ENDED. FLUFFY_INVALID: limit or policy. */
static inline fluffy_status fluffy_mailbox_open_bounded(fluffy_runtime *runtime, uint64_t limit,
                                                        fluffy_overflow overflow, fluffy_mailbox **mailbox) {
    if (!runtime)
        return FLUFFY_STOPPED;
    return limit ? runtime->api->mailbox_open(runtime, limit, overflow, mailbox) : FLUFFY_INVALID;
}

/* Ends it, as a process with reason "shutdown" ends; so what is linked to it ends too. No thread may be waiting for it.
 * NULL is allowed. */
static inline void fluffy_mailbox_close(fluffy_mailbox *mailbox) {
    if (mailbox)
        mailbox->api->mailbox_close(mailbox);
}

static inline fluffy_pid fluffy_mailbox_pid(const fluffy_mailbox *mailbox) { return mailbox ? mailbox->pid : 0; }

/* A file descriptor that poll, epoll or select find readable as long as there is something to receive, and when the
 * runtime stops. The mailbox owns it; don't read it: fluffy_receive with timeout 0 until FLUFFY_TIMEOUT is all. -1: the
 * system has none left. */
static inline int fluffy_mailbox_fd(fluffy_mailbox *mailbox) {
    return mailbox ? mailbox->api->mailbox_fd(mailbox) : -1;
}

/* Links and monitors of the mailbox: see FLUFFY_EXIT and FLUFFY_DOWN. A process that has already ended is reported with
 * reason "noproc". After fluffy_unlink and fluffy_demonitor, which wait for the runtime, no such report comes any more;
 * by the thread that receives. FLUFFY_ENDED; FLUFFY_INVALID: pid is 0. */
static inline fluffy_status fluffy_link(fluffy_mailbox *mailbox, fluffy_pid pid) {
    return mailbox ? mailbox->api->mailbox_peer(mailbox, FLUFFY_LINK, pid) : FLUFFY_INVALID;
}
static inline fluffy_status fluffy_unlink(fluffy_mailbox *mailbox, fluffy_pid pid) {
    return mailbox ? mailbox->api->mailbox_peer(mailbox, FLUFFY_UNLINK, pid) : FLUFFY_INVALID;
}
static inline fluffy_status fluffy_monitor(fluffy_mailbox *mailbox, fluffy_pid pid) {
    return mailbox ? mailbox->api->mailbox_peer(mailbox, FLUFFY_MONITOR, pid) : FLUFFY_INVALID;
}
static inline fluffy_status fluffy_demonitor(fluffy_mailbox *mailbox, fluffy_pid pid) {
    return mailbox ? mailbox->api->mailbox_peer(mailbox, FLUFFY_DEMONITOR, pid) : FLUFFY_INVALID;
}

/* The oldest message, whatever it is. `timeout`: milliseconds; 0 doesn't wait, less than 0 waits for ever. The message
 * lives in `scope`. FLUFFY_TIMEOUT, FLUFFY_ENDED. NAME_receive_… of the generated header takes the oldest one of a
 * shape and leaves the others. */
static inline fluffy_status fluffy_receive(fluffy_mailbox *mailbox, int64_t timeout, fluffy_scope *scope,
                                           fluffy_message *message) {
    return mailbox ? mailbox->api->receive(mailbox, timeout, scope, message) : FLUFFY_INVALID;
}

/* Releases all that the scope keeps; it is empty then and may be used again. NULL is allowed. */
static inline void fluffy_scope_end(fluffy_scope *scope) {
    struct fluffy_runtime *runtime =
        scope ? scope->runtime : NULL; /* who stops the runtime meanwhile empties the scope */
    if (runtime)
        runtime->api->scope_end(scope);
}

/* Text that ends with a NUL, as an argument. `text` is not copied here; NULL is empty text. */
static inline fluffy_string fluffy_text(const char *text) {
    fluffy_string string;
    string.bytes = text;
    string.length = 0;
    while (text && text[string.length])
        string.length++;
    return string;
}

#ifdef __cplusplus
}
#endif
#endif
