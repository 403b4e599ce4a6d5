#include "compiler/base/map.h"
#include "compiler/base/sb.h"
#include "compiler/bindings/functions.h"

// ---- shapes --------------------------------------------------------------------------------------------------------

static void add_quoted(StringBuilder *out, Name text) {
    sb_add(out, "\"");
    for (size_t i = 0; i < text->len; i++)
        sb_addf(out, "\\%03o", (unsigned char)text->text[i]);
    sb_add(out, "\"");
}

// `&shape_…` of a type.
static const char *shape_of(const CTypes *types, const Type *type) {
    static const char *const basic[] = {"nil", "bool", "int", "float", "string", "pid"};
    if (type->kind == TYPE_LITERAL_BOOL || type->kind == TYPE_LITERAL_INT || type->kind == TYPE_LITERAL_STRING)
        return text_format("&shape_literal_%u", (unsigned)type->id);
    if (c_form(type) < C_RECORD)
        return text_format("&shape_%s", basic[c_form(type)]);
    return text_format("&shape_of_%s", c_named(types, type)->name);
}

static void write_basic(StringBuilder *out) {
    static const char *const rows[][3] = {
        {"nil", "NIL", "0"},
        {"bool", "BOOL", "sizeof(bool)"},
        {"int", "INT", "sizeof(int64_t)"},
        {"float", "FLOAT", "sizeof(double)"},
        {"string", "STRING", "sizeof(fluffy_string)"},
        {"pid", "PID", "sizeof(fluffy_pid)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        sb_addf(out, "__attribute__((unused)) static const FlShape shape_%s = {.kind = FL_SHAPE_%s, .size = %s};\n",
                rows[i][0], rows[i][1], rows[i][2]);
}

static void write_literal(Map *written, const Type *type, StringBuilder *out) {
    bool text = type->kind == TYPE_LITERAL_STRING;
    if ((!text && type->kind != TYPE_LITERAL_BOOL && type->kind != TYPE_LITERAL_INT) || !map_add(written, type))
        return;
    sb_addf(out, "static const FlShape shape_literal_%u = {.kind = FL_SHAPE_%s, ", (unsigned)type->id,
            text                              ? "TEXT"
            : type->kind == TYPE_LITERAL_BOOL ? "TRUTH"
                                              : "NUMBER");
    if (text) {
        sb_add(out, ".text = ");
        add_quoted(out, type->literal.text);
        sb_addf(out, ", .text_length = %zu};\n", (size_t)type->literal.text->len);
    } else {
        sb_addf(out, ".number = (int64_t)%lluu};\n", (unsigned long long)type->literal.integer);
    }
}

static void write_part_literals(Map *written, const Type *type, StringBuilder *out) {
    write_literal(written, type, out);
    for (size_t i = 0; type->kind == TYPE_RECORD && i < type->record.count; i++)
        write_literal(written, type->record.fields[i].type, out);
    for (size_t i = 0; type->kind == TYPE_UNION && i < type->members.count; i++)
        write_literal(written, type->members.types[i], out);
    if (type->kind == TYPE_LIST)
        write_literal(written, type->element, out);
}

static void write_record_shape(const CTypes *types, const CType *entry, StringBuilder *out) {
    const Type *type = entry->type;
    sb_addf(out, "static const FlShapeField fields_of_%s[] = {\n", entry->name);
    for (size_t i = 0; i < type->record.count; i++) {
        const TypeField *field = &type->record.fields[i];
        sb_add(out, "    {");
        add_quoted(out, field->name);
        if (c_form(field->type) == C_NONE)
            sb_addf(out, ", 0, %s},\n", shape_of(types, field->type));
        else
            sb_addf(out, ", offsetof(%s, %s), %s},\n", entry->name, c_name(field->name), shape_of(types, field->type));
    }
    sb_addf(out,
            "    {0}};\nstatic const FlShape shape_of_%s = {.kind = FL_SHAPE_RECORD, .count = %zu, .size = sizeof(%s), "
            ".fields = fields_of_%s};\n",
            entry->name, type->record.count, entry->name, entry->name);
}

static void write_union_shape(const CTypes *types, const CType *entry, StringBuilder *out) {
    const Type *type = entry->type;
    sb_addf(out, "static const FlShapeField fields_of_%s[] = {\n", entry->name);
    for (size_t i = 0; i < type->members.count; i++) {
        const Type *member = type->members.types[i];
        if (c_form(member) == C_NONE)
            sb_addf(out, "    {NULL, 0, %s},\n", shape_of(types, member));
        else
            sb_addf(out, "    {NULL, offsetof(%s, as.%s), %s},\n", entry->name, entry->members[i],
                    shape_of(types, member));
    }
    sb_addf(out,
            "};\nstatic const FlShape shape_of_%s = {.kind = FL_SHAPE_UNION, .count = %zu, .size = sizeof(%s), "
            ".fields = fields_of_%s};\n",
            entry->name, type->members.count, entry->name, entry->name);
}

static void write_shapes(const CTypes *types, StringBuilder *out) {
    Map literals = {0};
    write_basic(out);
    for (size_t i = 0; i < types->all.len; i++) {
        const CType *entry = types->all.data[i];
        write_part_literals(&literals, entry->type, out);
        if (entry->form == C_RECORD)
            write_record_shape(types, entry, out);
        else if (entry->form == C_UNION)
            write_union_shape(types, entry, out);
        else
            sb_addf(out,
                    "static const FlShape shape_of_%s = {.kind = FL_SHAPE_ARRAY, .size = sizeof(%s), .element = %s};\n",
                    entry->name, entry->name, shape_of(types, entry->type->element));
    }
    for (size_t i = 0; i < types->program->export_count; i++) {
        const TypedExport *export = &types->program->exports[i];
        for (size_t k = 0; k < export->parameter_count; k++)
            write_literal(&literals, export->parameters[k].type, out);
        if (export->call)
            write_literal(&literals, export->call->result, out);
        if (export->message)
            write_literal(&literals, export->message, out);
    }
}

// ---- arguments -----------------------------------------------------------------------------------------------------

static void write_null_check(const char *name, StringBuilder *out) {
    sb_addf(out, "    if (!%s)\n        return fl_host_null(\"%s\");\n", name, name);
}

// Of the first `count` parameters, those that are passed by their addresses.
static void write_null_checks(const TypedExport *export, size_t count, StringBuilder *out) {
    for (size_t i = 0; i < count; i++)
        if (c_by_address(export->parameters[i].type))
            write_null_check(c_parameter(export->parameters[i].name), out);
}

// A struct with the first `count` parameters, its shape, and in `given` a value of it.
static void write_arguments(const CTypes *types, const TypedExport *export, size_t count, StringBuilder *out) {
    sb_add(out, "    struct arguments {\n");
    for (size_t i = 0; i < count; i++)
        if (c_form(export->parameters[i].type) != C_NONE)
            sb_addf(out, "        %s a%zu;\n", c_type(types, export->parameters[i].type), i);
    sb_add(out, "        char end;\n    };\n    static const FlShapeField fields[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const Type *type = export->parameters[i].type;
        if (c_form(type) == C_NONE)
            sb_addf(out, "        {NULL, 0, %s},\n", shape_of(types, type));
        else
            sb_addf(out, "        {NULL, offsetof(struct arguments, a%zu), %s},\n", i, shape_of(types, type));
    }
    sb_addf(
        out,
        "        {0}};\n    static const FlShape shape = {.kind = FL_SHAPE_TUPLE, .count = %zu, .fields = fields};\n"
        "    struct arguments given = {",
        count);
    for (size_t i = 0; i < count; i++) {
        const Type *type = export->parameters[i].type;
        if (c_form(type) != C_NONE)
            sb_addf(out, "%s%s, ", c_by_address(type) ? "*" : "", c_parameter(export->parameters[i].name));
    }
    sb_add(out, "0};\n");
}

// ---- functions -----------------------------------------------------------------------------------------------------

static bool is_number(const Type *type) {
    return type->kind == TYPE_INT || type->kind == TYPE_FLOAT || type->kind == TYPE_BOOL;
}

static bool is_of_numbers(const TypedExport *export) {
    bool numbers = is_number(export->call->result);
    for (size_t i = 0; i < export->parameter_count; i++)
        numbers &= is_number(export->parameters[i].type);
    return numbers;
}

// The words of arguments and result; that of an int is the caller's own.
static void write_numbers_call(const TypedExport *export, size_t index, StringBuilder *out) {
    TypeKind kind = export->call->result->kind;
    sb_addf(out, "    uint64_t words[%zu];\n", export->parameter_count + 1);
    for (size_t i = 0; i < export->parameter_count; i++) {
        const char *name = c_parameter(export->parameters[i].name);
        if (export->parameters[i].type->kind == TYPE_FLOAT)
            sb_addf(out, "    memcpy(&words[%zu], &%s, sizeof(double));\n", i, name);
        else
            sb_addf(out, "    words[%zu] = (uint64_t)%s;\n", i, name);
    }
    if (kind == TYPE_INT) {
        sb_addf(out, "    return fl_host_call_words(%zu, words, (uint64_t *)result);\n", index);
        return;
    }
    sb_addf(out, "    uint64_t word;\n    fluffy_status status = fl_host_call_words(%zu, words, &word);\n", index);
    sb_addf(out, "    if (status == FLUFFY_OK)\n        %s;\n    return status;\n",
            kind == TYPE_FLOAT ? "memcpy(result, &word, sizeof(double))" : "*result = word != 0");
}

static void write_call(const CTypes *types, const TypedExport *export, size_t index, StringBuilder *out) {
    const Type *result = export->call->result;
    sb_addf(out, "\n%s {\n", c_call_declaration(types, export));
    write_null_checks(export, export->parameter_count, out);
    if (c_refers(result))
        write_null_check("scope", out);
    if (c_form(result) != C_NONE)
        write_null_check("result", out);
    if (is_of_numbers(export)) {
        write_numbers_call(export, index, out);
    } else {
        write_arguments(types, export, export->parameter_count, out);
        sb_addf(out, "    return fl_host_call(%zu, &shape, &given, %s, %s, %s);\n", index, shape_of(types, result),
                c_refers(result) ? "scope" : "NULL", c_form(result) == C_NONE ? "NULL" : "result");
    }
    sb_add(out, "}\n");
}

static void write_spawn(const CTypes *types, const TypedExport *export, size_t index, StringBuilder *out) {
    sb_addf(out, "\n%s {\n", c_spawn_declaration(types, export));
    write_null_checks(export, spawn_parameters(export), out);
    write_arguments(types, export, spawn_parameters(export), out);
    sb_addf(out, "    return fl_host_spawn(%zu, &shape, &given, options, pid);\n}\n", index);
}

static void write_send(const CTypes *types, const TypedExport *export, size_t index, StringBuilder *out) {
    const Type *message = export->message;
    size_t plans = message->kind == TYPE_UNION ? message->members.count : 1;
    sb_addf(out, "\n%s {\n    static FlPlan plans[%zu];\n    return fl_host_send(%zu, %s, plans, to, %smessage);\n}\n",
            c_send_declaration(types, export), plans, index, shape_of(types, message),
            c_by_address(message) ? "" : "&");
}

static void write_received(const CTypes *types, const CType *entry, StringBuilder *out) {
    sb_addf(out, "\n%s {\n    return fl_host_receive(mailbox, timeout, %s, scope, result);\n}\n",
            c_receive_declaration(types, entry), shape_of(types, entry->type));
    sb_addf(out, "\n%s {\n    return fl_host_decode(message, scope, %s, result);\n}\n", c_as_declaration(types, entry),
            shape_of(types, entry->type));
}

void bindings_glue(const TypedProgram *program, const char *library, StringBuilder *out) {
    CTypes types;
    c_types(&types, program, library);
    sb_addf(out, "#include \"%s.h\"\n\n#include <string.h>\n\n#include \"glue.h\"\n\n", library);
    write_shapes(&types, out);
    sb_addf(out, "\n%s { return fl_host_start(options, runtime); }\n", c_start_declaration(&types));
    for (size_t i = 0; i < program->export_count; i++) {
        const TypedExport *export = &program->exports[i];
        if (export->call)
            write_call(&types, export, i, out);
        if (export->start)
            write_spawn(&types, export, i, out);
        if (export->message)
            write_send(&types, export, i, out);
    }
    for (size_t i = 0; i < types.all.len; i++)
        if (types.all.data[i]->received)
            write_received(&types, types.all.data[i], out);
}
