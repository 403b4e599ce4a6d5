#include "compiler/syntax/source_load.h"

#include "compiler/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const Span no_place = {0};
static const char byte_order_mark[] = "\xEF\xBB\xBF"; // some editors write it; it is dropped

static SourceFile *fail(const char *path, Diagnostics *diags, const char *why) {
    diag_error(diags, DIAG_FILE_UNREADABLE, no_place, "cannot read `%s`: %s", path, why);
    return NULL;
}

static SourceFile *fail_too_large(const char *path, Diagnostics *diags) {
    diag_error(diags, DIAG_FILE_TOO_LARGE, no_place, "`%s` is too large: a source file has at most %u MB", path,
               SOURCE_MAX_BYTES >> 20);
    return NULL;
}

// Offset of the first byte that is not part of valid UTF-8, or `len`.
static size_t valid_prefix(const char *text, size_t len) {
    size_t at = 0;
    while (at < len) {
        if ((text[at] & 0x80) == 0) {
            at++;
            continue;
        }
        size_t size;
        if (utf8_decode(text + at, len - at, &size) == UTF8_INVALID)
            return at;
        at += size;
    }
    return len;
}

// The place is shown in the text before the bad byte: behind it nothing can be displayed.
static SourceFile *fail_at(const char *path, const char *text, size_t at, DiagCode code, Diagnostics *diags,
                           const char *what) {
    size_t len = at + 1;
    char *shown = mem_copy_text(text, len);
    shown[at] = '?';
    const SourceFile *file = source_new(path, shown, (uint32_t)len);
    Diag *diag = diag_error(diags, code, (Span){file, (uint32_t)at, (uint32_t)at + 1}, "`%s` %s", path, what);
    diag_primary(diag, "byte 0x%02X at offset %zu", (unsigned char)text[at], at);
    diag_help(diag, "source files are text in UTF-8");
    return NULL;
}

// `text` is owned and ends in a NUL.
static SourceFile *check(const char *path, const char *text, size_t len, Diagnostics *diags) {
    if (len > SOURCE_MAX_BYTES)
        return fail_too_large(path, diags);
    size_t valid = valid_prefix(text, len), nul = strnlen(text, len);
    if (nul < valid)
        return fail_at(path, text, nul, DIAG_NUL_BYTE, diags, "holds a NUL byte");
    if (valid < len)
        return fail_at(path, text, valid, DIAG_INVALID_UTF8, diags, "is not valid UTF-8");
    bool has_mark = len >= 3 && memcmp(text, byte_order_mark, 3) == 0;
    return source_new(path, text + (has_mark ? 3 : 0), (uint32_t)(len - (has_mark ? 3 : 0)));
}

SourceFile *source_from_bytes(const char *path, const char *bytes, size_t len, Diagnostics *diags) {
    if (len > SOURCE_MAX_BYTES)
        return fail_too_large(path, diags);
    return check(path, mem_copy_text(bytes, len), len, diags);
}

static SourceFile *read_all(const char *path, int fd, size_t size, Diagnostics *diags) {
    char *text = mem_alloc_data(size + 1);
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, text + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(path, diags, strerror(errno));
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return check(path, text, len, diags);
}

SourceFile *source_load(const char *path, Diagnostics *diags) {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(path, diags, errno == ENOENT ? "there is no such file" : strerror(errno));
    struct stat status;
    SourceFile *file;
    if (fstat(fd, &status) != 0)
        file = fail(path, diags, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        file = fail(path, diags, "it is a directory");
    else if (!S_ISREG(status.st_mode))
        file = fail(path, diags, "it is not a regular file");
    else if (status.st_size > (off_t)SOURCE_MAX_BYTES)
        file = fail_too_large(path, diags);
    else
        file = read_all(path, fd, (size_t)status.st_size, diags);
    close(fd);
    return file;
}
