// The calls of files that end at once. What of a file lies in the system's caches is there in 1 to 5 µs, a thread of
// the pool needs 30 to 60 to be woken and to wake; so the worker itself asks, in a way that never waits for a disk or
// a network: paths are resolved only as far as the cache of names knows them (RESOLVE_CACHED), and bytes are read only
// if they lie in memory (RWF_NOWAIT). Where that does not do, or the system is too old for it, the pool's thread begins
// again.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runtime/library/file_job.h"

enum { QUICK_BYTES = 64 << 10 };

static int open_cached(const char *path, uint64_t flags) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_CACHED};
    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

// What the cache knows for certain; all else may be the system's way to say that it would have to wait.
static bool is_certain(int error) { return error == ENOENT || error == ENOTDIR; }

static bool not_there(FileJob *job, int error) {
    if (is_certain(error))
        file_job_failed(job, error);
    return is_certain(error);
}

// What is there, without opening it: who opens a pipe is seen at its other end.
static bool look_cached(FileJob *job, struct stat *about, bool *certainly_not) {
    int file = open_cached(job->path, O_PATH);
    *certainly_not = file < 0 && not_there(job, errno);
    if (file < 0)
        return false;
    bool good = fstat(file, about) == 0;
    close(file);
    return good;
}

static bool read_cached(FileJob *job, int file, size_t size) {
    char *bytes = malloc(size + 1);
    if (!bytes)
        return false;
    struct iovec place = {.iov_base = bytes, .iov_len = size + 1}; // one more: it has not grown
    if (preadv2(file, &place, 1, 0, RWF_NOWAIT) != (ssize_t)size) {
        free(bytes);
        return false;
    }
    job->bytes = bytes;
    job->read = job->capacity = size;
    return true;
}

bool file_quick_read(FileJob *job) {
    struct stat about;
    bool missing;
    if (!look_cached(job, &about, &missing))
        return missing;
    // Some of the system's own files say that they are empty.
    if (!S_ISREG(about.st_mode) || about.st_size < 1 || about.st_size > QUICK_BYTES)
        return false;
    int file = open_cached(job->path, O_RDONLY | O_NONBLOCK);
    if (file < 0)
        return false;
    bool good = read_cached(job, file, (size_t)about.st_size);
    close(file);
    if (good)
        file_job_check_text(job, job->bytes, job->read);
    return good;
}

bool file_quick_look(FileJob *job) {
    struct stat about;
    bool missing;
    if (!look_cached(job, &about, &missing))
        return missing;
    job->size = about.st_size;
    job->folder = S_ISDIR(about.st_mode);
    return true;
}
