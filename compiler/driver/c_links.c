#include "compiler/driver/c_links.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/map.h"
#include "compiler/base/mem.h"
#include "compiler/base/sb.h"
#include "compiler/driver/command.h"
#include "compiler/driver/temporary.h"

// ---- what is named -------------------------------------------------------------------------------------------------

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_file(const char *text) {
    return strchr(text, '/') || ends_with(text, ".c") || ends_with(text, ".a") || ends_with(text, ".o") ||
           ends_with(text, ".so");
}

bool c_links_is_source(const char *argument) { return argument[0] != '-' && ends_with(argument, ".c"); }

bool c_links_is_part(const char *argument) {
    return c_links_is_source(argument) ||
           (argument[0] != '-' && (ends_with(argument, ".a") || ends_with(argument, ".o")));
}

// A file that a source names lies beside it, one that an option names where the command is given.
static const char *file_path(const char *text, Span span) {
    const char *path = span.file ? span.file->path : "";
    const char *slash = strrchr(path, '/');
    return text[0] == '/' || !slash ? text : text_format("%.*s%s", (int)(slash + 1 - path), path, text);
}

// What is linked with it finds it there again when it runs, wherever it is started.
static bool add_shared(CLinks *links, const char *path) {
    char whole[PATH_MAX];
    if (!realpath(path, whole)) {
        vec_push(&links->arguments, path);
        return true;
    }
    vec_push(&links->arguments, text_format("%s", whole));
    *strrchr(whole, '/') = 0;
    vec_push(&links->arguments, text_format("-Wl,-rpath,%s", whole));
    return true;
}

static bool add(CLinks *links, const char *text, Span span, Diagnostics *diags) {
    if (!is_file(text)) {
        vec_push(&links->arguments, text_format("-l%s", text));
        return true;
    }
    const char *path = file_path(text, span);
    if (access(path, R_OK) != 0) {
        diag_error(diags, DIAG_NO_C_LIBRARY, span, "there is no file `%s` to link with", path);
        return false;
    }
    if (ends_with(path, ".so"))
        return add_shared(links, path);
    vec_push(&links->arguments, path);
    if (c_links_is_source(path))
        vec_push(&links->sources, path);
    return true;
}

// ---- pkg-config ----------------------------------------------------------------------------------------------------

static void add_words(CLinks *links, const char *path) {
    FILE *file = fopen(path, "r");
    char word[1024];
    while (file && fscanf(file, "%1023s", word) == 1)
        vec_push(&links->arguments, text_format("%s", word));
    if (file)
        fclose(file);
}

static bool add_package(CLinks *links, const char *name, Diagnostics *diags) {
    const char *tool = command_find((const char *const[]){"pkg-config", "pkgconf", NULL});
    const char *output = temporary_file("packages"), *errors = temporary_file("packages.errors");
    const char *argv[] = {"/bin/sh", "-c", "exec \"$0\" --cflags --libs \"$1\" >\"$2\"", tool, name, output, NULL};
    if (!tool || !output) {
        diag_help(diag_error(diags, DIAG_NO_C_LIBRARY, (Span){0}, "PATH has no `pkg-config`"),
                  "install it: `apt-get install pkg-config`");
        return false;
    }
    if (command_run(argv, errors) != 0) {
        diag_help(diag_error(diags, DIAG_NO_C_LIBRARY, (Span){0}, "pkg-config knows no `%s`", name),
                  "`pkg-config --list-all` lists what it knows; a library's development package brings its file");
        return false;
    }
    add_words(links, output);
    vec_push(&links->packages, name);
    return true;
}

bool c_links_find(CLinks *links, const TypedProgram *program, const Options *options, Diagnostics *diags) {
    bool good = true;
    *links = (CLinks){.program = program};
    for (size_t i = 0; i < program->link_count; i++)
        good &= add(links, name_text(program->links[i].text), program->links[i].span, diags);
    for (const char *const *link = options->links; link && *link; link++)
        good &= add(links, *link, (Span){0}, diags);
    links->library_count = links->arguments.len;
    for (const char *const *package = options->packages; package && *package; package++)
        good &= add_package(links, *package, diags);
    return good;
}

// ---- what the linker misses ----------------------------------------------------------------------------------------

// What stands behind `mark` in the line, up to a character that is in no name; or NULL.
static const char *name_behind(const char *line, const char *mark) {
    const char *at = strstr(line, mark);
    if (!at)
        return NULL;
    at += strlen(mark);
    return text_format("%.*s", (int)strcspn(at, " \t\n'`:;,()"), at);
}

static bool explain_library(const CLinks *links, const char *name, Diagnostics *diags) {
    Span span = {0};
    for (size_t i = 0; i < links->program->link_count; i++)
        if (strcmp(name_text(links->program->links[i].text), name) == 0)
            span = links->program->links[i].span;
    Diag *diag = diag_error(diags, DIAG_NO_C_LIBRARY, span, "the linker finds no library `%s`", name);
    diag_help(diag, "install its development package (`lib%s-dev`, say), or name its file: `path/to/lib%s.a`", name,
              name);
    return true;
}

// The span of who asked for the function: a declaration, or what closes or frees.
static Span span_of_type(const ForeignType *type, const char *name) {
    return type && type->function && strcmp(name_text(type->function), name) == 0 ? type->function_span : (Span){0};
}

static Span asked_by(const Foreign *foreign, const char *name) {
    if (strcmp(name_text(foreign->name), name) == 0)
        return foreign->span;
    Span span = span_of_type(foreign->result, name);
    for (size_t i = 0; i < foreign->param_count && !span.file; i++)
        span = span_of_type(foreign->params[i].type, name);
    return span;
}

static bool explain_function(const CLinks *links, const char *name, Diagnostics *diags) {
    Span span = {0};
    for (size_t i = 0; i < links->program->foreign_count && !span.file; i++)
        span = asked_by(links->program->foreigns[i], name);
    if (!span.file)
        return false;
    Diag *diag = diag_error(diags, DIAG_NO_C_FUNCTION, span, "the linker finds no C function `%s`", name);
    if (links->arguments.len == 0)
        diag_help(diag, "name the library that has it: `extern c \"NAME\" {`, or `--link NAME`");
    else
        diag_note(diag, "looked for in C's own library and in %zu that %s named", links->arguments.len,
                  links->arguments.len == 1 ? "is" : "are");
    return true;
}

static bool explain_line(const CLinks *links, const char *line, Map *told, Diagnostics *diags) {
    static const char *const no_library[] = {"cannot find -l", "library not found: ", "unable to find library -l"};
    static const char *const no_function[] = {"undefined reference to `", "undefined symbol: "};
    for (size_t i = 0; i < sizeof no_library / sizeof *no_library; i++) {
        const char *name = name_behind(line, no_library[i]);
        if (name)
            return !map_add(told, name_of(name)) || explain_library(links, name, diags);
    }
    for (size_t i = 0; i < sizeof no_function / sizeof *no_function; i++) {
        const char *name = name_behind(line, no_function[i]);
        if (name)
            return !map_add(told, name_of(name)) || explain_function(links, name, diags);
    }
    return false;
}

bool c_links_explain(const CLinks *links, const char *errors, Diagnostics *diags) {
    FILE *file = fopen(errors, "r");
    char line[4096];
    bool explained = false;
    Map told = {0};
    while (file && fgets(line, sizeof line, file))
        explained |= explain_line(links, line, &told, diags);
    if (file)
        fclose(file);
    return explained;
}
