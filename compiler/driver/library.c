#include "compiler/driver/library.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/base/mem.h"
#include "compiler/base/sb.h"
#include "compiler/driver/install.h"
#include "compiler/driver/link.h"
#include "compiler/driver/output.h"
#include "compiler/driver/temporary.h"

enum { MAX_ARGUMENTS = 64 };

typedef struct Library {
    const Options *options;
    const CLinks *links;
    LibraryTools tools;
    const char *include; // the folder of fluffy.h and glue.h
    const char *whole;   // the one object file that the library is
    Diagnostics *diags;
} Library;

// ---- files

static bool write_text(const char *path, const char *text, Diagnostics *diags) {
    FILE *file = fopen(path, "wb");
    bool done = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        done = false;
    if (!done)
        diag_error(diags, DIAG_CANNOT_WRITE, (Span){0}, "cannot write `%s`: %s", path, strerror(errno));
    return done;
}

static const char *place(const Library *library, const char *name) {
    const char *folder = library->options->output;
    return folder ? text_format("%s/%s", folder, name) : name;
}

// Puts a file into the library's folder: written by `write`, from `from`.
static bool put(const Library *library, const char *name, const char *from,
                bool (*write)(const Library *library, const char *to, const char *from)) {
    SourceFile *source = source_new(library->options->file, "", 0);
    Output output;
    return output_begin(&output, place(library, name), source, library->diags) &&
           write(library, output.writing, from) && output_finish(&output, false, library->diags);
}

static bool write_given(const Library *library, const char *to, const char *text) {
    return write_text(to, text, library->diags);
}

static bool copy_file(const Library *library, const char *to, const char *from) {
    FILE *file = fopen(from, "rb");
    StringBuilder text = {0};
    char buffer[4096];
    for (size_t length; file && (length = fread(buffer, 1, sizeof buffer, file)) > 0;)
        sb_addf(&text, "%.*s", (int)length, buffer);
    if (file)
        fclose(file);
    return write_text(to, sb_text(&text), library->diags);
}

// ---- steps

static const char *temporary(const Library *library, const char *name) {
    const char *path = temporary_file(name);
    if (!path)
        diag_error(library->diags, DIAG_CANNOT_WRITE, (Span){0}, "cannot make a temporary folder: %s", strerror(errno));
    return path;
}

// The object file of the generated C file; NULL after an error.
static const char *compile_glue(const Library *library, const char *header, const char *glue) {
    const char *header_path = temporary(library, text_format("%s.h", library->options->library));
    const char *path = header_path ? temporary(library, "connection.c") : NULL;
    const char *object = path ? temporary(library, "connection.o") : NULL;
    if (!object || !write_text(header_path, header, library->diags) || !write_text(path, glue, library->diags))
        return NULL;
    const char *argv[] = {
        library->tools.compiler, "-std=gnu11", "-O2", "-fPIC", "-w", "-I", library->include, "-c", path, "-o", object,
        library->tools.flag,     NULL};
    return link_command(argv, "compiling the library's C file", library->diags) ? object : NULL;
}

// The object file of a C file that `extern c` names; NULL after an error.
static const char *compile_source(const Library *library, const char *source, size_t index) {
    const char *object = temporary(library, text_format("source%zu.o", index));
    const char *argv[] = {library->tools.compiler, "-O2", "-g", "-fPIC", "-c", source, "-o", object,
                          library->tools.flag,     NULL};
    return object && link_command(argv, "compiling a C file", library->diags) ? object : NULL;
}

// What becomes part of the library: of C's side the sources, object files and archives, which are hidden in it too.
static bool add_c_files(const Library *library, const char **argv, int *count) {
    for (size_t i = 0; i < library->links->arguments.len; i++) {
        const char *argument = library->links->arguments.data[i];
        if (!c_links_is_part(argument))
            continue;
        if (c_links_is_source(argument))
            argument = compile_source(library, argument, i);
        if (!argument)
            return false;
        argv[(*count)++] = argument;
    }
    return true;
}

// Everything as one object, in which only the library's own names are visible.
static bool join(Library *library, const char *const *objects, const char *glue) {
    library->whole = temporary(library, "library.o");
    if (!library->whole)
        return false;
    const char **argv = mem_alloc(sizeof(*argv) * (MAX_ARGUMENTS + library->links->arguments.len));
    const char *const first[] = {library->tools.linker, "-r", "-o", library->whole, glue};
    int count = 0;
    for (; count < 5; count++)
        argv[count] = first[count];
    while (*objects)
        argv[count++] = *objects++;
    if (!add_c_files(library, argv, &count))
        return false;
    argv[count++] = "--whole-archive";
    argv[count++] = library->tools.runtime;
    const char *keep = text_format("--keep-global-symbol=%s_*", library->options->library);
    const char *hide[] = {library->tools.objcopy, "--wildcard", keep, library->whole, NULL};
    return link_command(argv, "joining the library's objects", library->diags) &&
           link_command(hide, "hiding the library's names", library->diags);
}

static bool write_archive(const Library *library, const char *to, const char *unused) {
    (void)unused;
    remove(to); // an empty file is no archive
    const char *argv[] = {library->tools.archiver, "rcsD", to, library->whole, NULL};
    return link_command(argv, "making the archive", library->diags);
}

static bool write_shared(const Library *library, const char *to, const char *name) {
    const char *visible = temporary(library, "visible");
    if (!visible ||
        !write_text(visible, text_format("{ global: %s_*; local: *; };\n", library->options->library), library->diags))
        return false;
    const char *const fixed[] = {library->tools.compiler,
                                 "-shared",
                                 "-o",
                                 to,
                                 library->whole,
                                 text_format("-Wl,-soname,%s", name),
                                 text_format("-Wl,--version-script=%s", visible)};
    const char **argv = mem_alloc(sizeof(*argv) * (MAX_ARGUMENTS + library->links->arguments.len));
    int count = 0;
    for (; count < (int)(sizeof fixed / sizeof *fixed); count++)
        argv[count] = fixed[count];
    for (size_t i = 0; i < library->links->arguments.len; i++)
        if (!c_links_is_part(library->links->arguments.data[i]))
            argv[count++] = library->links->arguments.data[i];
    argv[count++] = "-pthread";
    argv[count++] = "-lm";
    argv[count++] = library->tools.flag;
    return link_with(argv, "making the shared library", library->links, library->diags);
}

static const char *pkg_config(const Library *library, const char *name) {
    StringBuilder text = {0};
    sb_addf(&text, "prefix=${pcfiledir}\n\nName: %s\nDescription: a library written in Fluffy\nVersion: 0\n", name);
    for (size_t i = 0; i < library->links->packages.len; i++)
        sb_addf(&text, "%s%s%s", i ? " " : "Requires.private: ", library->links->packages.data[i],
                i + 1 < library->links->packages.len ? "" : "\n");
    sb_addf(&text, "Cflags: -I${prefix}\nLibs: -L${prefix} -l%s\nLibs.private:", name);
    for (size_t i = 0; i < library->links->library_count; i++)
        if (!c_links_is_part(library->links->arguments.data[i]))
            sb_addf(&text, " %s", library->links->arguments.data[i]);
    sb_add(&text, " -pthread -lm\n");
    return sb_text(&text);
}

bool library_write(const Options *options, const char *const *objects, const CLinks *links, const char *header,
                   const char *glue, Diagnostics *diags) {
    Library library = {.options = options, .links = links, .diags = diags};
    const char *name = options->library, *fluffy_h = install_find("include/fluffy.h");
    if (!fluffy_h) {
        diag_error(diags, DIAG_NO_RUNTIME, (Span){0}, "the header `include/fluffy.h` is missing");
        return false;
    }
    library.include = text_format("%.*s", (int)(strlen(fluffy_h) - strlen("/fluffy.h")), fluffy_h);
    if (!link_library_tools(options->sanitize, &library.tools, diags))
        return false;
    if (options->output && mkdir(options->output, 0777) != 0 && errno != EEXIST) {
        diag_error(diags, DIAG_CANNOT_WRITE, (Span){0}, "cannot make the folder `%s`: %s", options->output,
                   strerror(errno));
        return false;
    }
    const char *connection = compile_glue(&library, header, glue);
    const char *shared = text_format("lib%s.so", name);
    return connection && join(&library, objects, connection) &&
           put(&library, text_format("lib%s.a", name), NULL, write_archive) &&
           (!options->shared || put(&library, shared, shared, write_shared)) &&
           put(&library, text_format("%s.h", name), header, write_given) &&
           put(&library, "fluffy.h", fluffy_h, copy_file) &&
           put(&library, text_format("%s.pc", name), pkg_config(&library, name), write_given);
}
