#include "compiler/driver/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/mem.h"
#include "compiler/base/sb.h"
#include "compiler/driver/command.h"
#include "compiler/driver/install.h"
#include "compiler/driver/options.h"
#include "compiler/driver/temporary.h"

enum { MAX_OBJECTS = 40 };

typedef struct Flavour {
    const char *library, *host_library;
    const char *flag;
    const char *compilers[5]; // in order of preference; end with NULL
    const char *missing;      // help when none is there
} Flavour;

// By SANITIZE_*. The sanitizers' own runtime is clang's, of the version that compiled ours.
static const Flavour flavours[] = {
    {"libfluffy.a", "libfluffy-host.a", NULL, {"cc", "gcc", "clang"}, "install one: `apt-get install gcc`"},
    {"libfluffy-asan.a",
     "libfluffy-host-asan.a",
     "-fsanitize=address,undefined",
     {"clang-19"},
     "run `scripts/deps --dev`"},
    {"libfluffy-tsan.a", "libfluffy-host-tsan.a", "-fsanitize=thread", {"clang-19"}, "run `scripts/deps --dev`"},
};

static const char *const linkers[][2] = {{"ld.mold", "-fuse-ld=mold"}, {"ld.lld", "-fuse-ld=lld"}};

// How C files are compiled that a program is linked with.
static const char *const for_sources[] = {"-O2", "-g", "-fno-omit-frame-pointer"};

static const char *fast_linker(void) {
    for (size_t i = 0; i < sizeof linkers / sizeof *linkers; i++)
        if (command_find((const char *const[]){linkers[i][0], NULL}))
            return linkers[i][1];
    return NULL;
}

static const char *find_compiler(const Flavour *flavour, Diagnostics *diags) {
    const char *compiler = command_find(flavour->compilers);
    if (!compiler) {
        StringBuilder names = {0};
        for (int i = 0; flavour->compilers[i]; i++)
            sb_addf(&names, "%s`%s`", i ? ", " : "", flavour->compilers[i]);
        Diag *diag = diag_error(diags, DIAG_NO_LINKER, (Span){0}, "no C compiler to link with: PATH has none of %s",
                                sb_text(&names));
        diag_help(diag, "%s", flavour->missing);
    }
    return compiler;
}

static const char *find_library(const Flavour *flavour, const char *name, Diagnostics *diags) {
    const char *library = install_find(name);
    if (!library) {
        Diag *diag = diag_error(diags, DIAG_NO_RUNTIME, (Span){0}, "the runtime library `%s` is missing", name);
        diag_note(diag, "looked in `%s` and in `../lib/fluffy` from there", install_folder());
        diag_help(diag, flavour->flag ? "`make asan` and `make tsan` build it"
                                      : "`make` builds it, `make install` installs it");
    }
    return library;
}

// The first lines that the linker wrote, as notes.
static void add_notes(Diag *diag, const char *path) {
    FILE *file = fopen(path, "r");
    char line[1024];
    for (int i = 0; file && i < 20 && fgets(line, sizeof line, file); i++) {
        line[strcspn(line, "\n")] = 0;
        if (line[0])
            diag_note(diag, "%s", line);
    }
    if (file)
        fclose(file);
}

// Runs a command; an error says what it was for and what the command said.
static bool run(const char *const *argv, const char *what, const char *errors, Diagnostics *diags) {
    int status = command_run(argv, errors);
    if (status == 0)
        return true;
    Diag *diag = status < 0 ? diag_error(diags, DIAG_COMMAND_FAILED, (Span){0}, "`%s` did not start: %s", argv[0],
                                         strerror(errno))
                            : diag_error(diags, DIAG_COMMAND_FAILED, (Span){0}, "%s failed: `%s` ended with status %d",
                                         what, argv[0], status);
    if (errors)
        add_notes(diag, errors);
    return false;
}

bool link_with(const char *const *argv, const char *what, const CLinks *links, Diagnostics *diags) {
    const char *errors = temporary_file(".linker");
    size_t before = diags->list.len;
    if (command_run(argv, errors) == 0)
        return true;
    if (errors && c_links_explain(links, errors, diags) && diags->list.len > before)
        return false;
    return run(argv, what, errors, diags);
}

bool link_program(const char *const *objects, const CLinks *links, const char *output, int sanitize,
                  Diagnostics *diags) {
    const Flavour *flavour = &flavours[sanitize];
    const char *compiler = find_compiler(flavour, diags);
    const char *library = compiler ? find_library(flavour, flavour->library, diags) : NULL;
    if (!compiler || !library)
        return false;
    const char **argv = mem_alloc(sizeof(*argv) * (MAX_OBJECTS + 24 + links->arguments.len));
    int count = 0;
    argv[count++] = compiler;
    argv[count++] = "-no-pie";
    argv[count++] = "-o";
    argv[count++] = output;
    while (*objects)
        argv[count++] = *objects++;
    if (links->sources.len > 0)
        for (size_t i = 0; i < sizeof for_sources / sizeof *for_sources; i++)
            argv[count++] = for_sources[i];
    for (size_t i = 0; i < links->arguments.len; i++)
        argv[count++] = links->arguments.data[i];
    argv[count++] = library;
    argv[count++] = "-pthread";
    argv[count++] = "-lm";
    if (flavour->flag)
        argv[count++] = flavour->flag;
    const char *linker = fast_linker();
    if (linker)
        argv[count++] = linker;
    return link_with(argv, "linking", links, diags);
}

// ---- libraries

bool link_library_tools(int sanitize, LibraryTools *tools, Diagnostics *diags) {
    static const char *const programs[][2] = {{"ld"}, {"objcopy"}, {"ar"}};
    const Flavour *flavour = &flavours[sanitize];
    const char **found[] = {&tools->linker, &tools->objcopy, &tools->archiver};
    tools->flag = flavour->flag;
    tools->compiler = find_compiler(flavour, diags);
    tools->runtime = tools->compiler ? find_library(flavour, flavour->host_library, diags) : NULL;
    for (size_t i = 0; tools->runtime && i < 3; i++) {
        *found[i] = command_find(programs[i]);
        if (*found[i])
            continue;
        diag_help(diag_error(diags, DIAG_NO_LINKER, (Span){0}, "PATH has no `%s`", programs[i][0]),
                  "install it: `apt-get install binutils`");
        return false;
    }
    return tools->runtime;
}

bool link_command(const char *const *argv, const char *what, Diagnostics *diags) {
    return run(argv, what, temporary_file(".errors"), diags);
}
