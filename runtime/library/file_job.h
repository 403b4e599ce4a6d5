// What the system does with files, for a thread of the pool: nothing here touches a process.
#ifndef FLUFFY_RUNTIME_LIBRARY_FILE_JOB_H
#define FLUFFY_RUNTIME_LIBRARY_FILE_JOB_H

#include <dirent.h>

#include "runtime/process/job.h"

typedef struct FileJob {
    ProcessJob job;
    const char *what; // for messages: `cannot <what> …`

    // What is asked. Paths are the job's own; text is, too, or `counted` keeps it.
    char *path, *other;
    char *text;
    const FlObject *counted; // a string that is written, or read into; one of its counts is the job's. NULL: none
    uint64_t length;         // of text
    int flags;               // of open
    int64_t from, wanted;

    // What came of it.
    const char *wrong; // why it failed, static; NULL: it did not
    char *bytes;       // what was read, owned
    uint64_t read, capacity;
    uint64_t points; // of what was read
    int64_t size;    // of a file
    bool folder;
    bool large; // nothing was read yet: the file is open, and its size known
    int file;   // open, or -1
    struct dirent **entries;
    int count;
} FileJob;

// A job for this path (which has no NUL); NULL: memory is out. what: static.
FileJob *file_job(const char *what, const char *path, void (*run)(ProcessJob *job));

// What became of it: a failure with this errno (false); text that was read, which has to be UTF-8.
bool file_job_failed(FileJob *job, int error);
void file_job_check_text(FileJob *job, const char *bytes, uint64_t length);

// On the worker's own thread, without waiting (file_quick.c): true if that was possible, and the job is done.
bool file_quick_read(FileJob *job);
bool file_quick_look(FileJob *job);

// One for each kind of call.
void file_job_read(ProcessJob *job); // the whole, into `bytes`; a regular file of FILE_LARGE bytes or more: `large`
void file_job_read_rest(ProcessJob *job); // of a large one: `length` bytes into text, or `wrong`
void file_job_part(ProcessJob *job);      // whole lines from `from` on, about `wanted` bytes
void file_job_write(ProcessJob *job);
void file_job_remove(ProcessJob *job);
void file_job_rename(ProcessJob *job);
void file_job_make_folder(ProcessJob *job);
void file_job_look(ProcessJob *job); // size, folder
void file_job_list(ProcessJob *job);

// Bytes from which on a file is read right into the string that it becomes.
enum { FILE_LARGE = 1 << 20 };

#endif
