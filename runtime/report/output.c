#include "runtime/report/output.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/memory/alloc.h"
#include "runtime/platform/thread.h"
#include "runtime/process/death.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

enum {
    OUTPUT_BYTES = 64 << 10,
    OUTPUT_LOW = OUTPUT_BYTES / 2, // a text of any length is taken while no more is buffered
    PIECE_BYTES = 4096,            // a pipe that is ready takes so much without waiting
    STATUS_BROKEN_PIPE = 141,
};

// A process that waits for room; on its stack. In the list while process->awaits_output.
typedef struct Waiter {
    FlProcess *process;
    struct Waiter *next, *previous;
} Waiter;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t handed; // `writing` became true
    // Whether something is buffered; written under the lock, read without it (relaxed) by the flushes, which may miss a
    // line written at the same time.
    atomic_bool pending;
    // The status that a failed write ends the program with, once; 0: none has failed. Written under the lock, read
    // without it: who sees it late appends to what is thrown away.
    atomic_int failure;
    bool parks;
    bool terminal;
    bool regular; // neither terminal nor pipe nor socket: never has to be waited for
    bool has_writer;
    bool writing;      // the writer sees to what is buffered
    char *bytes;       // `own`, or a larger one for a long text, owned
    size_t start;      // of what is buffered
    size_t length;     // of it
    size_t capacity;   // of bytes
    uint64_t appended; // since the beginning
    Waiter waiters;    // head of a circular list, the longest waiting first
    char own[OUTPUT_BYTES];
} output = {.lock = PTHREAD_MUTEX_INITIALIZER, .handed = PTHREAD_COND_INITIALIZER};

void output_init(bool parks) {
    struct stat about;
    pthread_mutex_lock(&output.lock);
    output.parks = parks;
    output.terminal = isatty(STDOUT_FILENO);
    output.regular =
        fstat(STDOUT_FILENO, &about) == 0 && !output.terminal && !S_ISFIFO(about.st_mode) && !S_ISSOCK(about.st_mode);
    output.bytes = output.own;
    output.start = output.length = 0;
    output.capacity = OUTPUT_BYTES;
    output.waiters.next = output.waiters.previous = &output.waiters;
    atomic_store(&output.failure, 0);
    atomic_store(&output.pending, false);
    pthread_mutex_unlock(&output.lock);
}

void output_stop(void) {
    pthread_mutex_lock(&output.lock);
    output.waiters.next = output.waiters.previous = &output.waiters;
    pthread_mutex_unlock(&output.lock);
}

int output_failure(void) { return atomic_load_explicit(&output.failure, memory_order_relaxed); }

// ---- writing

static bool wait_ready(int file, int milliseconds) {
    return poll(&(struct pollfd){.fd = file, .events = POLLOUT}, 1, milliseconds) > 0;
}

// Writes everything, whatever pieces the system takes it in. 0, or errno.
static int write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_ready(file, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

static void fail(int error) {
    atomic_store(&output.failure, error == EPIPE ? STATUS_BROKEN_PIPE : 1);
    if (error == EPIPE)
        return;
    char text[200];
    int length = snprintf(text, sizeof text, "fluffy: cannot write to standard output: %s\n", strerror(error));
    write_all(STDERR_FILENO, text, (size_t)length);
}

// How much of it standard output takes at once; all of it, if it fails.
static size_t write_ready(const char *bytes, size_t length) {
    size_t done = 0;
    while (done < length && output_failure() == 0) {
        size_t piece = length - done;
        if (!output.regular && piece > PIECE_BYTES)
            piece = PIECE_BYTES;
        if (!output.regular && !wait_ready(STDOUT_FILENO, 0))
            return done;
        ssize_t written = write(STDOUT_FILENO, bytes + done, piece);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return done;
        } else if (errno != EINTR) {
            fail(errno);
        }
    }
    return output_failure() == 0 ? done : length;
}

// ---- the buffer; the lock is held

static void drained(void) {
    output.start = 0;
    if (output.bytes != output.own)
        memory_free(output.bytes);
    output.bytes = output.own;
    output.capacity = OUTPUT_BYTES;
    atomic_store_explicit(&output.pending, false, memory_order_relaxed);
}

static void write_buffered(void) {
    size_t done = write_ready(output.bytes + output.start, output.length);
    output.start += done;
    output.length -= done;
    if (output.length == 0)
        drained();
}

// Lets go of the lock until standard output takes something, and writes.
static void write_waiting(void) {
    pthread_mutex_unlock(&output.lock);
    wait_ready(STDOUT_FILENO, -1);
    pthread_mutex_lock(&output.lock);
    write_buffered();
}

static void wake_waiters(void) {
    for (Waiter *waiter; (waiter = output.waiters.next) != &output.waiters;) {
        FlProcess *process = waiter->process;
        output.waiters.next = waiter->next;
        waiter->next->previous = &output.waiters;
        process->awaits_output = false;
        if (mailbox_unpark(process))
            process_hooks.wake(process);
    }
}

static void *writer(void *unused) {
    (void)unused;
    pthread_mutex_lock(&output.lock);
    for (;;) {
        while (!output.writing)
            pthread_cond_wait(&output.handed, &output.lock);
        write_waiting();
        output.writing = output.length > 0;
        if (output.length <= OUTPUT_LOW)
            wake_waiters();
    }
    return NULL;
}

static bool start_writer(void) {
    pthread_t thread;
    if (!output.has_writer && thread_start(&thread, NULL, writer, NULL)) {
        pthread_detach(thread);
        output.has_writer = true;
    }
    return output.has_writer;
}

// Writes what is taken at once, leaves the rest to the writer.
static void write_out(void) {
    if (output.writing)
        return;
    write_buffered();
    if (output.length == 0 || !start_writer())
        return;
    output.writing = true;
    pthread_cond_signal(&output.handed);
}

void output_flush_ready(void) {
    if (!atomic_load_explicit(&output.pending, memory_order_relaxed))
        return;
    pthread_mutex_lock(&output.lock);
    write_out();
    pthread_mutex_unlock(&output.lock);
}

void output_flush(void) {
    if (!atomic_load_explicit(&output.pending, memory_order_relaxed))
        return;
    pthread_mutex_lock(&output.lock);
    uint64_t end = output.appended;
    write_buffered();
    while (output.length > output.appended - end)
        write_waiting();
    pthread_mutex_unlock(&output.lock);
}

bool output_pending(void) { return atomic_load_explicit(&output.pending, memory_order_relaxed); }

// ---- taking text; the lock is held

static bool has_room(size_t length) { return output.length + length <= OUTPUT_BYTES || output.length <= OUTPUT_LOW; }

// Makes the free part of the buffer long enough. false: memory is out.
static bool fit(size_t length) {
    size_t all = output.length + length;
    if (output.start + all <= output.capacity)
        return true;
    char *bytes = all <= output.capacity ? output.bytes : memory_allocate(all);
    if (!bytes)
        return false;
    memmove(bytes, output.bytes + output.start, output.length);
    output.start = 0;
    if (bytes == output.bytes)
        return true;
    if (output.bytes != output.own)
        memory_free(output.bytes);
    output.bytes = bytes;
    output.capacity = all;
    return true;
}

// For a text that there is no memory for: whole, and in its place.
static void write_through(const char *text, size_t length) {
    int error = write_all(STDOUT_FILENO, output.bytes + output.start, output.length);
    output.length = 0;
    drained();
    if (error == 0)
        error = write_all(STDOUT_FILENO, text, length);
    if (error != 0 && output_failure() == 0)
        fail(error);
}

static void append(const char *text, size_t length) {
    output.appended += length;
    // A long text is not copied as far as it is taken at once.
    size_t done = length > OUTPUT_BYTES && output.length == 0 ? write_ready(text, length) : 0;
    text += done;
    length -= done;
    if (length == 0)
        return;
    if (!fit(length)) {
        write_through(text, length);
        return;
    }
    memcpy(output.bytes + output.start + output.length, text, length);
    output.length += length;
    atomic_store_explicit(&output.pending, true, memory_order_relaxed);
}

static void take(const char *text, size_t length, bool line) {
    append(text, length);
    if (line)
        append("\n", 1);
    if (output.terminal)
        write_out();
}

static bool make_room(size_t length) {
    if (has_room(length))
        return true;
    write_out();
    return has_room(length);
}

bool output_write(const char *text, size_t length, bool line) {
    pthread_mutex_lock(&output.lock);
    while (!make_room(length + line))
        write_waiting();
    take(text, length, line);
    pthread_mutex_unlock(&output.lock);
    return output_failure() == 0;
}

// ---- processes that wait for room

static void link_waiter(Waiter *waiter, FlProcess *self) {
    self->awaits_output = true;
    *waiter = (Waiter){self, &output.waiters, output.waiters.previous};
    waiter->previous->next = output.waiters.previous = waiter;
}

static void unlink_waiter(Waiter *waiter) {
    pthread_mutex_lock(&output.lock);
    if (waiter->process->awaits_output) {
        waiter->previous->next = waiter->next;
        waiter->next->previous = waiter->previous;
        waiter->process->awaits_output = false;
    }
    pthread_mutex_unlock(&output.lock);
}

bool output_await_begin(const FlProcess *process) {
    pthread_mutex_lock(&output.lock);
    if (process->awaits_output)
        return true;
    pthread_mutex_unlock(&output.lock);
    return false;
}

void output_await_end(void) { pthread_mutex_unlock(&output.lock); }

bool output_awaited(void) {
    pthread_mutex_lock(&output.lock);
    bool awaited = output.waiters.next != &output.waiters;
    pthread_mutex_unlock(&output.lock);
    return awaited;
}

// Parks until there is room, something arrives, or the time to die is over. The waiter is unlinked before anything can
// end the process.
static void await_room(FlProcess *self, Waiter *waiter) {
    int64_t deadline = self->deadline;
    bool dying = self->flags & FLAG_DYING;
    self->deadline = dying ? self->side->death_deadline : INT64_MAX;
    process_pause(self, PROCESS_PRINTING);
    unlink_waiter(waiter);
    self->deadline = deadline;
    process_take_requests(self);
    if (dying)
        death_check_time(self);
    process_drain(self);
}

// true: done, or standard output has failed. false: the process is in the list of waiting ones, and has to wait.
static bool offer(const char *text, size_t length, bool line, Waiter *waiter, FlProcess *self) {
    pthread_mutex_lock(&output.lock);
    bool room;
    while (!(room = make_room(length + line)) && !output.writing)
        write_waiting(); // there is no writer
    if (room) {
        take(text, length, line);
    } else {
        link_waiter(waiter, self);
    }
    pthread_mutex_unlock(&output.lock);
    return room;
}

static void print(FlProcess *self, const FlString *text, bool line) {
    Waiter waiter;
    if (output.parks) {
        while (!offer(text->bytes, text->length, line, &waiter, self))
            await_room(self, &waiter);
    } else {
        output_write(text->bytes, text->length, line);
    }
    if (output_failure() != 0)
        fl_halt(self, output_failure());
}

void fl_println(FlProcess *self, FlString *text) { print(self, text, true); }

void fl_print(FlProcess *self, FlString *text) { print(self, text, false); }
