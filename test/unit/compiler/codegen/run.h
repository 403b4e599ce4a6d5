// Compiling the program that was built, linking it with the fake runtime, running it.
#ifndef FLUFFY_TEST_CODEGEN_RUN_H
#define FLUFFY_TEST_CODEGEN_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/codegen.h"
#include "test/unit/compiler/codegen/build.h"

static char folder[] = "/tmp/fluffy-codegen-XXXXXX";

static UNUSED const char *path_of(const char *name) { return text_format("%s/%s", folder, name); }

static UNUSED const char *read_stream(FILE *stream) {
    StringBuilder out = {0};
    char buffer[4096];
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, stream)) > 0;)
        sb_add_bytes(&out, buffer, got);
    return sb_text(&out);
}

static UNUSED void emit(CodegenOutput output, const char *path, bool debug) {
    Diagnostics diagnostics = {0};
    CodegenOptions options = {.output = output, .path = path, .debug = debug, .source = "test.fl"};
    unsigned parts;
    bool done = codegen_emit(&program, &options, &diagnostics, &parts);
    if (!done)
        print_error("%s: %s\n", diagnostics.list.data[0]->message, diagnostics.list.data[0]->notes.data[0]);
    assert_true(done);
}

static UNUSED const char *emit_text(CodegenOutput output, bool debug) {
    const char *path = path_of("out.s");
    emit(output, path, debug);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const char *content = read_stream(file);
    fclose(file);
    return content;
}

static UNUSED const char *run(bool debug, const char *argument) {
    emit(CODEGEN_OBJECT, path_of("out.o"), debug);
    const char *link =
        text_format("cc -I. -o %s/run %s/out.o test/unit/compiler/codegen/fake_runtime.c runtime/abi/keep_x86_64.S",
                    folder, folder);
    assert_int_equal(system(link), 0);
    FILE *pipe = popen(text_format("%s/run %s", folder, argument), "r");
    assert_non_null(pipe);
    const char *output = read_stream(pipe);
    pclose(pipe);
    return output;
}

static UNUSED int make_folder(void **state) {
    (void)state;
    mem_init();
    return mkdtemp(folder) ? 0 : -1;
}

static UNUSED int remove_folder(void **state) {
    (void)state;
    return getenv("KEEP") ? 0 : system(text_format("rm -r %s", folder));
}

// Under both profiles.
static UNUSED void assert_output(const char *expected) {
    assert_string_equal(run(false, ""), expected);
    assert_string_equal(run(true, ""), expected);
}

#endif
