// Fuzz target: any bytes that parse through the checker. Only errors and warnings may come of them.

#include "compiler/base/sb.h"
#include "compiler/diag/render.h"
#include "compiler/semantic/semantic.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/source_load.h"
#include "compiler/typed/type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Module *no_module(void *context, Name module, Diagnostics *diags) {
    (void)context, (void)module, (void)diags;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Diagnostics diags = {0};
    StringBuilder text = {0};
    const SourceFile *source = source_from_bytes("fuzz.fl", (const char *)data, size, &diags);
    Module *module = source ? parse_module(source, &diags) : NULL;
    if (module && diags.error_count == 0) {
        ModuleLoader loader = {.load = no_module};
        const TypedProgram *program = semantic_check(&loader, module, &diags);
        if (program)
            typed_dump(&text, program);
    }
    diag_render_all(&diags, (DiagRenderOptions){0}, &text);
    type_reset();
    mem_free_everything();
    return 0;
}
