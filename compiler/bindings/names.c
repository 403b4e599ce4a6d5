#include "compiler/bindings/names.h"

#include <ctype.h>
#include <string.h>

#include "compiler/base/sb.h"

const char *bindings_wrong_name(const char *library) {
    bool good = isalpha((unsigned char)library[0]);
    for (const char *at = library; *at; at++)
        good &= isalnum((unsigned char)*at) || *at == '_';
    if (!good)
        return "a library's name begins the names of its functions in C: letters, digits and `_`";
    return strcmp(library, "fluffy") == 0 || strcmp(library, "fl") == 0 ? "this name is the runtime's own" : NULL;
}

// ---- texts ---------------------------------------------------------------------------------------------------------

static const char *const words[] = {
    "alignas",  "alignof", "and",     "asm",       "auto",     "bool",     "break",     "case",      "catch",
    "char",     "class",   "const",   "constexpr", "continue", "decltype", "default",   "delete",    "do",
    "double",   "else",    "enum",    "explicit",  "export",   "extern",   "false",     "float",     "for",
    "friend",   "goto",    "if",      "inline",    "int",      "long",     "mutable",   "namespace", "new",
    "noexcept", "not",     "nullptr", "operator",  "or",       "private",  "protected", "public",    "register",
    "restrict", "return",  "short",   "signed",    "sizeof",   "static",   "struct",    "switch",    "template",
    "this",     "throw",   "true",    "try",       "typedef",  "typeid",   "typename",  "union",     "unsigned",
    "using",    "virtual", "void",    "volatile",  "while",    "xor",      "errno",     "stdin",     "stdout",
    "stderr",   "NULL",    "linux",   "unix",
};

static bool is_word(const char *text) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return false;
}

// Letters, digits and `_`, small, with `_` where a capital begins a word.
static const char *snake(const char *text) {
    StringBuilder sb = {0};
    for (const char *at = text; *at; at++) {
        if (isupper((unsigned char)*at) && at > text && !isupper((unsigned char)at[-1]) && at[-1] != '_')
            sb_add(&sb, "_");
        sb_addf(&sb, "%c", isalnum((unsigned char)*at) ? tolower((unsigned char)*at) : '_');
    }
    return sb_text(&sb);
}

const char *c_name(Name name) {
    const char *text = name ? name->text : "value";
    return is_word(text) ? text_format("%s_", text) : text;
}

// Names of the parameters that are always there.
static const char *const taken[] = {"options", "pid",    "scope", "result", "words",
                                    "word",    "status", "given", "shape",  "fields"};

const char *c_parameter(Name name) {
    const char *text = c_name(name);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(taken[i], text) == 0)
            return text_format("%s_", text);
    return text;
}

const char *c_capitals(const char *text) {
    StringBuilder sb = {0};
    for (; *text; text++)
        sb_addf(&sb, "%c", toupper((unsigned char)*text));
    return sb_text(&sb);
}

// ---- forms ---------------------------------------------------------------------------------------------------------

CForm c_form(const Type *type) {
    static const CForm forms[] = {
        [TYPE_BOOL] = C_BOOL, [TYPE_INT] = C_INT,       [TYPE_FLOAT] = C_FLOAT, [TYPE_STRING] = C_STRING,
        [TYPE_PID] = C_PID,   [TYPE_RECORD] = C_RECORD, [TYPE_LIST] = C_LIST,   [TYPE_UNION] = C_UNION,
    };
    return type->kind < sizeof forms / sizeof *forms ? forms[type->kind] : C_NONE;
}

bool c_refers(const Type *type) {
    switch (c_form(type)) {
    case C_STRING:
    case C_LIST:
        return true;
    case C_RECORD:
        for (size_t i = 0; i < type->record.count; i++)
            if (c_refers(type->record.fields[i].type))
                return true;
        return false;
    case C_UNION:
        for (size_t i = 0; i < type->members.count; i++)
            if (c_refers(type->members.types[i]))
                return true;
        return false;
    default:
        return false;
    }
}

static CType *find(const CTypes *types, const Type *type) {
    for (size_t i = 0; i < types->all.len; i++)
        if (types->all.data[i]->type == type)
            return types->all.data[i];
    return NULL;
}

const CType *c_named(const CTypes *types, const Type *type) { return find(types, type); }

const char *c_type(const CTypes *types, const Type *type) {
    static const char *const basic[] = {"", "bool", "int64_t", "double", "fluffy_string", "fluffy_pid"};
    CForm form = c_form(type);
    return form < C_RECORD ? basic[form] : find(types, type)->name;
}

// ---- names ---------------------------------------------------------------------------------------------------------

static const char *alias_of(const CTypes *types, const Type *type) {
    for (size_t i = 0; i < types->program->alias_count; i++)
        if (types->program->aliases[i].type == type)
            return snake(types->program->aliases[i].name->text);
    return NULL;
}

static bool is_taken(const CTypes *types, const char *name) {
    for (size_t i = 0; i < types->all.len; i++)
        if (strcmp(types->all.data[i]->name, name) == 0)
            return true;
    for (size_t i = 0; i < types->program->export_count; i++) {
        const char *function = types->program->exports[i].name->text;
        if (types->program->exports[i].call && strcmp(text_format("%s_%s", types->library, function), name) == 0)
            return true;
    }
    return false;
}

static const char *free_name(const CTypes *types, const char *wanted) {
    const char *name = text_format("%s_%s", types->library, wanted);
    for (int i = 2; is_taken(types, name); i++)
        name = text_format("%s_%s_%d", types->library, wanted, i);
    return name;
}

// What a member of a union is called: by its alias, its literal, or what it is.
static const char *member_name(const CTypes *types, const Type *type) {
    static const char *const basic[] = {"nil", "boolean", "integer", "real", "text", "process", "record", "list"};
    const char *alias = alias_of(types, type);
    if (alias)
        return alias;
    if (type->kind == TYPE_LITERAL_STRING)
        return snake(type->literal.text->text);
    if (type->kind == TYPE_LITERAL_BOOL)
        return type->literal.integer ? "yes" : "no";
    if (type->kind == TYPE_LITERAL_INT)
        return text_format("%s%lld", type->literal.integer < 0 ? "minus_" : "number_",
                           (long long)(type->literal.integer < 0 ? -type->literal.integer : type->literal.integer));
    for (size_t i = 0; type->kind == TYPE_RECORD && i < type->record.count; i++)
        if (type->record.fields[i].type->kind == TYPE_LITERAL_STRING)
            return snake(type->record.fields[i].type->literal.text->text);
    if (type->kind == TYPE_RECORD && type->record.count > 0)
        return snake(type->record.fields[0].name->text);
    return basic[c_form(type)];
}

static void name_members(const CTypes *types, CType *entry) {
    size_t count = entry->type->members.count;
    entry->members = mem_alloc((count + 1) * sizeof *entry->members);
    for (size_t i = 0; i < count; i++) {
        const char *wanted = member_name(types, entry->type->members.types[i]);
        if (is_word(wanted) || !(isalpha((unsigned char)*wanted) || *wanted == '_'))
            wanted = text_format("%s_", wanted);
        entry->members[i] = wanted;
        for (size_t k = 0, number = 2; k < i; k++)
            if (strcmp(entry->members[k], entry->members[i]) == 0) {
                entry->members[i] = text_format("%s_%zu", wanted, number++);
                k = (size_t)-1;
            }
    }
}

// ---- collecting ----------------------------------------------------------------------------------------------------

static void add(CTypes *types, const Type *type, const char *wanted);

static void add_parts(CTypes *types, const Type *type, const char *wanted) {
    switch (c_form(type)) {
    case C_RECORD:
        for (size_t i = 0; i < type->record.count; i++)
            add(types, type->record.fields[i].type,
                text_format("%s_%s", wanted, snake(type->record.fields[i].name->text)));
        break;
    case C_LIST:
        add(types, type->element, text_format("%s_item", wanted));
        break;
    case C_UNION:
        for (size_t i = 0; i < type->members.count; i++)
            add(types, type->members.types[i],
                text_format("%s_%s", wanted, member_name(types, type->members.types[i])));
        break;
    default:
        break;
    }
}

static void add(CTypes *types, const Type *type, const char *wanted) {
    if (type->kind == TYPE_PID && type->pid.message) {
        add(types, type->pid.message, text_format("%s_reply", wanted));
        CType *received = find(types, type->pid.message);
        if (received)
            received->received = true;
        return;
    }
    if (c_form(type) < C_RECORD || find(types, type))
        return;
    const char *alias = alias_of(types, type);
    if (alias)
        wanted = alias;
    add_parts(types, type, wanted);
    CType *entry = mem_new(CType);
    *entry = (CType){.type = type, .form = c_form(type), .name = free_name(types, wanted)};
    if (entry->form == C_UNION)
        name_members(types, entry);
    vec_push(&types->all, entry);
}

void c_types(CTypes *types, const TypedProgram *program, const char *library) {
    *types = (CTypes){.library = library, .program = program};
    for (size_t i = 0; i < program->export_count; i++) {
        const TypedExport *export = &program->exports[i];
        const char *name = snake(export->name->text);
        if (export->message)
            add(types, export->message, text_format("%s_message", name));
        for (size_t k = 0; k < export->parameter_count; k++)
            add(types, export->parameters[k].type, text_format("%s_%s", name, c_name(export->parameters[k].name)));
        if (export->call)
            add(types, export->call->result, text_format("%s_result", name));
    }
}
