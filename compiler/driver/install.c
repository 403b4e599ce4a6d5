#include "compiler/driver/install.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/sb.h"

const char *install_folder(void) {
    static char path[PATH_MAX];
    if (path[0])
        return path;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash = length > 0 ? strrchr(path, '/') : NULL;
    strcpy(slash ? slash : path, slash ? "" : ".");
    return path;
}

const char *install_find(const char *name) {
    static const char *const places[] = {"", "/../lib/fluffy"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *path = text_format("%s%s/%s", install_folder(), places[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}
