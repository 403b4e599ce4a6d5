// What `extern c` declares: the C side of its types, which of them can cross to C, and where.
#include <string.h>

#include "compiler/semantic/check.h"

// Where a type stands; a set of these says where it may.
typedef enum Role {
    ROLE_PARAM = 1,      // by value
    ROLE_REF = 2,        // by its address
    ROLE_OUT = 4,        // filled in by C
    ROLE_INOUT = 8,      //
    ROLE_RESULT = 16,    //
    ROLE_FIELD = 32,     // of a struct
    ROLE_ELEMENT = 64,   // of a list
    ROLE_FILLED = 128,   // of a list that C fills in
    ROLE_CALLBACK = 256, // a parameter of a callback
    ROLE_ANSWER = 512,   // what a callback gives C
} Role;

enum {
    ROLES_OF_STRUCTS =
        ROLE_PARAM | ROLE_REF | ROLE_OUT | ROLE_INOUT | ROLE_RESULT | ROLE_FIELD | ROLE_ELEMENT | ROLE_FILLED,
    ROLES_OF_NUMBERS = ROLES_OF_STRUCTS | ROLE_CALLBACK | ROLE_ANSWER,
    ROLES_OF_STRINGS = ROLE_PARAM | ROLE_OUT | ROLE_RESULT | ROLE_FIELD | ROLE_ELEMENT | ROLE_CALLBACK,
    ROLES_OF_HANDLES = ROLE_PARAM | ROLE_OUT | ROLE_RESULT,
};

enum { STRUCT_DEPTH = 16, STRUCT_BYTES = 2048, FRAME_BYTES = 3072, MOST_PARAMETERS = 60 };

typedef struct Reader {
    Check *check;
    Role role;
    unsigned depth;
    Span use; // where an alias is named that is being read; no file: none is
} Reader;

static const ForeignType *read_type(Reader *reader, ModuleInfo *module, const TypeExpr *expr);

static const ForeignType *refuse(Reader *reader, Span span, const char *what, const char *help) {
    bool named = reader->use.file != NULL;
    Diag *diag = report_now(reader->check, DIAG_FOREIGN_TYPE, named ? reader->use : span, "%s", what);
    if (named)
        REPORT_LABEL(diag, span, "this is it");
    if (*help)
        REPORT_HELP(diag, "%s", help);
    return NULL;
}

static const char *role_words(Role role) {
    switch (role) {
    case ROLE_REF:
        return "behind `ref`";
    case ROLE_OUT:
        return "behind `out`";
    case ROLE_INOUT:
        return "behind `inout`";
    case ROLE_RESULT:
        return "as a result";
    case ROLE_FIELD:
        return "in a struct";
    case ROLE_ELEMENT:
        return "in a list";
    case ROLE_FILLED:
        return "in a list that C fills in";
    case ROLE_CALLBACK:
        return "as what a callback is given";
    case ROLE_ANSWER:
        return "as what a callback gives C";
    default:
        return "here";
    }
}

// Whether what is called `what` may stand there.
static bool allowed(Reader *reader, Span span, const char *what, unsigned roles, const char *help) {
    if (roles & reader->role)
        return true;
    refuse(reader, span, text_format("%s cannot stand %s", what, role_words(reader->role)), help);
    return false;
}

static ForeignType *new_type(ForeignKind kind, uint32_t size, const Type *value) {
    ForeignType *type = mem_new(ForeignType);
    *type = (ForeignType){.kind = kind, .size = size, .align = size, .value = value};
    return type;
}

// ---- names of C's types --------------------------------------------------------------------------------------------

typedef struct NumberRow {
    const char *name;
    ForeignKind kind;
    uint32_t size;
} NumberRow;

static const NumberRow numbers[] = {
    {"int8", FOREIGN_INT8, 1},       {"uint8", FOREIGN_UINT8, 1},     {"int16", FOREIGN_INT16, 2},
    {"uint16", FOREIGN_UINT16, 2},   {"int32", FOREIGN_INT32, 4},     {"uint32", FOREIGN_UINT32, 4},
    {"int64", FOREIGN_INT64, 8},     {"int", FOREIGN_INT64, 8},       {"uint64", FOREIGN_UINT64, 8},
    {"float32", FOREIGN_FLOAT32, 4}, {"float64", FOREIGN_FLOAT64, 8}, {"float", FOREIGN_FLOAT64, 8},
    {"bool", FOREIGN_BOOL, 1},
};

static const NumberRow *find_number(Name name) {
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (strcmp(numbers[i].name, name->text) == 0)
            return &numbers[i];
    return NULL;
}

static const Type *number_value(ForeignKind kind) {
    return kind == FOREIGN_BOOL                                 ? type_bool
           : kind == FOREIGN_FLOAT32 || kind == FOREIGN_FLOAT64 ? type_float
                                                                : type_int;
}

static const char *const names_of_other_languages[][2] = {
    {"char", "int8"},    {"short", "int16"},     {"long", "int"}, {"size_t", "uint64"}, {"size", "uint64"},
    {"double", "float"}, {"unsigned", "uint32"}, {"void", "nil"}, {"text", "string"},
};

const Type *foreign_name_type(Check *check, const TypeExpr *expr) {
    Name name = expr->name.name;
    const NumberRow *row = find_number(name);
    if (row)
        return number_value(row->kind);
    if (strcmp(name->text, "errno") == 0)
        return type_int;
    if (strcmp(name->text, "string") == 0 || strcmp(name->text, "bytes") == 0)
        return type_string;
    Suggestion near = suggest_start(name);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        suggest_offer(&near, name_of(numbers[i].name));
    suggest_offer(&near, name_of("string"));
    suggest_offer(&near, name_of("bytes"));
    suggest_offer(&near, name_of("errno"));
    Diag *diag = report_now(check, DIAG_UNKNOWN_TYPE, expr->span, "unknown type `%s`", name->text);
    const char *other = NULL;
    for (size_t i = 0; i < sizeof(names_of_other_languages) / sizeof(*names_of_other_languages); i++)
        if (strcmp(names_of_other_languages[i][0], name->text) == 0)
            other = names_of_other_languages[i][1];
    if (other)
        REPORT_HELP(diag, "C's `%s` is `%s` here", name->text, other);
    else
        report_near(diag, &near);
    return type_never;
}

static const ForeignType *read_name(Reader *reader, const TypeExpr *expr) {
    Name name = expr->name.name;
    const NumberRow *row = find_number(name);
    if (row)
        return allowed(reader, expr->span, text_format("`%s`", name->text), ROLES_OF_NUMBERS, "")
                   ? new_type(row->kind, row->size, number_value(row->kind))
                   : NULL;
    if (strcmp(name->text, "string") == 0)
        return allowed(reader, expr->span, "a string", ROLES_OF_STRINGS,
                       reader->role == ROLE_FILLED ? "a struct may have one as a field"
                                                   : "`out string` takes one from C, `[uint8]` gives it bytes")
                   ? new_type(FOREIGN_STRING, 8, type_string)
                   : NULL;
    if (strcmp(name->text, "bytes") == 0)
        return allowed(reader, expr->span, "`bytes`", ROLE_PARAM,
                       "it gives C a string's bytes and their number; `out [uint8]` takes bytes from C")
                   ? new_type(FOREIGN_BYTES, 16, type_string)
                   : NULL;
    if (strcmp(name->text, "errno") == 0) {
        ForeignType *type = new_type(FOREIGN_ERRNO, 4, type_int);
        return allowed(reader, expr->span, "`errno`", ROLE_PARAM, "a parameter `code: errno` is a field of the result")
                   ? type
                   : NULL;
    }
    foreign_name_type(reader->check, expr);
    return NULL;
}

// ---- structs -------------------------------------------------------------------------------------------------------

static uint32_t round_up(uint32_t size, uint32_t align) { return (size + align - 1) / align * align; }

static const ForeignType *read_struct(Reader *reader, ModuleInfo *module, const TypeExpr *expr) {
    size_t count = expr->record.fields.len;
    if (!allowed(reader, expr->span, "a struct", ROLES_OF_STRUCTS, "give its fields one by one"))
        return NULL;
    if (count == 0)
        return refuse(reader, expr->span, "a struct without fields is none in C", "leave it out");
    ForeignField *fields = mem_alloc(sizeof(ForeignField) * count);
    ForeignType *type = new_type(FOREIGN_STRUCT, 0, annotation_type(reader->check, module, expr));
    Reader inner = {reader->check, ROLE_FIELD, reader->depth + 1, reader->use};
    type->align = 1;
    for (size_t i = 0; i < count; i++) {
        const TypeExprField *field = &expr->record.fields.data[i];
        const ForeignType *of = read_type(&inner, module, field->type);
        if (!of)
            return NULL;
        type->size = round_up(type->size, of->align);
        fields[i] = (ForeignField){field->name, of, type->size};
        type->size += of->size;
        type->align = of->align > type->align ? of->align : type->align;
    }
    type->size = round_up(type->size, type->align);
    type->fields = fields;
    type->field_count = count;
    if (type->size > STRUCT_BYTES)
        return refuse(reader, expr->span, "this struct is too large", "it may have 2048 bytes");
    return type;
}

// ---- the other forms -----------------------------------------------------------------------------------------------

static const ForeignType *read_alias(Reader *reader, ModuleInfo *module, const TypeExpr *expr) {
    ModuleInfo *where;
    AliasInfo *alias = alias_find(reader->check, module, &expr->name, &where);
    if (reader->depth > STRUCT_DEPTH)
        return refuse(reader, expr->span, "this type contains itself",
                      "a struct of C contains no struct of its own type");
    Reader inner = {reader->check, reader->role, reader->depth + 1, reader->use.file ? reader->use : expr->span};
    const ForeignType *type = alias ? read_type(&inner, where, alias->ast->type) : NULL;
    if (!alias)
        annotation_type(reader->check, module, expr); // says that it is unknown
    return type;
}

static const ForeignType *read_union(Reader *reader, ModuleInfo *module, const TypeExpr *expr) {
    const TypeExpr *other = NULL;
    size_t nils = 0;
    for (size_t i = 0; i < expr->members.len; i++) {
        const TypeExpr *member = expr->members.data[i];
        bool nil = member->kind == TYPE_EXPR_LITERAL && member->literal.kind == LITERAL_NIL;
        nils += nil;
        other = nil ? other : member;
    }
    const ForeignType *type = expr->members.len == 2 && nils == 1 ? read_type(reader, module, other) : NULL;
    if (expr->members.len == 2 && nils == 1 && !type)
        return NULL;
    if (!type || (type->kind != FOREIGN_STRING && type->kind != FOREIGN_HANDLE))
        return refuse(reader, expr->span, "a union cannot cross to C",
                      "only pointers may be nothing: `string | nil`, or a handle `| nil`");
    ForeignType *nullable = mem_new(ForeignType);
    *nullable = *type;
    nullable->nullable = true;
    nullable->value = type_join(type->value, type_nil);
    return nullable;
}

static const ForeignType *read_list(Reader *reader, ModuleInfo *module, const TypeExpr *expr) {
    if (!allowed(reader, expr->span, "a list", ROLE_PARAM | ROLE_REF | ROLE_OUT,
                 "C gets a list's elements and their number as two parameters, or the elements alone as `ref [T]`, "
                 "or fills in an `out [T]`"))
        return NULL;
    Role role = reader->role == ROLE_OUT ? ROLE_FILLED : ROLE_ELEMENT;
    Reader inner = {reader->check, role, reader->depth + 1, reader->use};
    const ForeignType *element = read_type(&inner, module, expr->element);
    if (!element)
        return NULL;
    ForeignType *type = new_type(FOREIGN_LIST, 16, type_list(element->value));
    type->element = element;
    return type;
}

static const ForeignType *read_owned(Reader *reader, const TypeExpr *expr) {
    bool handle = expr->kind == TYPE_EXPR_HANDLE;
    if (handle && !expr->owned.name)
        return refuse(reader, expr->span, "a handle needs a name of its own",
                      "write `Database = handle(close_database)` in the block, and `Database` here");
    unsigned roles = handle ? (unsigned)ROLES_OF_HANDLES : ROLE_OUT | ROLE_RESULT;
    if (!allowed(reader, expr->span, handle ? "a handle" : "a string to be freed", roles,
                 handle ? "a handle is given, or comes back, by itself"
                        : "a string that C is given is not C's: write `string`"))
        return NULL;
    ForeignType *type =
        new_type(handle ? FOREIGN_HANDLE : FOREIGN_STRING, 8, handle ? type_handle(expr->owned.name) : type_string);
    type->function = expr->owned.function;
    type->function_span = expr->owned.function_span;
    return type;
}

// Its own pointer and its parameters are gathered in a frame of 8 bytes each.
static const ForeignType *read_callback(Reader *reader, ModuleInfo *module, const TypeExpr *expr) {
    if (!allowed(reader, expr->span, "a callback", ROLE_PARAM, "C is given callbacks as parameters"))
        return NULL;
    size_t count = expr->record.fields.len, named = 0;
    ForeignField *fields = mem_alloc(sizeof(ForeignField) * count);
    TypeField *message = mem_alloc(sizeof(TypeField) * (count + 1));
    Reader inner = {reader->check, ROLE_CALLBACK, reader->depth + 1, reader->use};
    for (size_t i = 0; i < count; i++) {
        const TypeExprField *field = &expr->record.fields.data[i];
        const ForeignType *of = field->type ? read_type(&inner, module, field->type) : NULL;
        if (field->type && !of)
            return NULL;
        fields[i] = (ForeignField){of ? field->name : NULL, of, 8 * (uint32_t)i};
        if (of)
            message[named++] = (TypeField){field->name, of->value};
    }
    ForeignType *type = new_type(FOREIGN_CALLBACK, 16, NULL);
    type->message = type_record(message, named);
    type->value = type_pid_message(type->message);
    type->fields = fields;
    type->field_count = count;
    if (expr->record.result) {
        inner.role = ROLE_ANSWER;
        type->result = read_type(&inner, module, expr->record.result);
        if (!type->result)
            return NULL;
    }
    vec_push(&reader->check->callbacks, type);
    return type;
}

static const ForeignType *read_type(Reader *reader, ModuleInfo *module, const TypeExpr *expr) {
    switch (expr->kind) {
    case TYPE_EXPR_ERROR:
        return NULL;
    case TYPE_EXPR_NAME:
        return !expr->name.module && !(expr->name.name->text[0] >= 'A' && expr->name.name->text[0] <= 'Z')
                   ? read_name(reader, expr)
                   : read_alias(reader, module, expr);
    case TYPE_EXPR_C_NAME:
        return read_name(reader, expr);
    case TYPE_EXPR_RECORD:
        return read_struct(reader, module, expr);
    case TYPE_EXPR_UNION:
        return read_union(reader, module, expr);
    case TYPE_EXPR_LIST:
        return read_list(reader, module, expr);
    case TYPE_EXPR_C_FREED:
    case TYPE_EXPR_HANDLE:
        return read_owned(reader, expr);
    case TYPE_EXPR_CALLBACK:
        return read_callback(reader, module, expr);
    case TYPE_EXPR_FUNCTION:
        return refuse(reader, expr->span, "a function value cannot cross to C: it belongs to the process that has it",
                      "let C send messages to a process: a parameter `callback(data, code: int32)` takes a pid");
    case TYPE_EXPR_PID:
        return refuse(reader, expr->span, "a pid cannot cross to C as such",
                      "a parameter `callback(data, code: int32)` takes a pid, and gives C a function that sends to it");
    case TYPE_EXPR_MAP:
        return refuse(reader, expr->span, "maps and sets have no form in C",
                      "give a list of numbers, or call the function for each entry");
    case TYPE_EXPR_LITERAL:
        return refuse(reader, expr->span, "a literal type cannot cross to C",
                      "write the type that it is of: `int`, `string`, `bool`");
    case TYPE_EXPR_CONSTRAINED:
        annotation_type(reader->check, module, expr);
        return NULL;
    }
    return NULL;
}

// ---- functions -----------------------------------------------------------------------------------------------------

static bool read_param(Check *check, ModuleInfo *module, const ExternParam *param, ForeignParam *out) {
    static const Role roles[] = {ROLE_PARAM, ROLE_REF, ROLE_OUT, ROLE_INOUT};
    Reader reader = {check, roles[param->mode], 0, {0}};
    const ForeignType *type = read_type(&reader, module, param->type);
    if (!type)
        return false;
    *out = (ForeignParam){param->name, param->span, (ForeignMode)param->mode, type, type->value};
    if (type->kind == FOREIGN_ERRNO)
        out->mode = FOREIGN_OUT;
    if (out->mode == FOREIGN_OUT)
        out->argument = type->kind == FOREIGN_LIST ? type_int : NULL;
    return true;
}

static bool read_params(Check *check, ModuleInfo *module, const ExternFunction *declared, Foreign *foreign) {
    bool good = true;
    uint32_t bytes = 0;
    foreign->param_count = declared->params.len;
    foreign->params = mem_alloc(sizeof(ForeignParam) * (declared->params.len + 1));
    for (size_t i = 0; i < declared->params.len; i++) {
        good &= read_param(check, module, &declared->params.data[i], &foreign->params[i]);
        if (good)
            bytes += foreign->params[i].type->size + 32;
    }
    if (good && (bytes > FRAME_BYTES || declared->params.len > MOST_PARAMETERS)) {
        report_now(check, DIAG_FOREIGN_TYPE, declared->name_span, "`%s` has too many parameters, or too large ones",
                   name_text(declared->name));
        good = false;
    }
    return good;
}

static bool is_nil(const TypeExpr *expr) {
    return !expr || (expr->kind == TYPE_EXPR_LITERAL && expr->literal.kind == LITERAL_NIL);
}

// The result as C gives it, and as the call's value: a record with what C filled in, if it did.
static bool read_result(Check *check, ModuleInfo *module, const ExternFunction *declared, Foreign *foreign) {
    Reader reader = {check, ROLE_RESULT, 0, {0}};
    TypeField *fields = mem_alloc(sizeof(TypeField) * (foreign->param_count + 1));
    size_t count = 0;
    if (!is_nil(declared->result) && !(foreign->result = read_type(&reader, module, declared->result)))
        return false;
    for (size_t i = 0; i < foreign->param_count; i++) {
        const ForeignParam *param = &foreign->params[i];
        if (param->mode == FOREIGN_IN || param->mode == FOREIGN_REF)
            continue;
        if (foreign->result && strcmp(name_text(param->name), "result") == 0) {
            report_now(check, DIAG_FOREIGN_TYPE, param->span, "`result` is what the function itself gives");
            return false;
        }
        fields[count++] = (TypeField){param->name, param->type->value};
    }
    foreign->is_record = count > 0;
    foreign->value = foreign->result ? foreign->result->value : type_nil;
    if (count > 0) {
        if (foreign->result)
            fields[count++] = (TypeField){name_of("result"), foreign->result->value};
        foreign->value = type_record(fields, count);
    }
    return true;
}

// Names that would be the runtime's own, or stand for two things.
static bool has_free_name(Check *check, ModuleInfo *module, const ExternFunction *declared) {
    const Template *function = map_get(&module->functions, declared->name);
    const ExternFunction *same = map_get(&module->externs, declared->name);
    const char *name = name_text(declared->name);
    Diag *diag = NULL;
    if (strncmp(name, "fl_", 3) == 0 || strncmp(name, "fluffy_", 7) == 0) {
        diag = report_now(check, DIAG_EXTERN, declared->name_span, "`%s` is a name of the runtime's", name);
    } else if (function || same != declared) {
        diag = report_now(check, DIAG_DUPLICATE_DEFINITION, declared->name_span, "`%s` is defined twice", name);
        diag_label(diag, function ? function->span : same->name_span, "also here");
    }
    return !diag;
}

static bool closes_first(const Foreign *foreign) {
    const ForeignParam *first = foreign->params;
    return foreign->param_count > 0 && first->mode == FOREIGN_IN && first->type->kind == FOREIGN_HANDLE &&
           first->type->function == foreign->name;
}

Foreign *foreign_declare(Check *check, ModuleInfo *module, const ExternFunction *declared) {
    Foreign *foreign = map_get(&check->foreigns, declared);
    if (foreign)
        return foreign->value ? foreign : NULL;
    foreign = mem_new(Foreign);
    map_set(&check->foreigns, declared, foreign);
    foreign->name = declared->name;
    foreign->module = module->name;
    foreign->span = declared->name_span;
    foreign->is_blocking = declared->is_blocking;
    bool good = has_free_name(check, module, declared);
    if (!read_params(check, module, declared, foreign) || !read_result(check, module, declared, foreign) || !good)
        foreign->value = NULL;
    foreign->closes = foreign->value && closes_first(foreign);
    return foreign->value ? foreign : NULL;
}

void foreigns_declare(Check *check, ModuleInfo *module) {
    for (size_t i = 0; i < module->ast->externs.len; i++) {
        const ExternBlock *block = module->ast->externs.data[i];
        for (size_t k = 0; k < block->functions.len; k++)
            foreign_declare(check, module, &block->functions.data[k]);
    }
}

// ---- calls ---------------------------------------------------------------------------------------------------------

static size_t count_arguments(const Foreign *foreign) {
    size_t count = 0;
    for (size_t i = 0; i < foreign->param_count; i++)
        count += foreign->params[i].argument != NULL;
    return count;
}

static Tree *check_arguments(Frame *frame, const Foreign *foreign, Tree **arguments, const ExprVec *args, Span span) {
    Tree *never = tree_never_of(arguments, args->len, span);
    bool good = true;
    size_t at = 0;
    if (never)
        return never;
    for (size_t i = 0; i < foreign->param_count; i++) {
        const ForeignParam *param = &foreign->params[i];
        if (!param->argument)
            continue;
        good &= check_fits(frame, arguments[at], param->argument, args->data[at], param->span,
                           "the parameter is declared here");
        arguments[at] = convert(frame, arguments[at], param->argument);
        at++;
    }
    return good || !frame->check->reporting ? NULL : tree_never(span);
}

static Tree **eval_arguments(Frame *frame, const Foreign *foreign, const ExprVec *args) {
    Tree **arguments = mem_alloc(sizeof(Tree *) * (args->len + 1));
    size_t at = 0;
    for (size_t i = 0; i < foreign->param_count; i++)
        if (foreign->params[i].argument) {
            arguments[at] = eval(frame, args->data[at], foreign->params[i].argument);
            at++;
        }
    return arguments;
}

static void report_count(Frame *frame, const Foreign *foreign, const Expr *expr) {
    size_t wanted = count_arguments(foreign);
    Diag *diag = report(frame, DIAG_ARITY, expr->call.callee->span, "`%s` takes %zu argument%s, not %zu",
                        name_text(foreign->name), wanted, wanted == 1 ? "" : "s", expr->call.args.len);
    REPORT_LABEL(diag, foreign->span, "declared here");
    if (wanted < foreign->param_count)
        REPORT_NOTE(diag, "what is `out` comes back in the result");
}

Tree *eval_foreign(Frame *frame, ModuleInfo *module, Expr *expr) {
    const ExternFunction *declared = map_get(&module->externs, expr->call.callee->name.name);
    Foreign *foreign = foreign_declare(frame->check, module, declared);
    if (!foreign)
        return tree_never(expr->span);
    if (expr->call.args.len != count_arguments(foreign)) {
        report_count(frame, foreign, expr);
        return tree_never(expr->span);
    }
    Tree **arguments = eval_arguments(frame, foreign, &expr->call.args);
    Tree *failed = check_arguments(frame, foreign, arguments, &expr->call.args, expr->span);
    if (failed)
        return failed;
    if (frame->check->reporting)
        map_set(&frame->check->called_foreigns, foreign, foreign);
    Tree *tree = tree_new(TREE_FOREIGN, foreign->value, expr->span);
    tree->foreign.function = foreign;
    tree->foreign.arguments = arguments;
    tree->foreign.count = expr->call.args.len;
    return tree;
}

// ---- what the program has of them ----------------------------------------------------------------------------------

static void collect_links(const ModuleInfo *module, TypedProgram *program, ForeignLink *links) {
    for (size_t i = 0; i < module->ast->externs.len; i++) {
        const ExternBlock *block = module->ast->externs.data[i];
        for (size_t k = 0; k < block->links.len; k++) {
            Text text = block->links.data[k].text;
            links[program->link_count++] = (ForeignLink){name_of_bytes(text.data, text.len), block->links.data[k].span};
        }
    }
}

void foreigns_collect(Check *check, TypedProgram *program) {
    size_t links = 0;
    for (size_t i = 0; i < check->callbacks.len; i++) {
        ForeignType *callback = check->callbacks.data[i];
        const Type *sent = kind_root(kind_of_message(check, callback->message))->sent.type;
        callback->sent = sent ? sent : callback->message;
    }
    program->foreigns = mem_alloc(sizeof(Foreign *) * (check->called_foreigns.len + 1));
    for (size_t i = 0; i < check->called_foreigns.len; i++)
        program->foreigns[program->foreign_count++] = check->called_foreigns.entries[i].value;
    for (size_t i = 0; i < check->modules.len; i++) {
        const ModuleInfo *module = check->modules.entries[i].value; // NULL: there is no such module
        for (size_t k = 0; module && k < module->ast->externs.len; k++)
            links += module->ast->externs.data[k]->links.len;
    }
    program->links = mem_alloc(sizeof(ForeignLink) * (links + 1));
    for (size_t i = 0; i < check->modules.len; i++)
        if (check->modules.entries[i].value)
            collect_links(check->modules.entries[i].value, program, program->links);
}
