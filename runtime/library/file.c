// Files. Every call opens, does its work and closes, on a thread of the pool: its process waits, its worker runs
// others. What the system has in memory is read at once (file_quick.c).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/library/file_job.h"
#include "runtime/library/library.h"
#include "runtime/pool/pool.h"
#include "runtime/value/heap.h"

static FlString *text_of(FlProcess *self, const char *text) { return library_string(self, text, strlen(text)); }

// `cannot read \`path\`: No such file or directory`
static bool failed(FlProcess *self, const char *what, const char *path, const char *why, FlWord *out) {
    char text[512];
    snprintf(text, sizeof text, "cannot %s `%.300s`: %s", what, path, why);
    *out = (FlWord)text_of(self, text);
    return false;
}

// A path with a NUL in it names no file.
static bool has_nul(const FlString *path) { return strlen(path->bytes) != path->length; }

static const char no_file[] = "No such file or directory";

static FileJob *make(FlProcess *self, const char *what, const FlString *path, void (*run)(ProcessJob *job)) {
    FileJob *job = file_job(what, path->bytes, run);
    if (!job)
        process_out_of_memory(self);
    return job;
}

// Has the job done: by `quick`, if that is possible, or by the pool.
static void perform(FlProcess *self, FileJob *job, bool (*quick)(FileJob *job)) {
    if (quick(job)) {
        job_begin(self, &job->job);
        job_done_here(&job->job);
    } else {
        pool_run(self, &job->job);
    }
}

// Ends the job with the failure that it met, if it met one.
static bool finish(FlProcess *self, const FileJob *job, FlWord *out) {
    bool good = !job->wrong || failed(self, job->what, job->path, job->wrong, out);
    job_end(self);
    return good;
}

static bool run(FlProcess *self, FileJob *job, FlWord *out) {
    pool_run(self, &job->job);
    return finish(self, job, out);
}

// A call with nothing but a path, and no result.
static bool simple(FlProcess *self, const char *what, const FlString *path, void (*function)(ProcessJob *job),
                   FlWord *out) {
    if (has_nul(path))
        return failed(self, what, path->bytes, no_file, out);
    return run(self, make(self, what, path, function), out);
}

// ---- reading -------------------------------------------------------------------------------------------------------

static bool give_text(FlProcess *self, const FileJob *job, FlWord *out) {
    if (!job->wrong) {
        FlString *text = value_string(self, job->read, job->points);
        memcpy(text->bytes, job->bytes ? job->bytes : "", job->read);
        *out = (FlWord)text;
    }
    return finish(self, job, out);
}

// A file of some size is read into the string that it becomes, which the job keeps alive.
static bool read_large(FlProcess *self, FileJob *job, FlWord *out) {
    FlString *text = value_string(self, (uint64_t)job->size, (uint64_t)job->size);
    counted_up(&text->header);
    job->counted = &text->header;
    job->text = text->bytes;
    job->length = (uint64_t)job->size;
    job->job.run = file_job_read_rest;
    pool_run(self, &job->job);
    text->points = (uint32_t)job->points;
    *out = (FlWord)text;
    return finish(self, job, out);
}

bool fl_file_read(FlProcess *self, FlString *path, FlWord *out) {
    if (has_nul(path))
        return failed(self, "read", path->bytes, no_file, out);
    FileJob *job = make(self, "read", path, file_job_read);
    perform(self, job, file_quick_read);
    return job->large ? read_large(self, job, out) : give_text(self, job, out);
}

bool fl_file_read_part(FlProcess *self, FlString *path, int64_t from, int64_t wanted, FlWord *out) {
    if (has_nul(path))
        return failed(self, "read", path->bytes, no_file, out);
    FileJob *job = make(self, "read", path, file_job_part);
    job->from = from;
    job->wanted = wanted;
    pool_run(self, &job->job);
    return give_text(self, job, out);
}

// ---- writing -------------------------------------------------------------------------------------------------------

// What is written is kept alive, if processes share it anyway, or copied.
static bool take_text(FileJob *job, FlString *text) {
    job->length = text->length;
    if (text->header.flags & FL_OBJECT_COUNTED) {
        counted_up(&text->header);
        job->counted = &text->header;
        job->text = text->bytes;
        return true;
    }
    job->text = malloc((size_t)text->length + 1);
    if (job->text)
        memcpy(job->text, text->bytes, text->length);
    return job->text != NULL;
}

static bool put(FlProcess *self, const FlString *path, FlString *text, int flags, FlWord *out) {
    if (has_nul(path))
        return failed(self, "write", path->bytes, no_file, out);
    FileJob *job = make(self, "write", path, file_job_write);
    job->flags = flags;
    if (!take_text(job, text)) {
        job->job.free(&job->job);
        process_out_of_memory(self);
    }
    return run(self, job, out);
}

bool fl_file_write(FlProcess *self, FlString *path, FlString *text, FlWord *out) {
    return put(self, path, text, O_TRUNC, out);
}

bool fl_file_append(FlProcess *self, FlString *path, FlString *text, FlWord *out) {
    return put(self, path, text, O_APPEND, out);
}

// ---- folders -------------------------------------------------------------------------------------------------------

bool fl_file_remove(FlProcess *self, FlString *path, FlWord *out) {
    return simple(self, "remove", path, file_job_remove, out);
}

bool fl_file_make_folder(FlProcess *self, FlString *path, FlWord *out) {
    return simple(self, "make", path, file_job_make_folder, out);
}

bool fl_file_rename(FlProcess *self, FlString *from, FlString *to, FlWord *out) {
    if (has_nul(from) || has_nul(to))
        return failed(self, "rename", from->bytes, no_file, out);
    FileJob *job = make(self, "rename", from, file_job_rename);
    job->other = strdup(to->bytes);
    if (!job->other) {
        job->job.free(&job->job);
        process_out_of_memory(self);
    }
    return run(self, job, out);
}

bool fl_file_size(FlProcess *self, FlString *path, FlWord *out) {
    if (has_nul(path))
        return failed(self, "look at", path->bytes, no_file, out);
    FileJob *job = make(self, "look at", path, file_job_look);
    perform(self, job, file_quick_look);
    if (!job->wrong)
        *out = (FlWord)job->size;
    return finish(self, job, out);
}

static bool look(FlProcess *self, const FlString *path, bool wants_folder) {
    if (has_nul(path))
        return false;
    FileJob *job = make(self, "look at", path, file_job_look);
    perform(self, job, file_quick_look);
    bool good = !job->wrong && (job->folder || !wants_folder);
    job_end(self);
    return good;
}

bool fl_file_exists(FlProcess *self, FlString *path) { return look(self, path, false); }

bool fl_file_is_folder(FlProcess *self, FlString *path) { return look(self, path, true); }

static FlBuffer *names(FlProcess *self, const FlType *type, const FileJob *job) {
    FlBuffer *list = fl_buffer_new(self, type, (uint64_t)job->count);
    for (int i = 0; i < job->count; i++) {
        list->elements[i] = (FlWord)text_of(self, job->entries[i]->d_name);
        list->used++;
    }
    return list;
}

bool fl_file_list(FlProcess *self, const FlType *type, FlString *path, FlWord *out) {
    if (has_nul(path))
        return failed(self, "list", path->bytes, no_file, out);
    FileJob *job = make(self, "list", path, file_job_list);
    pool_run(self, &job->job);
    if (!job->wrong) {
        out[0] = (FlWord)names(self, type, job);
        out[1] = (FlWord)job->count;
    }
    return finish(self, job, out);
}
