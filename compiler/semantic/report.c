// Reporting: only in the last walk, each mistake once however many instances meet it.
#include <stdarg.h>
#include <stdio.h>

#include "compiler/semantic/check.h"

// True the first time for this code and place.
static bool is_new(Check *check, DiagCode code, Span span) {
    char key[96];
    int len = snprintf(key, sizeof(key), "%d:%p:%u", (int)code, (const void *)span.file, span.start);
    return map_add(&check->reported, name_of_bytes(key, (size_t)len));
}

static Diag *add(Check *check, DiagCode code, Span span, const char *format, va_list arguments) {
    char text[2048];
    vsnprintf(text, sizeof(text), format, arguments);
    return diag_error(check->diags, code, span, "%s", text);
}

Diag *report(Frame *frame, DiagCode code, Span span, const char *format, ...) {
    if (!frame->check->reporting || frame->check->quiet || !is_new(frame->check, code, span))
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    Diag *diag = add(frame->check, code, span, format, arguments);
    va_end(arguments);
    return diag;
}

Diag *report_now(Check *check, DiagCode code, Span span, const char *format, ...) {
    if (!is_new(check, code, span))
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    Diag *diag = add(check, code, span, format, arguments);
    va_end(arguments);
    return diag;
}

void report_near(Diag *diag, const Suggestion *suggestion) {
    if (diag && suggestion->best)
        diag_help(diag, "did you mean `%s`?", name_text(suggestion->best));
}

void report_instance(Diag *diag, const Frame *frame) {
    const Inst *inst = frame->inst;
    if (!diag || !inst->call_span.file || inst->instance.parameter_count == 0 || inst->template->kind != TEMPLATE_FUNCTION)
        return;
    StringBuilder types = {0};
    bool inferred = false;
    for (size_t i = 0; i < inst->instance.parameter_count; i++) {
        sb_addf(&types, "%s%s", i ? ", " : "", type_text(inst->instance.parameters[i]->type));
        inferred |= template_annotation(frame->check, inst->template, i) == NULL;
    }
    if (inferred)
        diag_label(diag, inst->call_span, "in `%s(%s)`, called here", name_text(inst->template->name), sb_text(&types));
}

void report_origin(Diag *diag, const Frame *frame, const Expr *expr) {
    if (!diag || !expr || expr->kind != EXPR_NAME || expr->name.module)
        return;
    for (const Binding *binding = frame->scope; binding; binding = binding->next) {
        if (binding->name != expr->name.name)
            continue;
        if (binding->span.file)
            diag_label(diag, binding->span, "`%s` is `%s` because of this", name_text(binding->name),
                       type_words(binding->local->type));
        return;
    }
}
