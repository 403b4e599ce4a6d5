// Lines on standard error.
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/abi/abi.h"
#include "runtime/pool/pool.h"
#include "runtime/process/process.h"

typedef struct LogJob {
    ProcessJob job;
    size_t length;
    char line[]; // with its newline
} LogJob;

// One at a time: whoever found room in a pipe has it until the line is written, and lines stay whole.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void free_log(ProcessJob *job) { free(job); }

static void write_all(const LogJob *job) {
    for (size_t done = 0; done < job->length;) {
        ssize_t written = write(STDERR_FILENO, job->line + done, job->length - done);
        if (written < 0 && errno == EAGAIN) // who else has it made it non-blocking
            poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, -1);
        else if (written <= 0 && errno != EINTR)
            return;
        done += written > 0 ? (size_t)written : 0;
    }
}

static void write_log(ProcessJob *job) {
    pthread_mutex_lock(&lock);
    write_all((LogJob *)job);
    pthread_mutex_unlock(&lock);
}

// Writes the line if that can be done without waiting: a pipe that is ready has room for PIPE_BUF bytes.
static bool write_at_once(const LogJob *job) {
    if (job->length > PIPE_BUF || pthread_mutex_trylock(&lock) != 0)
        return false;
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    bool good = poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT);
    if (good)
        write_all(job);
    pthread_mutex_unlock(&lock);
    return good;
}

void fl_log_write(FlProcess *self, FlString *text) {
    LogJob *job = malloc(sizeof *job + text->length + 1);
    if (!job)
        process_out_of_memory(self);
    job->job = (ProcessJob){.run = write_log, .free = free_log};
    job->length = text->length + 1;
    memcpy(job->line, text->bytes, text->length);
    job->line[text->length] = '\n';
    if (write_at_once(job)) {
        free(job);
        return;
    }
    pool_run(self, &job->job);
    job_end(self);
}
