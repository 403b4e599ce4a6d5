#include "runtime/report/output.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/abi/abi.h"

enum { OUTPUT_BYTES = 64 << 10, STATUS_BROKEN_PIPE = 141 };

static struct {
    pthread_mutex_t lock;
    // Whether something is buffered; read without the lock by output_flush, which may miss a line written at the same
    // time.
    atomic_bool pending;
    atomic_int failure;
    bool terminal;
    size_t length;
    char bytes[OUTPUT_BYTES];
} output = {.lock = PTHREAD_MUTEX_INITIALIZER};

void output_init(void) {
    output.terminal = isatty(STDOUT_FILENO);
    output.length = 0;
    atomic_store(&output.failure, 0);
    atomic_store(&output.pending, false);
}

// Writes everything, whatever pieces the system takes it in. 0, or errno.
static int write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            poll(&(struct pollfd){.fd = file, .events = POLLOUT}, 1, -1);
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

// The lock is held.
static void put(const char *bytes, size_t length) {
    if (length == 0 || atomic_load_explicit(&output.failure, memory_order_relaxed) != 0)
        return;
    int error = write_all(STDOUT_FILENO, bytes, length);
    if (error != 0)
        fail(error);
}

static void flush_locked(void) {
    put(output.bytes, output.length);
    output.length = 0;
    atomic_store_explicit(&output.pending, false, memory_order_relaxed);
}

static void append_locked(const char *text, size_t length) {
    if (length > OUTPUT_BYTES - output.length)
        flush_locked();
    if (length > OUTPUT_BYTES) {
        put(text, length);
        return;
    }
    memcpy(output.bytes + output.length, text, length);
    output.length += length;
    atomic_store_explicit(&output.pending, true, memory_order_relaxed);
}

bool output_write(const char *text, size_t length, bool line) {
    pthread_mutex_lock(&output.lock);
    append_locked(text, length);
    if (line)
        append_locked("\n", 1);
    if (output.terminal)
        flush_locked();
    pthread_mutex_unlock(&output.lock);
    return output_failure() == 0;
}

void output_flush(void) {
    if (!atomic_load_explicit(&output.pending, memory_order_relaxed))
        return;
    pthread_mutex_lock(&output.lock);
    flush_locked();
    pthread_mutex_unlock(&output.lock);
}

int output_failure(void) { return atomic_load_explicit(&output.failure, memory_order_relaxed); }

void output_report(const char *text, size_t length) {
    pthread_mutex_lock(&output.lock);
    flush_locked();
    write_all(STDERR_FILENO, text, length);
    pthread_mutex_unlock(&output.lock);
}

void fl_println(FlProcess *self, FlString *text) {
    if (!output_write(text->bytes, text->length, true))
        fl_halt(self, output_failure());
}

void fl_print(FlProcess *self, FlString *text) {
    if (!output_write(text->bytes, text->length, false))
        fl_halt(self, output_failure());
}
