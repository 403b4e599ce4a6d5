#include "compiler/driver/compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/bindings/bindings.h"
#include "compiler/codegen/codegen.h"
#include "compiler/driver/command.h"
#include "compiler/driver/library.h"
#include "compiler/driver/link.h"
#include "compiler/driver/modules.h"
#include "compiler/driver/output.h"
#include "compiler/driver/temporary.h"
#include "compiler/syntax/dump.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/source_load.h"

// ---- the passes --------------------------------------------------------------------------------------------------

// Whether the tree is what the user wrote: statements without effect are wrong, but no reason not to look further.
static bool is_whole(const Diagnostics *diags) {
    size_t harmless = 0;
    for (size_t i = 0; i < diags->list.len; i++)
        harmless += diags->list.data[i]->code == DIAG_NO_EFFECT;
    return diags->error_count == harmless;
}

// Source to typed program; NULL if there was an error.
static TypedProgram *front_end(const SourceFile *source, Diagnostics *diags) {
    Module *module = parse_module(source, diags);
    if (!is_whole(diags))
        return NULL;
    ModuleSearch search;
    ModuleLoader loader = modules_loader(&search, module);
    TypedProgram *program = semantic_check(&loader, module, diags);
    return diags->error_count == 0 ? program : NULL;
}

// Typed program to a file of the kind that `output` says, or, with `part_path`, to *parts object files.
static bool back_end(const TypedProgram *program, const Options *options, CodegenOutput output, const char *path,
                     const char *(*part_path)(unsigned part), Diagnostics *diags, unsigned *parts) {
    static const CodegenSanitize sanitizers[] = {CODEGEN_SANITIZE_NONE, CODEGEN_SANITIZE_ADDRESS,
                                                 CODEGEN_SANITIZE_THREAD};
    char *directory = getcwd(NULL, 0);
    CodegenOptions codegen = {
        .output = output,
        .path = path,
        .part_path = part_path,
        .debug = options->debug,
        .sanitize = sanitizers[options->sanitize],
        .source = options->file,
        .directory = directory,
    };
    bool good = codegen_emit(program, &codegen, diags, parts);
    free(directory);
    return good;
}

// ---- fluffyc check -----------------------------------------------------------------------------------------------

static bool has_exports(const Module *module) {
    for (size_t i = 0; i < module->functions.len; i++)
        if (module->functions.data[i]->is_exported)
            return true;
    return false;
}

// Parses and checks a program, or a module that has no main: of the library, or with functions for C.
static void check(const SourceFile *source, Diagnostics *diags) {
    Module *module = parse_module(source, diags);
    if (!is_whole(diags))
        return;
    ModuleSearch search;
    ModuleLoader loader = modules_loader(&search, module);
    bool is_library = modules_is_library(module);
    if (is_library && has_exports(module))
        semantic_check_library(&loader, &module, 1, diags);
    else if (is_library)
        semantic_check_module(&loader, module, diags);
    else
        semantic_check(&loader, module, diags);
}

static void dump(const Options *options, const SourceFile *source, Diagnostics *diags, StringBuilder *out) {
    if (options->dump == DUMP_TOKENS) {
        dump_tokens(source, diags, out);
    } else if (options->dump == DUMP_AST) {
        dump_module(parse_module(source, diags), false, out);
    } else {
        const TypedProgram *program = front_end(source, diags);
        if (program)
            typed_dump(out, program);
    }
}

bool compile_check(const Options *options, Diagnostics *diags) {
    const SourceFile *source = source_load(options->file, diags);
    if (!source)
        return false;
    StringBuilder text = {0};
    if (options->dump)
        dump(options, source, diags, &text);
    else
        check(source, diags);
    return output_text(sb_text(&text), diags) && diags->error_count == 0;
}

// ---- fluffyc build -----------------------------------------------------------------------------------------------

static const char *temporary_for(const char *name, Diagnostics *diags) {
    const char *path = temporary_file(name);
    if (!path)
        diag_error(diags, DIAG_CANNOT_WRITE, (Span){0}, "cannot make a temporary folder: %s", strerror(errno));
    return path;
}

static const char *part_path(unsigned part) {
    static const char *paths[SPLIT_MAX_PARTS];
    if (!paths[part])
        paths[part] = temporary_file(text_format(".object%u", part));
    return paths[part];
}

// Compiles to object files, the list of which ends with NULL; NULL after an error.
static const char **make_objects(const TypedProgram *program, const Options *options, Diagnostics *diags) {
    unsigned parts;
    const char *object = part_path(0);
    if (!object)
        diag_error(diags, DIAG_CANNOT_WRITE, (Span){0}, "cannot make a temporary folder: %s", strerror(errno));
    if (!object || !back_end(program, options, CODEGEN_OBJECT, object, part_path, diags, &parts))
        return NULL;
    const char **objects = mem_alloc((SPLIT_MAX_PARTS + 1) * sizeof *objects);
    for (unsigned part = 0; part < parts; part++)
        objects[part] = part_path(part);
    return objects;
}

// Compiles and links to the file `executable`.
static bool make_executable(const TypedProgram *program, const Options *options, const char *executable,
                            Diagnostics *diags) {
    CLinks links;
    const char **objects = c_links_find(&links, program, options, diags) ? make_objects(program, options, diags) : NULL;
    return objects && link_program(objects, &links, executable, options->sanitize, diags);
}

// `dir/app.fl` gives `app`, with an extension by what is emitted.
static const char *default_output(const SourceFile *source, int emit) {
    static const char *const extensions[] = {"", ".o", ".s", ".ll"};
    return text_format("%s%s", name_text(source->module), extensions[emit]);
}

// ---- fluffyc build --lib

// The typed program of all the library's files; NULL after an error.
static TypedProgram *library_front_end(const Options *options, Diagnostics *diags) {
    VEC(Module *) modules = {0};
    const char *first[] = {options->file, NULL};
    for (const char **lists[] = {first, options->more, NULL}, ***list = lists; *list; list++) {
        for (const char **file = *list; *file; file++) {
            const SourceFile *source = source_load(*file, diags);
            if (source)
                vec_push(&modules, parse_module(source, diags));
        }
    }
    if (!is_whole(diags))
        return NULL;
    ModuleSearch search;
    ModuleLoader loader = modules_loader(&search, modules.data[0]);
    TypedProgram *program = semantic_check_library(&loader, modules.data, modules.len, diags);
    if (!program || diags->error_count > 0)
        return NULL;
    if (program->export_count == 0)
        diag_help(diag_error(diags, DIAG_NO_EXPORTS, (Span){0}, "`%s` exports nothing", options->file),
                  "mark what C is to use: `export area(w: int, h: int) int { w * h }`");
    return program->export_count > 0 ? program : NULL;
}

static bool build_library(const Options *options, Diagnostics *diags) {
    const char *wrong = bindings_wrong_name(options->library);
    if (wrong) {
        diag_note(diag_error(diags, DIAG_CANNOT_WRITE, (Span){0}, "a library can't be called `%s`", options->library),
                  "%s", wrong);
        return false;
    }
    const TypedProgram *program = library_front_end(options, diags);
    CLinks links;
    const char **objects =
        program && c_links_find(&links, program, options, diags) ? make_objects(program, options, diags) : NULL;
    StringBuilder header = {0}, glue = {0};
    if (!objects)
        return false;
    bindings_header(program, options->library, &header);
    bindings_glue(program, options->library, &glue);
    return library_write(options, objects, &links, sb_text(&header), sb_text(&glue), diags);
}

bool compile_build(const Options *options, Diagnostics *diags) {
    if (options->library)
        return build_library(options, diags);
    static const CodegenOutput outputs[] = {CODEGEN_OBJECT, CODEGEN_OBJECT, CODEGEN_ASSEMBLY,
                                            CODEGEN_LLVM}; // by EMIT_*
    const SourceFile *source = source_load(options->file, diags);
    const TypedProgram *program = source ? front_end(source, diags) : NULL;
    Output output;
    if (!program || !output_begin(&output, options->output ? options->output : default_output(source, options->emit),
                                  source, diags))
        return false;
    bool executable = options->emit == EMIT_PROGRAM;
    unsigned parts;
    bool made = executable ? make_executable(program, options, output.writing, diags)
                           : back_end(program, options, outputs[options->emit], output.writing, NULL, diags, &parts);
    return made && output_finish(&output, executable, diags);
}

// ---- fluffyc run -------------------------------------------------------------------------------------------------

// Runs `executable` with the program's arguments, its name as the first.
static int run_program(const char *executable, const Options *options, Diagnostics *diags) {
    size_t count = 0;
    while (options->program_args && options->program_args[count])
        count++;
    const char **argv = mem_alloc(sizeof(*argv) * (count + 2));
    argv[0] = executable;
    if (count)
        memcpy(argv + 1, options->program_args, sizeof(*argv) * count);
    int status = command_run(argv, NULL);
    if (status < 0)
        diag_error(diags, DIAG_COMMAND_FAILED, (Span){0}, "cannot run the program: %s", strerror(errno));
    return status;
}

int compile_run(const Options *options, Diagnostics *diags, void (*show)(Diagnostics *diags)) {
    const SourceFile *source = source_load(options->file, diags);
    const TypedProgram *program = source ? front_end(source, diags) : NULL;
    if (!program)
        return -1;
    const char *executable = temporary_for(name_text(source->module), diags);
    if (!executable || !make_executable(program, options, executable, diags))
        return -1;
    show(diags);
    return run_program(executable, options, diags);
}

// ---- fluffyc test ------------------------------------------------------------------------------------------------

// A program beside the module that hands its tests to the library's `test:run`; NULL: it has none.
static const SourceFile *tests_of(const SourceFile *source, const Module *module) {
    StringBuilder text = {0};
    const char *name = name_text(module->name);
    size_t found = 0;
    sb_add(&text, "main() {\n    test:run([\n");
    for (size_t i = 0; i < module->functions.len; i++) {
        const char *function = name_text(module->functions.data[i]->name);
        if (strncmp(function, "test_", 5) != 0)
            continue;
        sb_addf(&text, "        {name: \"%s\", run: () -> %s:%s()},\n", function, name, function);
        found++;
    }
    sb_add(&text, "    ])\n}\n");
    const char *slash = strrchr(source->path, '/');
    int folder = slash ? (int)(slash + 1 - source->path) : 0;
    const char *path = text_format("%.*stests of %s.fl", folder, source->path, name);
    return found ? source_new(path, sb_text(&text), (uint32_t)text.len) : NULL;
}

int compile_test(const Options *options, Diagnostics *diags, void (*show)(Diagnostics *diags)) {
    const SourceFile *source = source_load(options->file, diags);
    Module *module = source ? parse_module(source, diags) : NULL;
    if (!module || diags->error_count > 0)
        return -1;
    const SourceFile *tests = tests_of(source, module);
    if (!tests) {
        diag_error(diags, DIAG_NO_TESTS, (Span){.file = source}, "`%s` has no functions whose names begin with `test_`",
                   name_text(module->name));
        return -1;
    }
    const TypedProgram *program = front_end(tests, diags);
    const char *executable = program ? temporary_for(name_text(module->name), diags) : NULL;
    if (!executable || !make_executable(program, options, executable, diags))
        return -1;
    show(diags);
    return run_program(executable, options, diags);
}
