#include "runtime/report/outlet.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/memory/alloc.h"
#include "runtime/platform/futex.h"
#include "runtime/platform/thread.h"
#include "runtime/report/output.h"

enum { PIECE_BYTES = 4096 }; // a pipe that is ready takes so much without waiting

static struct {
    pthread_mutex_t lock;
    pthread_mutex_t whole;  // held while somebody writes to the file; taken before `lock`
    pthread_cond_t changed; // there is something for the thread: text, or an earlier time
    void (*due)(void);
    bool waits, keeps;
    bool has_thread;
    bool stops; // the thread is to end
    pthread_t thread;
    void (*sink)(void *context, const char *text, size_t length); // or NULL; constant while the runtime runs
    void *sink_context;
    char *bytes; // owned
    size_t length, capacity;
    uint64_t lost; // reports
    int64_t at;    // when `due` is to be called; INT64_MAX: never
} outlet = {.lock = PTHREAD_MUTEX_INITIALIZER, .whole = PTHREAD_MUTEX_INITIALIZER, .at = INT64_MAX};

static pthread_once_t condition_once = PTHREAD_ONCE_INIT;

static void make_condition(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); // clock_now's
    pthread_cond_init(&outlet.changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void outlet_init(bool waits, bool keeps, void (*due)(void)) {
    pthread_once(&condition_once, make_condition);
    pthread_mutex_lock(&outlet.lock);
    outlet.waits = waits;
    outlet.keeps = keeps;
    outlet.due = due;
    outlet.at = INT64_MAX;
    pthread_mutex_unlock(&outlet.lock);
}

// ---- the file

static bool is_ready(int milliseconds) {
    return poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, milliseconds) > 0;
}

// Writes a piece. false: nobody will ever take it.
static bool write_piece(const char **text, size_t *length) {
    ssize_t written = write(STDERR_FILENO, *text, *length < PIECE_BYTES ? *length : PIECE_BYTES);
    if (written >= 0) {
        *text += written;
        *length -= (size_t)written;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        is_ready(-1);
    } else if (errno != EINTR) {
        return false;
    }
    return true;
}

static void write_all(const char *text, size_t length) {
    while (length > 0 && write_piece(&text, &length))
        ;
}

// How much of it is taken at once.
static size_t write_ready(const char *text, size_t length) {
    const char *at = text;
    size_t left = length;
    while (left > 0 && is_ready(0)) {
        if (!write_piece(&at, &left))
            return length;
    }
    return length - left;
}

// ---- the buffer; the lock is held

static bool fit(size_t length) {
    if (length > OUTLET_BYTES - outlet.length)
        return false;
    if (outlet.length + length <= outlet.capacity)
        return true;
    size_t capacity = outlet.capacity ? outlet.capacity * 2 : 16384;
    while (capacity < outlet.length + length)
        capacity *= 2;
    char *bytes = memory_resize(outlet.bytes, capacity);
    if (!bytes)
        return false;
    outlet.bytes = bytes;
    outlet.capacity = capacity;
    return true;
}

static void append(const char *text, size_t length) {
    memcpy(outlet.bytes + outlet.length, text, length);
    outlet.length += length;
}

static void append_lost(void) {
    char line[120];
    int length = snprintf(line, sizeof line, "fluffy: standard error was too slow: %llu report%s lost\n",
                          (unsigned long long)outlet.lost, outlet.lost == 1 ? " is" : "s are");
    if (!fit((size_t)length))
        return;
    append(line, (size_t)length);
    outlet.lost = 0;
}

// ---- the thread

static void wait_for_work(void) {
    while (outlet.length == 0 && clock_now() < outlet.at && !outlet.stops) {
        struct timespec until = {outlet.at / 1000000000, outlet.at % 1000000000};
        if (outlet.at == INT64_MAX)
            pthread_cond_wait(&outlet.changed, &outlet.lock);
        else
            pthread_cond_timedwait(&outlet.changed, &outlet.lock, &until);
    }
}

// Takes the buffer and writes it, without the lock. `whole` is held.
static void write_buffered(void) {
    pthread_mutex_lock(&outlet.lock);
    if (outlet.lost > 0)
        append_lost();
    char *bytes = outlet.bytes;
    size_t length = outlet.length;
    outlet.bytes = NULL;
    outlet.length = outlet.capacity = 0;
    pthread_mutex_unlock(&outlet.lock);
    output_flush();
    write_all(bytes, length);
    memory_free(bytes);
}

static void *thread(void *unused) {
    (void)unused;
    for (bool stops = false; !stops;) {
        pthread_mutex_lock(&outlet.lock);
        wait_for_work();
        bool is_due = clock_now() >= outlet.at;
        if (is_due)
            outlet.at = INT64_MAX;
        stops = outlet.stops;
        pthread_mutex_unlock(&outlet.lock);
        if (is_due)
            outlet.due();
        pthread_mutex_lock(&outlet.whole);
        write_buffered();
        pthread_mutex_unlock(&outlet.whole);
    }
    return NULL;
}

static bool start_thread(void) {
    if (!outlet.has_thread)
        outlet.has_thread = thread_start(&outlet.thread, NULL, thread, NULL);
    return outlet.has_thread;
}

// ---- writing

void outlet_flush(void) {
    pthread_mutex_lock(&outlet.whole);
    write_buffered();
    pthread_mutex_unlock(&outlet.whole);
}

static void write_through(const char *text, size_t length) {
    pthread_mutex_lock(&outlet.whole);
    write_buffered();
    write_all(text, length);
    pthread_mutex_unlock(&outlet.whole);
}

// Nobody writes and everything is out: as much as is taken at once.
static size_t try_now(const char *text, size_t length) {
    size_t done = 0;
    if (pthread_mutex_trylock(&outlet.whole) != 0)
        return 0;
    if (outlet.length == 0 && outlet.lost == 0) {
        output_flush_ready();
        if (!output_pending())
            done = write_ready(text, length);
    }
    pthread_mutex_unlock(&outlet.whole);
    return done;
}

void outlet_set_sink(void (*sink)(void *context, const char *text, size_t length), void *context) {
    outlet.sink = sink;
    outlet.sink_context = context;
}

void outlet_stop(void) {
    pthread_mutex_lock(&outlet.lock);
    bool has_thread = outlet.has_thread;
    outlet.stops = true;
    pthread_cond_signal(&outlet.changed);
    pthread_mutex_unlock(&outlet.lock);
    if (has_thread)
        pthread_join(outlet.thread, NULL);
    outlet.has_thread = outlet.stops = false;
}

void outlet_write(const char *text, size_t length) {
    if (outlet.sink) {
        outlet.sink(outlet.sink_context, text, length);
        return;
    }
    pthread_mutex_lock(&outlet.lock);
    bool waits = outlet.waits;
    size_t done = waits ? 0 : try_now(text, length);
    bool left = !waits && done < length;
    if (left && !start_thread()) {
        waits = true;
    } else if (left && fit(length - done)) {
        append(text + done, length - done);
        pthread_cond_signal(&outlet.changed);
    } else if (left && outlet.keeps) {
        waits = true;
    } else if (left) {
        outlet.lost++;
    }
    pthread_mutex_unlock(&outlet.lock);
    if (waits)
        write_through(text + done, length - done);
}

void outlet_at(int64_t nanoseconds) {
    pthread_mutex_lock(&outlet.lock);
    if (!outlet.waits && nanoseconds < outlet.at && start_thread()) {
        outlet.at = nanoseconds;
        pthread_cond_signal(&outlet.changed);
    }
    pthread_mutex_unlock(&outlet.lock);
}
