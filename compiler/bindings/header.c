#include "compiler/base/sb.h"
#include "compiler/bindings/functions.h"

// ---- types ---------------------------------------------------------------------------------------------------------

static void write_record(const CTypes *types, const CType *entry, StringBuilder *out) {
    const Type *type = entry->type;
    bool any = false;
    sb_addf(out, "/* %s */\ntypedef struct %s {\n", type_text(type), entry->name);
    for (size_t i = 0; i < type->record.count; i++) {
        const TypeField *field = &type->record.fields[i];
        if (c_form(field->type) == C_NONE)
            continue;
        sb_addf(out, "    %s %s;\n", c_type(types, field->type), c_name(field->name));
        any = true;
    }
    if (!any)
        sb_add(out, "    char nothing; /* all of its fields are fixed */\n");
    sb_addf(out, "} %s;\n\n", entry->name);
}

// `static inline lib_job lib_make_job(int64_t n, …)`
static void write_record_maker(const CTypes *types, const CType *entry, StringBuilder *out) {
    const Type *type = entry->type;
    StringBuilder parameters = {0}, body = {0};
    for (size_t i = 0; i < type->record.count; i++) {
        const TypeField *field = &type->record.fields[i];
        if (c_form(field->type) == C_NONE)
            continue;
        sb_addf(&parameters, "%s%s %s", parameters.len ? ", " : "", c_type(types, field->type), c_name(field->name));
        sb_addf(&body, "    made.%s = %s;\n", c_name(field->name), c_name(field->name));
    }
    sb_addf(out, "static inline %s %s_make_%s(%s) {\n    %s made;\n%s    return made;\n}\n\n", entry->name,
            types->library, c_short(types, entry), parameters.len ? sb_text(&parameters) : "void", entry->name,
            body.len ? sb_text(&body) : "    made.nothing = 0;\n");
}

static void write_list(const CTypes *types, const CType *entry, StringBuilder *out) {
    sb_addf(out, "/* %s */\ntypedef struct %s {\n    const %s *items;\n    size_t count;\n} %s;\n\n",
            type_text(entry->type), entry->name, c_type(types, entry->type->element), entry->name);
}

static const char *tag(const CType *entry, size_t member) {
    return c_capitals(text_format("%s_%s", entry->name, entry->members[member]));
}

static void write_union(const CTypes *types, const CType *entry, StringBuilder *out) {
    const Type *type = entry->type;
    StringBuilder values = {0};
    sb_addf(out, "/* %s */\ntypedef struct %s {\n    int tag; /* which one: */\n", type_text(type), entry->name);
    for (size_t i = 0; i < type->members.count; i++)
        if (c_form(type->members.types[i]) != C_NONE)
            sb_addf(&values, "        %s %s;\n", c_type(types, type->members.types[i]), entry->members[i]);
    if (values.len)
        sb_addf(out, "    union {\n%s    } as;\n", sb_text(&values));
    sb_addf(out, "} %s;\nenum {", entry->name);
    for (size_t i = 0; i < type->members.count; i++)
        sb_addf(out, "%s %s = %zu", i ? "," : "", tag(entry, i), i);
    sb_add(out, " };\n\n");
}

static void write_union_makers(const CTypes *types, const CType *entry, StringBuilder *out) {
    const Type *type = entry->type;
    for (size_t i = 0; i < type->members.count; i++) {
        const char *value = c_type(types, type->members.types[i]);
        sb_addf(out, "static inline %s %s_of_%s(%s%s) {\n    %s made;\n    made.tag = %s;\n", entry->name, entry->name,
                entry->members[i], *value ? value : "void", *value ? " value" : "", entry->name, tag(entry, i));
        if (*value)
            sb_addf(out, "    made.as.%s = value;\n", entry->members[i]);
        sb_add(out, "    return made;\n}\n");
    }
    sb_add(out, "\n");
}

static void write_types(const CTypes *types, StringBuilder *out) {
    for (size_t i = 0; i < types->all.len; i++) {
        const CType *entry = types->all.data[i];
        if (entry->form == C_RECORD) {
            write_record(types, entry, out);
            write_record_maker(types, entry, out);
        } else if (entry->form == C_LIST) {
            write_list(types, entry, out);
        } else {
            write_union(types, entry, out);
            write_union_makers(types, entry, out);
        }
    }
}

// ---- functions -----------------------------------------------------------------------------------------------------

static const char *place(const TypedExport *export) {
    return text_format("%s:%u", export->span.file->path, span_place(export->span).line);
}

// As it is written in the source, on one line.
static const char *heading(const TypedExport *export) {
    Text text = span_text(export->span);
    StringBuilder sb = {0};
    for (size_t i = 0; i < text.len; i++)
        sb_addf(&sb, "%c", text.data[i] == '\n' ? ' ' : text.data[i]);
    return sb_text(&sb);
}

static void write_export(const CTypes *types, const TypedExport *export, StringBuilder *out) {
    sb_addf(out, "/* ---- %s (%s) ---- */\n\n", heading(export), place(export));
    if (export->call)
        sb_addf(
            out,
            "/* Calls it and waits for its result. FLUFFY_CRASHED: it ended abnormally, fluffy_error says why.%s */\n"
            "%s;\n\n",
            c_refers(export->call->result) ? "\n * What *result refers to lives in `scope`." : "",
            c_call_declaration(types, export));
    if (export->start)
        sb_addf(out, "/* Starts a process that runs it%s. `options` may be NULL, `pid` too. */\n%s;\n\n",
                export->call ? " for each message" : "", c_spawn_declaration(types, export));
    if (export->message)
        sb_addf(out,
                "/* Sends a message to such a process; returns at once. To a process that has ended it does nothing.\n"
                " * FLUFFY_FULL: its mailbox has a limit, see fluffy_send_timeout. */\n"
                "%s;\n\n",
                c_send_declaration(types, export));
}

static void write_received(const CTypes *types, const CType *entry, StringBuilder *out) {
    sb_addf(
        out,
        "/* Takes the oldest %s out of a mailbox, and leaves other messages there. `timeout`: milliseconds; 0 doesn't\n"
        " * wait, less than 0 waits for ever. What *result refers to lives in `scope`. FLUFFY_TIMEOUT. */\n%s;\n"
        "/* A message of fluffy_receive as one. FLUFFY_OTHER: it is none. */\n%s;\n\n",
        c_short(types, entry), c_receive_declaration(types, entry), c_as_declaration(types, entry));
}

void bindings_header(const TypedProgram *program, const char *library, StringBuilder *out) {
    CTypes types;
    const char *guard = c_capitals(text_format("%s_h", library));
    c_types(&types, program, library);
    sb_addf(
        out,
        "/* The Fluffy library %s for programs in C and C++. Made by `fluffyc build --lib %s`; don't edit.\n"
        " * Link with -l%s; fluffy.h says what holds for threads, errors and ownership. */\n#ifndef %s\n#define %s\n\n"
        "#include \"fluffy.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
        library, library, library, guard, guard);
    sb_addf(out,
            "/* Starts the library's runtime; fluffy_stop ends it. `options` may be NULL. FLUFFY_BUSY: it runs "
            "already. */\n"
            "%s;\n\n",
            c_start_declaration(&types));
    write_types(&types, out);
    for (size_t i = 0; i < program->export_count; i++)
        write_export(&types, &program->exports[i], out);
    for (size_t i = 0; i < types.all.len; i++)
        if (types.all.data[i]->received)
            write_received(&types, types.all.data[i], out);
    sb_add(out, "#ifdef __cplusplus\n}\n#endif\n#endif\n");
}
