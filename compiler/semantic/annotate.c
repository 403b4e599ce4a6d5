// Types as the user writes them. The builtins' signatures are read the same way, as aliases of a module made of their
// table.
#include <string.h>

#include "compiler/semantic/check.h"
#include "compiler/syntax/parser.h"

static Type *any_marker;

bool is_any_marker(const Type *type) { return type == any_marker; }

static const Type *unsupported_constraint(Check *check, Span span) {
    Diag *diag = report_now(check, DIAG_CONSTRAINT, span, "constraints are not proved yet");
    REPORT_HELP(diag, "test the value with `where` in a pattern, or with `if`");
    return type_never;
}

// ---- aliases -------------------------------------------------------------------------------------------------------

static const Type *alias_type(Check *check, ModuleInfo *module, AliasInfo *alias) {
    if (alias->type)
        return alias->type;
    if (alias->resolving) {
        if (!alias->knot)
            alias->knot = type_knot(alias->ast->name);
        return alias->knot;
    }
    alias->resolving = true;
    const Type *type = annotation_type(check, module, alias->ast->type);
    if (type == alias->knot || type->kind == TYPE_KNOT) {
        report_now(check, DIAG_RECURSIVE_ALIAS, alias->ast->name_span, "type `%s` is defined as itself",
                   name_text(alias->ast->name));
        type = type_never;
    }
    if (alias->knot)
        type_tie(alias->knot, type);
    alias->resolving = false;
    type_set_name(type, alias->ast->name);
    return alias->type = type;
}

// What other languages call a type.
static const char *foreign_type_help(Name name) {
    static const char *const types[][2] = {
        {"any", "`any` stands only in `pid<any>`; leave the type out to have it inferred"},
        {"pid", "a process's type says what it accepts: `pid<{job: int}>`, or `pid<any>`"},
        {"map", "a map's type says what its keys and values are: `map<string, int>`"},
        {"set", "a set's type says what it holds: `set<string>`"},
        {"number", "write `int` or `float`"},
        {"i64", "write `int`, which has 64 bits"},
        {"u64", "write `int`, which has 64 bits with sign"},
        {"i32", "write `int`, which has 64 bits"},
        {"double", "write `float`"},
        {"f64", "write `float`"},
        {"boolean", "write `bool`"},
        {"str", "write `string`"},
        {"char", "a character is a `string` of length 1"},
        {"void", "write `nil`, or leave the type out"},
        {"null", "write `nil`"},
        {"undefined", "write `nil`"},
        {"unknown", "leave the type out to have it inferred"},
        {"list", "a list's type is `[T]`"},
        {"array", "a list's type is `[T]`"},
        {"Map", "a map's type is `map<string, int>`"},
        {"Set", "a set's type is `set<string>`"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(types[i][0], name->text) == 0)
            return types[i][1];
    return NULL;
}

static void unknown_type(Check *check, ModuleInfo *module, const QualifiedName *name, ModuleInfo *where) {
    static const char *const basic[] = {"int", "float", "bool", "string", "nil", "pid"};
    Suggestion near = suggest_start(name->name);
    for (size_t i = 0; i < sizeof(basic) / sizeof(*basic) && !name->module; i++)
        suggest_offer(&near, name_of(basic[i]));
    for (size_t i = 0; where && i < where->aliases.len; i++)
        suggest_offer(&near, where->aliases.entries[i].key);
    Diag *diag = report_now(check, DIAG_UNKNOWN_TYPE, name->name_span, "unknown type `%s`", name_text(name->name));
    const char *help = name->module ? NULL : foreign_type_help(name->name);
    if (diag && help)
        diag_help(diag, "%s", help);
    else if (diag && module && map_has(&module->functions, name->name))
        diag_note(diag, "`%s` is a function", name_text(name->name));
    else
        report_near(diag, &near);
}

static const Type *basic_type(Name name) {
    static const struct {
        const char *name;
        const Type *const *type;
    } basic[] = {{"int", &type_int},       {"float", &type_float}, {"bool", &type_bool},
                 {"string", &type_string}, {"nil", &type_nil},     {"never", &type_never}};
    for (size_t i = 0; i < sizeof(basic) / sizeof(*basic); i++)
        if (strcmp(basic[i].name, name->text) == 0)
            return *basic[i].type;
    return NULL;
}

AliasInfo *alias_find(const Check *check, ModuleInfo *module, const QualifiedName *name, ModuleInfo **where) {
    *where = name->module ? map_get(&check->modules, name->module) : module;
    if (!*where)
        return NULL;
    AliasInfo *alias = map_get(&(*where)->aliases, name->name);
    if (!alias && !name->module && check->prelude && (alias = map_get(&check->prelude->aliases, name->name)))
        *where = check->prelude;
    return alias;
}

static const Type *named_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    const QualifiedName *name = &expr->name;
    const Type *basic = name->module ? NULL : basic_type(name->name);
    if (basic && (basic != type_never || !module))
        return basic;
    if (!module) // a builtin's signature
        return strcmp(name->name->text, "pid") == 0 ? type_pid_any : any_marker;
    ModuleInfo *where;
    AliasInfo *alias = alias_find(check, module, name, &where);
    if (!where)
        return type_never; // reported where the module is first named
    if (alias)
        return alias_type(check, where, alias);
    if (map_has(&where->constraints, name->name))
        return unsupported_constraint(check, expr->span);
    unknown_type(check, module, name, where);
    return type_never;
}

// ---- the other forms -----------------------------------------------------------------------------------------------

static const Type *literal_type(Check *check, const TypeExpr *expr) {
    switch (expr->literal.kind) {
    case LITERAL_INT:
        return type_literal_int(expr->literal.integer);
    case LITERAL_STRING:
        return type_literal_string(name_of_bytes(expr->literal.string.data, expr->literal.string.len));
    case LITERAL_BOOL:
        return type_literal_bool(expr->literal.boolean);
    case LITERAL_NIL:
        return type_nil;
    case LITERAL_FLOAT:
        break;
    }
    Diag *diag = report_now(check, DIAG_UNKNOWN_TYPE, expr->span, "a float is no type");
    REPORT_HELP(diag, "write `float`");
    return type_never;
}

// A part of a type. After an error in it (`*bad`) nothing is known of the whole: that fits everywhere, too.
static const Type *part_type(Check *check, ModuleInfo *module, const TypeExpr *expr, bool *bad) {
    const Type *type = annotation_type(check, module, expr);
    *bad |= module && type->kind == TYPE_NEVER; // `never` is a name in builtins' signatures only
    return type;
}

static const Type *list_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    bool bad = false;
    const Type *element = part_type(check, module, expr->element, &bad);
    return bad ? type_never : type_list(element);
}

static const Type *pid_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    const TypeExpr *argument = expr->argument;
    if (argument->kind == TYPE_EXPR_NAME && !argument->name.module && strcmp(argument->name.name->text, "any") == 0)
        return type_pid_any;
    bool bad = false;
    const Type *message = part_type(check, module, argument, &bad);
    return bad ? type_never : type_pid_message(message);
}

static const Type *map_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    bool bad = false;
    const Type *key = part_type(check, module, expr->map.key, &bad);
    const Type *value = expr->map.value ? part_type(check, module, expr->map.value, &bad) : NULL;
    if (!bad && type_has_function(key)) {
        report_now(check, DIAG_BAD_KEY, expr->map.key->span, "functions are no keys: they do not compare");
        bad = true;
    }
    return bad ? type_never : type_map(key, value);
}

static const Type *record_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    VEC(TypeField) fields = {0};
    bool bad = false;
    for (size_t i = 0; i < expr->record.fields.len; i++)
        vec_push(&fields, (TypeField){.name = expr->record.fields.data[i].name,
                                      .type = part_type(check, module, expr->record.fields.data[i].type, &bad)});
    return bad ? type_never : type_record(fields.data, fields.len);
}

// What a process is sent by a callback: a record of its parameters.
static const Type *callback_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    VEC(TypeField) fields = {0};
    bool bad = false;
    for (size_t i = 0; i < expr->record.fields.len; i++) {
        const TypeExprField *field = &expr->record.fields.data[i];
        if (field->type)
            vec_push(&fields, (TypeField){field->name, part_type(check, module, field->type, &bad)});
    }
    return bad ? type_never : type_pid_message(type_record(fields.data, fields.len));
}

static const Type *function_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    TypeList params = {0};
    bool bad = false;
    for (size_t i = 0; i < expr->function.params.len; i++)
        vec_push(&params, part_type(check, module, expr->function.params.data[i], &bad));
    const Type *result = part_type(check, module, expr->function.result, &bad);
    return bad ? type_never : type_function_arrow(params.data, params.len, result);
}

// ---- unions
//
// `Item = {next: Item | nil}`: while Item is being read, nothing is known of it, but a union has to know its members.
// So the alias's right side is read once more in the place of its name; when that comes to the same union again, this
// is a knot. What comes out is the record whose `next` is the recursive union of nil and such a record.

// A union and whatever is written alike in the same file is read once: while it is read, and for good, others within it
// mean its knot. So reading takes time linear in the length of the types.
struct OpenUnion {
    const TypeExpr *expr;
    Type *knot;       // NULL: not met within itself
    const Type *type; // NULL: it is being read
    OpenUnion *outer; // while it is being read
};

static Name union_key(const TypeExpr *expr) {
    Text text = span_text(expr->span);
    return name_of(text_format("%p %.*s", (const void *)expr->span.file, (int)text.len, text.data));
}

typedef struct UnionReader {
    Check *check;
    TypeList members;
    bool bad;
    VEC(const AliasInfo *) entered; // whose right sides are unions that became part of this one
} UnionReader;

static void defined_as_itself(UnionReader *reader, const TypeExpr *expr) {
    report_now(reader->check, DIAG_RECURSIVE_ALIAS, expr->span, "type `%s` is defined as itself",
               name_text(expr->name.name));
    reader->bad = true;
}

static void add_member(UnionReader *reader, ModuleInfo *module, const TypeExpr *expr);

// An alias that is being read.
static void add_alias(UnionReader *reader, ModuleInfo *module, const TypeExpr *expr) {
    ModuleInfo *where = NULL;
    const AliasInfo *alias =
        expr->kind == TYPE_EXPR_NAME ? alias_find(reader->check, module, &expr->name, &where) : NULL;
    if (!alias)
        return;
    const TypeExpr *body = alias->ast->type;
    if (body->kind != TYPE_EXPR_UNION && body->kind != TYPE_EXPR_NAME) {
        vec_push(&reader->members, part_type(reader->check, where, body, &reader->bad));
        return;
    }
    for (size_t i = 0; i < reader->entered.len; i++)
        if (reader->entered.data[i] == alias) {
            defined_as_itself(reader, expr);
            return;
        }
    vec_push(&reader->entered, alias);
    if (body->kind == TYPE_EXPR_NAME)
        add_member(reader, where, body);
    for (size_t i = 0; body->kind == TYPE_EXPR_UNION && i < body->members.len; i++) {
        if (reader->check->open_unions->expr == body) {
            defined_as_itself(reader, expr);
            return;
        }
        add_member(reader, where, body->members.data[i]);
    }
}

static void add_member(UnionReader *reader, ModuleInfo *module, const TypeExpr *expr) {
    const Type *member = part_type(reader->check, module, expr, &reader->bad);
    if (member->kind == TYPE_KNOT && !member->knot.target)
        add_alias(reader, module, expr);
    else
        vec_push(&reader->members, member);
}

static const Type *read_union(Check *check, ModuleInfo *module, const TypeExpr *expr, OpenUnion *open) {
    UnionReader reader = {.check = check};
    check->open_unions = open;
    for (size_t i = 0; i < expr->members.len; i++)
        add_member(&reader, module, expr->members.data[i]);
    check->open_unions = open->outer;
    return reader.bad ? type_never : type_union(reader.members.data, reader.members.len);
}

static const Type *union_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    Name key = union_key(expr);
    OpenUnion *known = map_get(&check->unions, key);
    if (!known) {
        OpenUnion *open = mem_new(OpenUnion);
        *open = (OpenUnion){.expr = expr, .outer = check->open_unions};
        map_set(&check->unions, key, open);
        open->type = read_union(check, module, expr, open);
        if (open->knot)
            type_tie(open->knot, open->type);
        return open->type;
    }
    if (known->type)
        return known->type;
    if (!known->knot)
        known->knot = type_knot(NULL);
    return known->knot;
}

const Type *annotation_type(Check *check, ModuleInfo *module, const TypeExpr *expr) {
    switch (expr->kind) {
    case TYPE_EXPR_ERROR:
        return type_never;
    case TYPE_EXPR_NAME:
        return named_type(check, module, expr);
    case TYPE_EXPR_LITERAL:
        return literal_type(check, expr);
    case TYPE_EXPR_PID:
        return pid_type(check, module, expr);
    case TYPE_EXPR_MAP:
        return map_type(check, module, expr);
    case TYPE_EXPR_RECORD:
        return record_type(check, module, expr);
    case TYPE_EXPR_LIST:
        return list_type(check, module, expr);
    case TYPE_EXPR_FUNCTION:
        return function_type(check, module, expr);
    case TYPE_EXPR_UNION:
        return union_type(check, module, expr);
    case TYPE_EXPR_CONSTRAINED:
        return unsupported_constraint(check, expr->span);
    case TYPE_EXPR_C_NAME:
        return foreign_name_type(check, expr);
    case TYPE_EXPR_C_FREED:
        return type_string;
    case TYPE_EXPR_HANDLE:
        return expr->owned.name ? type_handle(expr->owned.name) : type_never;
    case TYPE_EXPR_CALLBACK:
        return callback_type(check, module, expr);
    }
    return type_never;
}

// ---- parameters ----------------------------------------------------------------------------------------------------

// The join of all clauses' annotations; NULL if a clause has none.
static const Type *function_annotation(Check *check, const Template *template, size_t param) {
    const Type *type = NULL;
    for (size_t i = 0; i < template->function->clauses.len; i++) {
        const FunctionClause *clause = template->function->clauses.data[i];
        const TypeExpr *expr = param < clause->params.len ? clause->params.data[param].type : NULL;
        if (!expr)
            return NULL;
        const Type *one = annotation_type(check, template->module, expr);
        type = type ? type_join(type, one) : one;
    }
    return type;
}

static const Type *param_annotation(Check *check, const Template *template, size_t param) {
    switch (template->kind) {
    case TEMPLATE_FUNCTION:
        return function_annotation(check, template, param);
    case TEMPLATE_LAMBDA: {
        const TypeExpr *expr = template->expr->lambda.params.data[param].type;
        return expr ? annotation_type(check, template->module, expr) : NULL;
    }
    case TEMPLATE_BUILTIN: {
        const Type *type = builtin_type(check, template->builtin)->function.parameters[param];
        return is_any_marker(type) || type == type_pid_any ? NULL : type;
    }
    default:
        return NULL;
    }
}

const Type *template_annotation(Check *check, Template *template, size_t param) {
    if (param >= template->param_count)
        return NULL;
    if (!template->annotations) {
        template->annotations = mem_alloc(sizeof(Type *) * (template->param_count + 1));
        for (size_t i = 0; i < template->param_count; i++)
            template->annotations[i] = param_annotation(check, template, i);
    }
    return template->annotations[param];
}

// ---- builtins ------------------------------------------------------------------------------------------------------

static void read_signatures(Check *check) {
    StringBuilder text = {0};
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        sb_addf(&text, "B%zu = %s\n", i, builtin_table[i].signature);
    Diagnostics none = {0};
    const Module *module = parse_module(source_new("builtins.def", sb_text(&text), (uint32_t)text.len), &none);
    any_marker = type_knot(name_of("any"));
    check->builtin_types = mem_alloc(sizeof(Type *) * BUILTIN_COUNT);
    for (size_t i = 0; i < BUILTIN_COUNT && i < module->aliases.len; i++)
        check->builtin_types[i] = annotation_type(check, NULL, module->aliases.data[i]->type);
}

const Type *builtin_type(Check *check, Builtin builtin) {
    if (!check->builtin_types)
        read_signatures(check);
    return check->builtin_types[builtin];
}
