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

bool module_is_library(const ModuleInfo *module) { return module && module->ast->is_library; }

// A mistake that shows only within the library was made where the library was called.
static Span place_for_user(const Frame *frame, Span span) {
    if (!module_is_library(frame->module) || span.file != frame->module->ast->file)
        return span;
    for (const Inst *inst = frame->inst; inst && inst->call_span.file; inst = inst->caller)
        if (inst->call_span.file != span.file)
            return inst->call_span;
    return span;
}

Diag *report(Frame *frame, DiagCode code, Span span, const char *format, ...) {
    if (!frame->check->reporting)
        return NULL;
    Span place = place_for_user(frame, span);
    if (!is_new(frame->check, code, place))
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    Diag *diag = add(frame->check, code, place, format, arguments);
    va_end(arguments);
    if (place.file != span.file)
        diag_label(diag, span, "found here, in the library");
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
    if (!diag || !inst->call_span.file || inst->instance.parameter_count == 0 ||
        inst->template->kind != TEMPLATE_FUNCTION)
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

enum { SHOWN_SENDS = 3 };

// A value that a receive has bound has its type from the messages that its arm takes.
static void label_sends(Diag *diag, const Frame *frame, const Received *received, Name name) {
    size_t shown = 0;
    for (size_t i = 0; received->kind && i < received->kind->sends.len && shown < SHOWN_SENDS; i++) {
        const SendSite *send = &received->kind->sends.data[i];
        if (!pattern_can_match(frame->check, received->module, (Pattern *)received->pattern, send->message))
            continue;
        diag_label(diag, send->span, "`%s` comes from this message", name_text(name));
        shown++;
    }
}

Received received_by(const Frame *frame, const Binding *binding) {
    if (binding->received)
        return (Received){binding->received, frame->kind, frame->module};
    const Inst *inst = frame->inst;
    for (size_t i = 0; inst->received && i < inst->instance.parameter_count; i++)
        if (inst->instance.parameters && inst->instance.parameters[i] == binding->local)
            return inst->received[i];
    return (Received){0};
}

void report_origin(Diag *diag, const Frame *frame, const Expr *expr) {
    if (!diag || !expr || expr->kind != EXPR_NAME || expr->name.module)
        return;
    const Binding *binding = scope_find((Frame *)frame, expr->name.name);
    if (!binding || !binding->span.file)
        return;
    diag_label(diag, binding->span, "`%s` is `%s` because of this", name_text(binding->name),
               type_words(binding->local->type));
    Received received = received_by(frame, binding);
    if (received.pattern)
        label_sends(diag, frame, &received, binding->name);
}
