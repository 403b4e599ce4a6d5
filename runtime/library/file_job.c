#define _GNU_SOURCE
#include "runtime/library/file_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/memory/holds.h"
#include "runtime/memory/utf8.h"

enum { GROWTH = 65536 };

static void free_entries(FileJob *job) {
    for (int i = 0; i < job->count; i++)
        free(job->entries[i]);
    free(job->entries);
}

static void free_job(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    free_entries(job);
    if (job->file >= 0)
        close(job->file);
    if (job->counted)
        counted_down(job->counted);
    else
        free(job->text);
    free(job->path);
    free(job->other);
    free(job->bytes);
    free(job);
}

FileJob *file_job(const char *what, const char *path, void (*run)(ProcessJob *job)) {
    FileJob *job = calloc(1, sizeof *job);
    char *copy = strdup(path);
    if (!job || !copy) {
        free(job);
        free(copy);
        return NULL;
    }
    *job = (FileJob){.job = {.run = run, .free = free_job}, .what = what, .path = copy, .file = -1};
    return job;
}

bool file_job_failed(FileJob *job, int error) {
    const char *text = strerrordesc_np(error);
    job->wrong = text ? text : "error";
    return false;
}

static void keep_result(FileJob *job, int result) {
    if (result != 0)
        file_job_failed(job, errno);
}

static bool open_file(FileJob *job, int flags, struct stat *about) {
    job->file = open(job->path, flags | O_CLOEXEC, 0666);
    if (job->file < 0 || fstat(job->file, about) != 0)
        return file_job_failed(job, errno);
    return S_ISDIR(about->st_mode) ? file_job_failed(job, EISDIR) : true;
}

static void close_file(FileJob *job) {
    if (job->file >= 0)
        close(job->file);
    job->file = -1;
}

// ---- reading -------------------------------------------------------------------------------------------------------

static bool make_room(FileJob *job) {
    if (job->read < job->capacity)
        return true;
    uint64_t capacity = job->capacity < GROWTH ? GROWTH : 2 * job->capacity;
    char *bytes = realloc(job->bytes, capacity);
    if (!bytes)
        return file_job_failed(job, ENOMEM);
    job->bytes = bytes;
    job->capacity = capacity;
    return true;
}

// Reads until `most` bytes are there or the file ends.
static bool read_up_to(FileJob *job, uint64_t most) {
    while (job->read < most && make_room(job)) {
        uint64_t room = job->capacity - job->read, wanted = most - job->read;
        ssize_t got = read(job->file, job->bytes + job->read, room < wanted ? room : wanted);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_job_failed(job, errno);
        if (got == 0)
            return true;
        job->read += (uint64_t)got;
    }
    return job->wrong == NULL;
}

void file_job_check_text(FileJob *job, const char *bytes, uint64_t length) {
    if (length >= UINT32_MAX)
        job->wrong = "it is larger than 4 GB";
    else if (!utf8_check(bytes, length, &job->points))
        job->wrong = "it is not UTF-8";
}

void file_job_read(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    struct stat about;
    bool good = open_file(job, O_RDONLY, &about);
    job->large = good && S_ISREG(about.st_mode) && about.st_size >= FILE_LARGE && about.st_size < UINT32_MAX;
    if (job->large) {
        job->size = about.st_size;
        return;
    }
    if (good && read_up_to(job, UINT64_MAX))
        file_job_check_text(job, job->bytes, job->read);
    close_file(job);
}

void file_job_read_rest(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    while (job->read < job->length && !job->wrong) {
        ssize_t got = read(job->file, job->text + job->read, job->length - job->read);
        if (got == 0)
            job->wrong = "it has become shorter meanwhile";
        else if (got > 0)
            job->read += (uint64_t)got;
        else if (errno != EINTR)
            file_job_failed(job, errno);
    }
    if (!job->wrong)
        file_job_check_text(job, job->text, job->length);
    close_file(job);
}

// The bytes up to behind the last newline; 0: there is none.
static uint64_t whole_lines(const FileJob *job) {
    const char *last = job->read > 0 ? memrchr(job->bytes, '\n', job->read) : NULL;
    return last == NULL ? 0 : (uint64_t)(last - job->bytes) + 1;
}

void file_job_part(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    struct stat about;
    bool good = open_file(job, O_RDONLY, &about);
    if (good && lseek(job->file, job->from, SEEK_SET) < 0)
        good = file_job_failed(job, errno);
    uint64_t lines = 0;
    for (uint64_t most = job->wanted < 1 ? 1 : (uint64_t)job->wanted; good && lines == 0; most *= 2) {
        good = read_up_to(job, most); // until there is a newline, or the end
        bool ends = job->read < most;
        lines = ends ? job->read : whole_lines(job);
        if (ends)
            break;
    }
    job->read = lines;
    if (good)
        file_job_check_text(job, job->bytes, job->read);
    close_file(job);
}

// ---- writing -------------------------------------------------------------------------------------------------------

static bool write_all(FileJob *job) {
    for (uint64_t done = 0; done < job->length;) {
        ssize_t written = write(job->file, job->text + done, job->length - done);
        if (written < 0 && errno != EINTR)
            return file_job_failed(job, errno);
        done += written < 0 ? 0 : (uint64_t)written;
    }
    return true;
}

void file_job_write(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    struct stat about;
    if (!open_file(job, O_WRONLY | O_CREAT | job->flags, &about) || !write_all(job))
        return;
    keep_result(job, close(job->file));
    job->file = -1;
}

// ---- folders -------------------------------------------------------------------------------------------------------

void file_job_remove(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    keep_result(job, remove(job->path));
}

void file_job_rename(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    keep_result(job, rename(job->path, job->other));
}

void file_job_make_folder(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    keep_result(job, mkdir(job->path, 0777));
}

void file_job_look(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    struct stat about;
    int result = stat(job->path, &about);
    keep_result(job, result);
    job->size = result == 0 ? about.st_size : 0;
    job->folder = result == 0 && S_ISDIR(about.st_mode);
}

static int without_dots(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

void file_job_list(ProcessJob *head) {
    FileJob *job = (FileJob *)head;
    int count = scandir(job->path, &job->entries, without_dots, by_bytes);
    keep_result(job, count < 0 ? count : 0);
    job->count = count < 0 ? 0 : count;
}
