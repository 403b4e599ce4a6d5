// The gate, starting and stopping, and the table of functions that fluffy.h goes through.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/host/host.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/utf8.h"
#include "runtime/platform/fence.h"
#include "runtime/process/names.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"
#include "runtime/process/table.h"
#include "runtime/report/outlet.h"
#include "runtime/sched/config.h"

static const struct fluffy_api api;
struct Host host = {.handle = {&api}};

// ---- seats

__thread Seat host_seat;

static struct {
    pthread_mutex_t lock;
    Seat *first;
    pthread_key_t key; // its destructor runs when a thread with a seat ends; while the runtime is open
} seats = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Nobody uses the seat meanwhile.
static void empty_seat(Seat *seat) {
    here_end(seat);
    arena_deinit(&seat->arena, &seat->bump);
    processes_give_back(&seat->worker.slots);
    stacks_give_back(&seat->worker.stacks);
    cache_flush(seat->pieces);
    atomic_store_explicit(&seat->registered, false, memory_order_relaxed);
}

// Its thread ends. If the runtime is closing meanwhile, who stops it has the lock or finds the seat gone.
static void thread_ends(void *argument) {
    Seat *seat = argument;
    pthread_mutex_lock(&seats.lock);
    for (Seat **link = &seats.first; *link; link = &(*link)->next) {
        if (*link != seat)
            continue;
        *link = seat->next;
        empty_seat(seat);
        break;
    }
    pthread_mutex_unlock(&seats.lock);
}

static bool register_seat(Seat *seat) {
    if (!host_open())
        return false;
    pthread_mutex_lock(&seats.lock);
    bool open = host_open() && pthread_setspecific(seats.key, seat) == 0;
    if (open) {
        memset(&seat->worker, 0, sizeof seat->worker);
        arena_init(&seat->arena, &seat->bump, seat, 0); // no bytes of its own
        seat->pieces = cache_of_thread();
        seat->process = NULL;
        atomic_store_explicit(&seat->called, 0, memory_order_relaxed);
        seat->patience = 0;
        atomic_store_explicit(&seat->registered, true, memory_order_relaxed);
        seat->next = seats.first;
        seats.first = seat;
        sched_host_thread(true);
    }
    pthread_mutex_unlock(&seats.lock);
    return open;
}

Seat *seat_enter_slowly(void) {
    Seat *seat = &host_seat;
    while (atomic_load_explicit(&seat->registered, memory_order_relaxed) || register_seat(seat)) {
        if (seat_try(seat))
            return seat;
        if (!host_open())
            break;
    }
    return NULL;
}

fluffy_status seat_fail(Seat *seat, fluffy_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(seat->error, sizeof seat->error, format, arguments);
    va_end(arguments);
    return status;
}

static const char *error(void) { return host_seat.error; }

fluffy_status fl_host_null(const char *what) { return seat_fail(&host_seat, FLUFFY_INVALID, "`%s` is NULL", what); }

// ---- start

// Held by the thread that starts or stops the runtime; whoever finds it taken gives up. Sequentially consistent: who
// takes it sees all that its last holder did.
static _Atomic(bool) locked;

static bool set_memory(const fluffy_options *options) {
    bool all = options->allocate && options->resize && options->release;
    bool none = !options->allocate && !options->resize && !options->release;
#ifdef FLUFFY_HOSTED
    MemoryHooks hooks = {options->allocate, options->resize, options->release};
    memory_set_hooks(all ? &hooks : NULL);
#endif
    return all || none;
}

// In a child, whose only thread this is.
static void forked(void) {
    if (atomic_load(&host.state) != HOST_CLOSED)
        atomic_store(&host.state, HOST_FORKED);
}

// Under `locked`. false: memory is out.
static bool watch_forks(void) {
    static bool watched; // as long as the library is loaded
    return watched || (watched = pthread_atfork(NULL, NULL, forked) == 0);
}

fluffy_status fl_host_start(const fluffy_options *options, fluffy_runtime **runtime) {
    static const fluffy_options usual;
    if (!runtime)
        return fl_host_null("runtime");
    SchedConfig config;
    if (!options)
        options = &usual;
    if (atomic_exchange(&locked, true))
        return FLUFFY_BUSY;
    fluffy_status status = FLUFFY_BUSY;
    if (atomic_load(&host.state) == HOST_CLOSED) {
        config_read(&config, NULL, NULL);
        config.hosted = config.tidy = true;
        if (options->workers != 0)
            config.workers = options->workers;
        status = options->workers > 1024 || !set_memory(options) ? FLUFFY_INVALID : FLUFFY_NO_MEMORY;
        spawn_memory_limit = options->process_memory;
        segments_allow(options->stack_memory);
        outlet_set_sink(options->log, options->log_context);
        bool has_key = status == FLUFFY_NO_MEMORY && watch_forks() && pthread_key_create(&seats.key, thread_ends) == 0;
        if (has_key && sched_host_start(&fl_program, &config)) {
            status = FLUFFY_OK;
            *runtime = &host.handle;
            atomic_store(&host.state, HOST_OPEN);
        } else if (has_key) {
            pthread_key_delete(seats.key);
        }
    }
    atomic_store(&locked, false);
    return status;
}

// ---- stop

// Waits until no thread is inside. New seats are refused by now. A function that computes on such a thread is ended.
static void wait_until_left(void) {
    pthread_mutex_lock(&seats.lock);
    for (Seat *seat = seats.first; seat; seat = seat->next) {
        // Acquire: partner of seat_leave.
        for (int turn = 0; atomic_load_explicit(&seat->inside, memory_order_acquire) != 0; turn++) {
            struct timespec moment = {0, turn < 50 ? 1000 : 100000};
            FlPid called = atomic_load_explicit(&seat->called, memory_order_relaxed);
            if (called != 0 && turn % 50 == 49)
                signal_send_reason(SIGNAL_EXIT, 0, called, reason_kill);
            nanosleep(&moment, NULL);
        }
    }
    pthread_mutex_unlock(&seats.lock);
}

static void empty_seats(void) {
    pthread_mutex_lock(&seats.lock);
    for (Seat *seat = seats.first; seat; seat = seat->next)
        empty_seat(seat);
    seats.first = NULL;
    pthread_mutex_unlock(&seats.lock);
    pthread_key_delete(seats.key);
}

static fluffy_status stop(fluffy_runtime *runtime, int64_t patience) {
    (void)runtime;
    if (atomic_load_explicit(&host_seat.inside, memory_order_relaxed) != 0 || sched_worker())
        return FLUFFY_BUSY;
    if (atomic_exchange(&locked, true))
        return FLUFFY_STOPPED;
    if (atomic_load(&host.state) != HOST_OPEN) {
        atomic_store(&locked, false);
        return FLUFFY_STOPPED;
    }
    atomic_store(&host.state, HOST_STOPPING);
    fence_heavy(); // partner: seat_enter
    mailboxes_wake();
    wait_until_left();
    sched_host_end_supervisors(patience);
    empty_seats();
    scopes_end();
    mailboxes_end();
    sched_host_stop();
    outlet_set_sink(NULL, NULL);
    atomic_store(&host.state, HOST_CLOSED);
    atomic_store(&locked, false);
    return FLUFFY_OK;
}

// ---- sends to full mailboxes

static fluffy_status send_timeout(int64_t milliseconds) {
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    seat->patience = milliseconds;
    seat_leave(seat);
    return FLUFFY_OK;
}

// ---- names and ends

enum { TEXT_MOST = 4000 };

// A string of the runtime's, on the stack.
typedef struct Text {
    union {
        FlString string;
        char bytes[sizeof(FlString) + TEXT_MOST + 8];
    };
} Text;

static fluffy_status make_text(Seat *seat, Text *text, const char *from, const char *what) {
    size_t length = from ? strlen(from) : 0;
    uint64_t points;
    if (!from || length > TEXT_MOST)
        return seat_fail(seat, FLUFFY_INVALID, from ? "the %s is longer than 4000 bytes" : "there is no %s", what);
    if (!utf8_check(from, length, &points))
        return seat_fail(seat, FLUFFY_INVALID, "the %s is not UTF-8", what);
    text->string.header = (FlObject){.type = FL_TYPE_STRING};
    text->string.length = (uint32_t)length;
    text->string.points = (uint32_t)points;
    memset(text->string.bytes + length, 0, 8);
    memcpy(text->string.bytes, from, length);
    return FLUFFY_OK;
}

static fluffy_status exit_process(fluffy_pid pid, const char *reason) {
    Seat *seat = seat_enter();
    Text text;
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = make_text(seat, &text, reason, "reason");
    if (status == FLUFFY_OK && !signal_send_reason(SIGNAL_EXIT, 0, pid, &text.string))
        status = FLUFFY_NO_MEMORY;
    seat_leave(seat);
    return status;
}

static bool alive(fluffy_pid pid) {
    Seat *seat = seat_enter();
    if (!seat)
        return false;
    bool is = process_find(pid) != NULL;
    seat_leave(seat);
    return is;
}

static fluffy_status register_name(const char *name, fluffy_pid pid) {
    Seat *seat = seat_enter();
    Text text;
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = make_text(seat, &text, name, "name");
    if (status == FLUFFY_OK) {
        NamesResult result = names_register(&text.string, pid);
        status = result == NAMES_TAKEN ? FLUFFY_NAME_TAKEN : result == NAMES_NO_MEMORY ? FLUFFY_NO_MEMORY : FLUFFY_OK;
    }
    seat_leave(seat);
    return status;
}

static fluffy_status whereis(const char *name, fluffy_pid *pid) {
    if (!pid)
        return fl_host_null("pid");
    Seat *seat = seat_enter();
    Text text;
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = make_text(seat, &text, name, "name");
    if (status == FLUFFY_OK) {
        FlPid found = fl_whereis(NULL, &text.string);
        status = found ? FLUFFY_OK : FLUFFY_NOT_FOUND;
        if (found)
            *pid = found;
    }
    seat_leave(seat);
    return status;
}

static const struct fluffy_api api = {
    .stop = stop,
    .error = error,
    .exit = exit_process,
    .alive = alive,
    .register_name = register_name,
    .whereis = whereis,
    .send_timeout = send_timeout,
    .mailbox_open = mailbox_open,
    .mailbox_close = mailbox_close,
    .mailbox_fd = mailbox_fd,
    .mailbox_peer = mailbox_peer,
    .receive = mailbox_receive,
    .scope_end = scope_end,
};
