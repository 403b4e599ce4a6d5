#include "compiler/driver/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/driver/temporary.h"

static bool cannot_write(const char *path, const char *why, Diagnostics *diags) {
    diag_error(diags, DIAG_CANNOT_WRITE, (Span){0}, "cannot write `%s`: %s", path, why);
    return false;
}

bool output_begin(Output *output, const char *path, const SourceFile *source, Diagnostics *diags) {
    struct stat now, of_source;
    *output = (Output){.path = path};
    bool exists = stat(path, &now) == 0;
    if (exists && S_ISDIR(now.st_mode))
        return cannot_write(path, "it is a directory", diags);
    if (exists && stat(source->path, &of_source) == 0 && now.st_dev == of_source.st_dev &&
        now.st_ino == of_source.st_ino)
        return cannot_write(path, "it is the source file", diags);
    if (!exists || S_ISREG(now.st_mode)) {
        output->writing = temporary_beside(path);
    } else {
        output->writing = temporary_file(".output");
    }
    return output->writing || cannot_write(path, strerror(errno), diags);
}

// Copies all of `from` into the existing `to`. False with errno on failure.
static bool copy_into(const char *from, const char *to) {
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CLOEXEC);
    bool good = in >= 0 && out >= 0;
    char buffer[65536];
    while (good) {
        ssize_t length = read(in, buffer, sizeof buffer);
        if (length <= 0) {
            good = length == 0;
            break;
        }
        for (ssize_t done = 0, wrote; good && done < length; done += wrote) {
            wrote = write(out, buffer + done, (size_t)(length - done));
            good = wrote >= 0;
        }
    }
    int error = errno;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0 && good) {
        error = errno;
        good = false;
    }
    errno = error;
    return good;
}

bool output_finish(Output *output, bool executable, Diagnostics *diags) {
    struct stat now;
    if (stat(output->path, &now) == 0 && !S_ISREG(now.st_mode))
        return copy_into(output->writing, output->path) || cannot_write(output->path, strerror(errno), diags);
    mode_t mask = umask(0);
    umask(mask);
    if (chmod(output->writing, (executable ? 0777 : 0666) & ~mask) != 0 || rename(output->writing, output->path) != 0)
        return cannot_write(output->path, strerror(errno), diags);
    temporary_keep(output->writing);
    return true;
}

bool output_text(const char *text, Diagnostics *diags) {
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return true;
    return cannot_write("standard output", strerror(errno), diags);
}
