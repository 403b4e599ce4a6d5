// Functions marked `export`: what a library for C has of them. Reads annotations and what inference has found; makes
// roots, which are inferred and walked like main.
//
// A function whose receives its process can reach is a body: it is started. Any other can be called; and it is a
// handler too, if its last parameter is a record or a union of records and its result is nil, or the state, which is
// the parameter before. What may be sent to a process follows from the handler's last parameter, or from the patterns
// of the body's receives, which have to say their types then.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- what can cross ------------------------------------------------------------------------------------------------

// Why a value of this type can't be one of C, or NULL.
static const char *obstacle(const Type *type) {
    const char *why = NULL;
    if (type->has_knot)
        return "it is recursive";
    switch (type->kind) {
    case TYPE_NEVER:
        return "it is not known";
    case TYPE_FUNCTION:
        return "a function value belongs to the process that has it";
    case TYPE_HANDLE:
        return "a handle belongs to the processes that have it";
    case TYPE_MAP:
        return "maps and sets have no form in C: give a list of records";
    case TYPE_LIST:
        return obstacle(type->element);
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count && !why; i++)
            why = obstacle(type->record.fields[i].type);
        return why;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count && !why; i++)
            why = obstacle(type->members.types[i]);
        return why;
    case TYPE_PID:
        return type->pid.message ? obstacle(type->pid.message) : NULL;
    default:
        return NULL;
    }
}

static bool can_cross(Check *check, const Type *type, Span span, const char *what, Name function) {
    const char *why = obstacle(type);
    if (!why)
        return true;
    Diag *diag = report_now(check, DIAG_EXPORT, span, "%s of `%s` cannot cross to C", what, name_text(function));
    REPORT_NOTE(diag, "`%s`: %s", type_text(type), why);
    return false;
}

static bool params_cross(Check *check, Template *template) {
    const ParamVec *params = &template->function->clauses.data[0]->params;
    for (size_t i = 0; i < template->param_count; i++) {
        const Type *type = template_annotation(check, template, i);
        const Param *param = &params->data[i];
        if (!type) {
            Diag *diag =
                report_now(check, DIAG_EXPORT, param->span, "a parameter of an exported function needs a type");
            REPORT_HELP(diag, "write `%s: int`, say", param->name ? param->name->text : "x");
            return false;
        }
        if (!can_cross(check, type, param->span, "a parameter", template->name))
            return false;
    }
    return true;
}

// ---- types from patterns -------------------------------------------------------------------------------------------

static const Type *pattern_type(Check *check, ModuleInfo *module, const Pattern *pattern, const Pattern **unknown);

static const Type *record_pattern_type(Check *check, ModuleInfo *module, const Pattern *pattern,
                                       const Pattern **unknown) {
    size_t count = pattern->record.fields.len;
    TypeField *fields = mem_alloc(sizeof(TypeField) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        fields[i] = (TypeField){field->name, pattern_type(check, module, field->pattern, unknown)};
        if (!fields[i].type)
            return NULL;
    }
    return type_record(fields, count);
}

// The type that a pattern asks for, all of it written down; else NULL, and *unknown is the part that says none.
static const Type *pattern_type(Check *check, ModuleInfo *module, const Pattern *pattern, const Pattern **unknown) {
    const Type *type = NULL;
    if (pattern->kind == PATTERN_TYPE)
        type = annotation_type(check, module, pattern->type.type);
    else if (pattern->kind == PATTERN_RECORD)
        return record_pattern_type(check, module, pattern, unknown);
    else if (pattern->kind == PATTERN_LITERAL)
        type = pattern_literal_type(&pattern->literal);
    if (!type)
        *unknown = pattern;
    return type;
}

static bool is_report_of_end(const Pattern *pattern) {
    return pattern->kind == PATTERN_RECORD && pattern->record.fields.len > 0 &&
           pattern->record.fields.data[0].name == name_of("down");
}

// What the body's receives ask for, as far as that is messages from others. NULL: an arm does not say (then reported).
static const Type *received_type(Check *check, const KindInfo *kind, Name function) {
    const Type *type = type_never;
    for (size_t i = 0; i < kind->receives.len; i++) {
        const Receive *receive = &kind->receives.data[i];
        const ArmVec *arms = &receive->expr->receive.arms;
        for (size_t k = 0; k < arms->len; k++) {
            const Pattern *pattern = arms->data[k].pattern, *unknown = NULL;
            if (pattern->kind == PATTERN_WILDCARD || is_report_of_end(pattern))
                continue;
            const Type *one = pattern_type(check, receive->module, pattern, &unknown);
            if (!one) {
                Diag *diag = report_now(check, DIAG_EXPORT, unknown->span,
                                        "C has to know the type of what `%s` receives here", name_text(function));
                REPORT_HELP(diag,
                            "write the type in the pattern: `{job: n: int}`, or name the message's type: `m: Job`");
                return NULL;
            }
            if (!can_cross(check, one, pattern->span, "a message", function))
                return NULL;
            type = type_join(type, one);
        }
    }
    return type;
}

// ---- roots ---------------------------------------------------------------------------------------------------------

typedef struct Exported {
    Template *template;
    Inst *call, *start;
    KindInfo *kind;
    const Type *message;
} Exported;

struct Exports {
    VEC(Exported) all;
};

static const Type **annotations(Check *check, Template *template) {
    const Type **types = mem_alloc(sizeof(Type *) * (template->param_count + 1));
    for (size_t i = 0; i < template->param_count; i++)
        types[i] = template_annotation(check, template, i);
    return types;
}

static void add_export(Check *check, Exports *exports, Template *template) {
    if (!params_cross(check, template))
        return;
    Exported exported = {.template = template};
    exported.kind = kind_new(check, template->name, template->span);
    Inst *inst = instance_root(check, template, NULL, annotations(check, template), exported.kind);
    if (template->uses_process)
        exported.start = inst;
    else
        exported.call = inst;
    vec_push(&exports->all, exported);
}

Exports *exports_begin(Check *check, ModuleInfo *const *modules, size_t count) {
    Exports *exports = mem_new(Exports);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < modules[i]->ast->functions.len; k++) {
            const FunctionDecl *function = modules[i]->ast->functions.data[k];
            if (function->is_exported)
                add_export(check, exports, map_get(&modules[i]->functions, function->name));
        }
    return exports;
}

static bool is_message(const Type *type) {
    for (size_t i = 0; i < type_member_count(type); i++)
        if (type_resolve(type_member(type, i))->kind != TYPE_RECORD)
            return false;
    return type_member_count(type) > 0;
}

static bool is_handler(Check *check, const Exported *exported) {
    Template *template = exported->template;
    size_t count = template->param_count;
    const Type *result = exported->call->result.type;
    if (count == 0 || !result || !is_message(template_annotation(check, template, count - 1)))
        return false;
    if (result->kind == TYPE_NIL || result->kind == TYPE_NEVER)
        return true;
    return count > 1 && type_fits(result, template_annotation(check, template, count - 2));
}

static void start_handler(Check *check, Exported *exported) {
    Template *template = exported->template;
    size_t count = template->param_count - 1;
    Template *loop = template_wrapper(check, TEMPLATE_HANDLER, template, false, count);
    exported->kind->handles = exported->message = template_annotation(check, template, count);
    exported->kind->handles_span = vec_last(&template->function->clauses.data[0]->params).span;
    kind_send(check, exported->kind, exported->message);
    exported->start = instance_root(check, loop, NULL, annotations(check, template), exported->kind);
}

void exports_connect(Check *check, Exports *exports) {
    for (size_t i = 0; i < exports->all.len; i++) {
        Exported *exported = &exports->all.data[i];
        if (exported->call && is_handler(check, exported)) {
            start_handler(check, exported);
        } else if (!exported->call) {
            exported->message = received_type(check, exported->kind, exported->template->name);
            if (exported->message && exported->message->kind != TYPE_NEVER)
                kind_send(check, exported->kind, exported->message);
        }
    }
}

void exports_walk(Check *check, Exports *exports) {
    for (size_t i = 0; i < exports->all.len; i++) {
        if (exports->all.data[i].call)
            instances_walk(check, exports->all.data[i].call);
        if (exports->all.data[i].start)
            instances_walk(check, exports->all.data[i].start);
    }
}

// ---- the result ----------------------------------------------------------------------------------------------------

static TypedExport finish(Check *check, const Exported *exported) {
    Template *template = exported->template;
    const ParamVec *params = &template->function->clauses.data[0]->params;
    TypedExport out = {.name = template->name, .span = template->span, .parameter_count = template->param_count};
    out.parameters = mem_alloc(sizeof(TypeField) * (template->param_count + 1));
    for (size_t i = 0; i < template->param_count; i++)
        out.parameters[i] = (TypeField){params->data[i].name, template_annotation(check, template, i)};
    if (exported->call) {
        out.call = &exported->call->instance;
        can_cross(check, out.call->result->kind == TYPE_NEVER ? type_nil : out.call->result, template->span,
                  "the result", template->name);
    }
    if (exported->start) {
        out.start = &exported->start->instance;
        out.kind = &exported->kind->kind;
        out.message = exported->message && exported->message->kind != TYPE_NEVER ? exported->message : NULL;
    }
    return out;
}

static void collect_aliases(Check *check, ModuleInfo *module, TypedProgram *program) {
    for (size_t i = 0; i < module->ast->aliases.len; i++) {
        const TypeAlias *alias = module->ast->aliases.data[i];
        TypeExpr name = {.kind = TYPE_EXPR_NAME, .span = alias->name_span};
        name.name.name = alias->name;
        name.name.name_span = alias->name_span;
        const Type *type = annotation_type(check, module, &name);
        program->aliases[program->alias_count++] = (TypeField){alias->name, type};
    }
}

void exports_collect(Check *check, const Exports *exports, ModuleInfo *const *modules, size_t count,
                     TypedProgram *program) {
    size_t aliases = 0;
    program->exports = mem_alloc(sizeof(TypedExport) * (exports->all.len + 1));
    for (size_t i = 0; i < exports->all.len; i++)
        program->exports[program->export_count++] = finish(check, &exports->all.data[i]);
    for (size_t i = 0; i < count; i++)
        aliases += modules[i]->ast->aliases.len;
    program->aliases = mem_alloc(sizeof(TypeField) * (aliases + 1));
    for (size_t i = 0; i < count; i++)
        collect_aliases(check, modules[i], program);
}
