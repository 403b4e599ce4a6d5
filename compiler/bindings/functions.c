#include "compiler/bindings/functions.h"

#include <string.h>

#include "compiler/base/sb.h"

size_t spawn_parameters(const TypedExport *export) { return export->parameter_count - (export->call != NULL); }

bool c_by_address(const Type *type) { return c_form(type) == C_RECORD || c_form(type) == C_UNION; }

const char *c_parameter_type(const CTypes *types, const Type *type) {
    return c_by_address(type) ? text_format("const %s *", c_type(types, type))
                              : text_format("%s ", c_type(types, type));
}

const char *c_parameters(const CTypes *types, const TypedExport *export, size_t count) {
    StringBuilder sb = {0};
    for (size_t i = 0; i < count; i++) {
        const Type *type = export->parameters[i].type;
        if (c_form(type) != C_NONE)
            sb_addf(&sb, "%s%s, ", c_parameter_type(types, type), c_parameter(export->parameters[i].name));
    }
    return sb_text(&sb);
}

const char *c_start_declaration(const CTypes *types) {
    return text_format("fluffy_status %s_start(const fluffy_options *options, fluffy_runtime **runtime)",
                       types->library);
}

// Without the comma at the end, or `void`.
static const char *ended(const char *list) {
    size_t length = strlen(list);
    return length == 0 ? "void" : text_format("%.*s", (int)length - 2, list);
}

const char *c_call_declaration(const CTypes *types, const TypedExport *export) {
    StringBuilder sb = {0};
    const Type *result = export->call->result;
    sb_add(&sb, c_parameters(types, export, export->parameter_count));
    if (c_refers(result))
        sb_add(&sb, "fluffy_scope *scope, ");
    if (c_form(result) != C_NONE)
        sb_addf(&sb, "%s *result, ", c_type(types, result));
    return text_format("fluffy_status %s_%s(%s)", types->library, export->name->text, ended(sb_text(&sb)));
}

const char *c_spawn_declaration(const CTypes *types, const TypedExport *export) {
    return text_format("fluffy_status %s_spawn_%s(%sconst fluffy_spawn_options *options, fluffy_pid *pid)",
                       types->library, export->name->text, c_parameters(types, export, spawn_parameters(export)));
}

const char *c_send_declaration(const CTypes *types, const TypedExport *export) {
    return text_format("fluffy_status %s_send_%s(fluffy_pid to, %smessage)", types->library, export->name->text,
                       c_parameter_type(types, export->message));
}

const char *c_short(const CTypes *types, const CType *type) { return type->name + strlen(types->library) + 1; }

const char *c_receive_declaration(const CTypes *types, const CType *type) {
    return text_format("fluffy_status %s_receive_%s(fluffy_mailbox *mailbox, int64_t timeout, fluffy_scope *scope, "
                       "%s *result)",
                       types->library, c_short(types, type), type->name);
}

const char *c_as_declaration(const CTypes *types, const CType *type) {
    return text_format("fluffy_status %s_as_%s(const fluffy_message *message, fluffy_scope *scope, %s *result)",
                       types->library, c_short(types, type), type->name);
}
