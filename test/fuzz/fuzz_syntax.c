// Fuzz target: any bytes through the reader, the lexer, the parser, the dump of the tree and the rendering of what was
// wrong. Nothing may crash, and every place must be inside the file.
#include "compiler/base/sb.h"
#include "compiler/diag/render.h"
#include "compiler/syntax/dump.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/source_load.h"
#include "test/fuzz/spans.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Diagnostics diags = {0};
    StringBuilder tokens = {0}, tree = {0}, text = {0};
    const SourceFile *source = source_from_bytes("fuzz.fl", (const char *)data, size, &diags);
    if (source) {
        dump_tokens(source, &diags, &tokens);
        dump_module(parse_module(source, &diags), true, &tree);
        check_dump(sb_text(&tree), source->len);
    }
    check_diagnostics(&diags);
    diag_render_all(&diags, (DiagRenderOptions){.colour = true}, &text);
    mem_free_everything();
    return 0;
}
