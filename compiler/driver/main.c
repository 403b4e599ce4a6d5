// fluffyc: reads the command line, has compile.c do what it asks, shows the diagnostics, decides the exit status.

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/diag/json.h"
#include "compiler/diag/page.h"
#include "compiler/diag/render.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/options.h"
#include "compiler/driver/output.h"
#include "compiler/driver/temporary.h"

#define VERSION "0.1.0"
enum { STATUS_GOOD = 0, STATUS_ERRORS = 1, STATUS_USAGE = 2 };

// Passes recurse over deep trees. Linux grows the main thread's stack up to this limit, which may be raised while
// running as far as the gap that every address space keeps below the stack (128 MB).
static void allow_deep_recursion(void) {
    struct rlimit limit;
    const rlim_t wanted = 112u << 20;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_STACK, &limit);
    }
}

static bool as_json;

// Shows what has been collected so far and forgets it.
static void show(Diagnostics *diags) {
    StringBuilder text = {0};
    if (as_json)
        diag_json_all(diags, &text);
    else
        diag_render_all(diags, (DiagRenderOptions){.colour = isatty(2) && !getenv("NO_COLOR")}, &text);
    fputs(sb_text(&text), stderr);
    *diags = (Diagnostics){0};
}

// What a code means, with a program that gets it and one that does not.
static int explain(const char *text, Diagnostics *diags) {
    DiagCode code;
    if (!diag_code_find(text, &code)) {
        fprintf(stderr, "fluffyc: there is no code `%s`; codes look like E0401\n", text);
        return STATUS_USAGE;
    }
    StringBuilder page = {0};
    diag_page(code, &page);
    return output_text(sb_text(&page), diags) ? STATUS_GOOD : STATUS_ERRORS;
}

static int perform(const Options *options, Diagnostics *diags) {
    switch (options->command) {
    case COMMAND_BUILD:
        return compile_build(options, diags) ? STATUS_GOOD : STATUS_ERRORS;
    case COMMAND_RUN: {
        int status = compile_run(options, diags, show);
        return status < 0 ? STATUS_ERRORS : status;
    }
    case COMMAND_CHECK:
        return compile_check(options, diags) ? STATUS_GOOD : STATUS_ERRORS;
    case COMMAND_TEST: {
        int status = compile_test(options, diags, show);
        return status < 0 ? STATUS_ERRORS : status;
    }
    case COMMAND_EXPLAIN:
        return explain(options->file, diags);
    case COMMAND_NONE:
        break;
    }
    return STATUS_USAGE;
}

int main(int argc, char **argv) {
    mem_init();
    temporary_init();
    allow_deep_recursion();
    Options options = {0};
    Diagnostics diags = {0};
    const char *wrong = options_parse(argc, argv, &options);
    as_json = options.json;
    int status = STATUS_GOOD;
    if (wrong) {
        fprintf(stderr, "fluffyc: %s\n`fluffyc --help` lists commands and options\n", wrong);
        status = STATUS_USAGE;
    } else if (options.help || options.version) {
        status =
            output_text(options.help ? options_help() : "fluffyc " VERSION "\n", &diags) ? STATUS_GOOD : STATUS_ERRORS;
    } else {
        status = perform(&options, &diags);
    }
    show(&diags);
    return status;
}
