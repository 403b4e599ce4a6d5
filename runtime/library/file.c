// Files. Every call opens, does its work and closes: nothing is held when a process ends. They block the worker that
#define _GNU_SOURCE
// runs the process; its other processes are taken over by idle workers.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/library/library.h"
#include "runtime/memory/utf8.h"
#include "runtime/value/heap.h"

enum { REASON_MAX = 128, GROWTH = 65536 };

static FlString *text_of(FlProcess *self, const char *text) { return library_string(self, text, strlen(text)); }

// `cannot read \`path\`: No such file or directory`
static bool failed(FlProcess *self, const char *what, const FlString *path, const char *why, FlWord *out) {
    char text[512];
    snprintf(text, sizeof text, "cannot %s `%.300s`: %s", what, path->bytes, why);
    *out = (FlWord)text_of(self, text);
    return false;
}

static bool failed_errno(FlProcess *self, const char *what, const FlString *path, int error, FlWord *out) {
    char why[REASON_MAX] = "error";
    const char *text = strerrordesc_np(error);
    return failed(self, what, path, text != NULL ? text : why, out);
}

// A path with a NUL in it names no file.
static bool has_nul(const FlString *path) { return strlen(path->bytes) != path->length; }

static int open_file(const FlString *path, int flags) {
    if (has_nul(path)) {
        errno = ENOENT;
        return -1;
    }
    int file = open(path->bytes, flags | O_CLOEXEC, 0666);
    struct stat about;
    if (file >= 0 && fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(file);
        errno = EISDIR;
        return -1;
    }
    return file;
}

// ---- reading -------------------------------------------------------------------------------------------------------

typedef struct Bytes {
    char *data;
    size_t length, capacity;
    int error;
} Bytes;

// Reads until `most` bytes are there or the file ends. false: bytes->error.
static bool read_up_to(int file, Bytes *bytes, size_t most) {
    while (bytes->length < most) {
        if (bytes->length == bytes->capacity) {
            size_t capacity = bytes->capacity < GROWTH ? GROWTH : 2 * bytes->capacity;
            char *data = realloc(bytes->data, capacity);
            if (data == NULL) {
                bytes->error = ENOMEM;
                return false;
            }
            bytes->data = data;
            bytes->capacity = capacity;
        }
        size_t room = bytes->capacity - bytes->length, wanted = most - bytes->length;
        ssize_t got = read(file, bytes->data + bytes->length, room < wanted ? room : wanted);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            bytes->error = errno;
        if (got <= 0)
            return got == 0;
        bytes->length += (size_t)got;
    }
    return true;
}

static bool give_text(FlProcess *self, const FlString *path, const char *data, size_t length, FlWord *out) {
    uint64_t points;
    if (!utf8_check(data, length, &points))
        return failed(self, "read", path, "it is not UTF-8", out);
    FlString *text = value_string(self, length, points);
    memcpy(text->bytes, data, length);
    *out = (FlWord)text;
    return true;
}

static bool about(const FlString *path, struct stat *out) { return !has_nul(path) && stat(path->bytes, out) == 0; }

// How many bytes of the file there are, at most `size`, which are written to `bytes`.
static uint64_t read_known(const FlString *path, char *bytes, uint64_t size) {
    int file = open_file(path, O_RDONLY);
    uint64_t length = 0;
    while (file >= 0 && length < size) {
        ssize_t got = read(file, bytes + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (uint64_t)got;
    }
    if (file >= 0)
        close(file);
    return length;
}

// A file whose size is known is read into the string that it becomes, which is made before the file is opened: the
// process may end there. false: it has changed meanwhile, or can't be read; then there is no string.
static bool read_in_place(FlProcess *self, const FlString *path, uint64_t size, FlWord *out) {
    FlString *text = value_string(self, size, size);
    uint64_t points, length = read_known(path, text->bytes, size);
    if (length != size || !utf8_check(text->bytes, size, &points)) {
        object_fill(text, object_string_bytes(size));
        return false;
    }
    text->points = (uint32_t)points;
    *out = (FlWord)text;
    return true;
}

bool fl_file_read(FlProcess *self, FlString *path, FlWord *out) {
    struct stat info;
    bool known = about(path, &info) && S_ISREG(info.st_mode) && info.st_size > 0 && info.st_size < UINT32_MAX;
    if (known && read_in_place(self, path, (uint64_t)info.st_size, out))
        return true;
    int file = open_file(path, O_RDONLY);
    if (file < 0)
        return failed_errno(self, "read", path, errno, out);
    Bytes bytes = {0};
    bool good = read_up_to(file, &bytes, SIZE_MAX);
    close(file);
    good = good ? bytes.length < UINT32_MAX
                      ? give_text(self, path, bytes.data != NULL ? bytes.data : "", bytes.length, out)
                      : failed(self, "read", path, "it is larger than 4 GB", out)
                : failed_errno(self, "read", path, bytes.error, out);
    free(bytes.data);
    return good;
}

// The bytes up to behind the last newline; 0: there is none.
static size_t whole_lines(const Bytes *bytes) {
    const char *last = bytes->length > 0 ? memrchr(bytes->data, '\n', bytes->length) : NULL;
    return last == NULL ? 0 : (size_t)(last - bytes->data) + 1;
}

bool fl_file_read_part(FlProcess *self, FlString *path, int64_t from, int64_t wanted, FlWord *out) {
    int file = open_file(path, O_RDONLY);
    if (file < 0)
        return failed_errno(self, "read", path, errno, out);
    Bytes bytes = {0};
    bool good = lseek(file, from, SEEK_SET) >= 0;
    size_t most = wanted < 1 ? 1 : (size_t)wanted, lines = 0;
    bytes.error = good ? 0 : errno;
    while (good && lines == 0) { // until there is a newline, or the end
        good = read_up_to(file, &bytes, most);
        lines = bytes.length < most ? bytes.length : whole_lines(&bytes);
        if (bytes.length < most)
            break;
        most *= 2;
    }
    close(file);
    good = good ? give_text(self, path, bytes.data != NULL ? bytes.data : "", lines, out)
                : failed_errno(self, "read", path, bytes.error, out);
    free(bytes.data);
    return good;
}

// ---- writing -------------------------------------------------------------------------------------------------------

static bool write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool put(FlProcess *self, const FlString *path, const FlString *text, int flags, FlWord *out) {
    int file = open_file(path, O_WRONLY | O_CREAT | flags);
    if (file < 0)
        return failed_errno(self, "write", path, errno, out);
    int error = write_all(file, text->bytes, text->length) ? 0 : errno;
    if (close(file) != 0 && error == 0)
        error = errno;
    return error == 0 || failed_errno(self, "write", path, error, out);
}

bool fl_file_write(FlProcess *self, FlString *path, FlString *text, FlWord *out) {
    return put(self, path, text, O_TRUNC, out);
}

bool fl_file_append(FlProcess *self, FlString *path, FlString *text, FlWord *out) {
    return put(self, path, text, O_APPEND, out);
}

// ---- folders -------------------------------------------------------------------------------------------------------

bool fl_file_remove(FlProcess *self, FlString *path, FlWord *out) {
    return (!has_nul(path) && remove(path->bytes) == 0) ||
           failed_errno(self, "remove", path, has_nul(path) ? ENOENT : errno, out);
}

bool fl_file_rename(FlProcess *self, FlString *from, FlString *to, FlWord *out) {
    bool nul = has_nul(from) || has_nul(to);
    return (!nul && rename(from->bytes, to->bytes) == 0) ||
           failed_errno(self, "rename", from, nul ? ENOENT : errno, out);
}

bool fl_file_make_folder(FlProcess *self, FlString *path, FlWord *out) {
    return (!has_nul(path) && mkdir(path->bytes, 0777) == 0) ||
           failed_errno(self, "make", path, has_nul(path) ? ENOENT : errno, out);
}

bool fl_file_size(FlProcess *self, FlString *path, FlWord *out) {
    struct stat info;
    if (!about(path, &info))
        return failed_errno(self, "look at", path, has_nul(path) ? ENOENT : errno, out);
    *out = (FlWord)info.st_size;
    return true;
}

bool fl_file_exists(FlProcess *self, FlString *path) {
    struct stat info;
    (void)self;
    return about(path, &info);
}

bool fl_file_is_folder(FlProcess *self, FlString *path) {
    struct stat info;
    (void)self;
    return about(path, &info) && S_ISDIR(info.st_mode);
}

static int without_dots(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

bool fl_file_list(FlProcess *self, const FlType *type, FlString *path, FlWord *out) {
    struct dirent **entries = NULL;
    int count = has_nul(path) ? -1 : scandir(path->bytes, &entries, without_dots, by_bytes);
    if (count < 0)
        return failed_errno(self, "list", path, has_nul(path) ? ENOENT : errno, out);
    FlBuffer *list = fl_buffer_new(self, type, (uint64_t)count);
    for (int i = 0; i < count; i++) {
        list->elements[i] = (FlWord)text_of(self, entries[i]->d_name);
        list->used++;
        free(entries[i]);
    }
    free(entries);
    out[0] = (FlWord)list;
    out[1] = (FlWord)count;
    return true;
}
