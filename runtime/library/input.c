// Standard input, line by line. What was read and not yet taken lies in one buffer for all processes; the thread of the
// pool that waits for more holds `reader`, not `lock`, so nobody who takes a line waits for it.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/library/library.h"
#include "runtime/pool/pool.h"
#include "runtime/process/job.h"

enum { INPUT_BYTES = 65536 };

static struct {
    pthread_mutex_t reader;
    char piece[INPUT_BYTES]; // under `reader`

    pthread_mutex_t lock; // of what follows
    char *bytes;          // owned
    size_t start, end, capacity;
    size_t searched; // up to here, from start, there is no newline
    bool ended;      // or it has failed, or memory was out
} input = {.reader = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER};

typedef struct InputJob {
    ProcessJob job;
    char *line; // the job's own; NULL: none yet
    size_t length;
} InputJob;

static void free_job(ProcessJob *head) {
    free(((InputJob *)head)->line);
    free(head);
}

// ---- the buffer; the lock is held

// Where the first line ends, or NULL.
static const char *line_end(void) {
    if (input.start == input.end)
        return NULL;
    const char *from = input.bytes + input.searched, *behind = input.bytes + input.end;
    const char *found = memchr(from, '\n', (size_t)(behind - from));
    input.searched = found ? (size_t)(found - input.bytes) : input.end;
    return found ? found : input.ended ? behind : NULL;
}

static bool take_line(InputJob *job) {
    const char *behind = line_end();
    if (!behind)
        return false;
    const char *first = input.bytes + input.start;
    size_t length = (size_t)(behind - first);
    job->line = malloc(length + 1);
    if (!job->line)
        return false;
    memcpy(job->line, first, length);
    job->length = length > 0 && first[length - 1] == '\r' ? length - 1 : length;
    input.start += length + (input.start + length < input.end);
    input.searched = input.start;
    return true;
}

static bool make_room(size_t more) {
    if (input.capacity - input.end >= more)
        return true;
    size_t kept = input.end - input.start;
    if (kept > 0)
        memmove(input.bytes, input.bytes + input.start, kept);
    input.searched -= input.start;
    input.start = 0;
    input.end = kept;
    if (input.capacity - kept >= more)
        return true;
    size_t capacity = 2 * (kept + more);
    char *bytes = realloc(input.bytes, capacity);
    if (!bytes)
        return false;
    input.bytes = bytes;
    input.capacity = capacity;
    return true;
}

// `got` bytes of the piece; 0: the end.
static void add_piece(size_t got) {
    if (got == 0 || !make_room(got)) {
        input.ended = true;
        return;
    }
    memcpy(input.bytes + input.end, input.piece, got);
    input.end += got;
}

// ---- waiting

static bool has_line(void) {
    pthread_mutex_lock(&input.lock);
    bool has = line_end() || input.ended;
    pthread_mutex_unlock(&input.lock);
    return has;
}

static void wait_for_line(ProcessJob *job) {
    (void)job;
    pthread_mutex_lock(&input.reader);
    while (!has_line()) {
        ssize_t got = read(STDIN_FILENO, input.piece, sizeof input.piece);
        if (got < 0 && errno == EINTR)
            continue;
        pthread_mutex_lock(&input.lock);
        add_piece(got < 0 ? 0 : (size_t)got);
        pthread_mutex_unlock(&input.lock);
    }
    pthread_mutex_unlock(&input.reader);
}

// true: a line, or the end, or memory is out.
static bool try_take(InputJob *job) {
    pthread_mutex_lock(&input.lock);
    bool done = take_line(job) || (input.ended && input.start == input.end);
    pthread_mutex_unlock(&input.lock);
    return done;
}

bool fl_os_input(FlProcess *self, FlWord *out) {
    InputJob *job = malloc(sizeof *job);
    if (!job)
        process_out_of_memory(self);
    *job = (InputJob){.job = {.run = wait_for_line, .free = free_job}};
    do
        pool_run(self, &job->job);
    while (!try_take(job));
    bool found = job->line != NULL;
    *out = (FlWord)library_string(self, found ? job->line : "", found ? job->length : 0);
    job_end(self);
    return found;
}
