#include "compiler/semantic/witness.h"

#include <inttypes.h>
#include <string.h>

#include "compiler/base/sb.h"

enum { MAX_FIELDS_NAMED = 3, MAX_FIELDS_SHOWN = 6 };

bool witness_is_any(const char *text) { return strcmp(text, "_") == 0; }

static bool is_literal(const Type *type) {
    return type->kind == TYPE_LITERAL_BOOL || type->kind == TYPE_LITERAL_INT || type->kind == TYPE_LITERAL_STRING;
}

const char *witness_literal(const Type *literal) { return type_text(literal); }

const char *witness_constant(const Tree *constant) {
    const Type *type = type_resolve(constant->type);
    switch (type->kind) {
    case TYPE_BOOL:
        return constant->constant.integer ? "true" : "false";
    case TYPE_INT:
        return text_format("%" PRId64, constant->constant.integer);
    case TYPE_FLOAT:
        return text_format("%.17g", constant->constant.real);
    case TYPE_STRING:
        return type_text(type_literal_string(constant->constant.text));
    default:
        return type_text(type);
    }
}

// All that is known of a record is that it is one: its field names tell it from the other variants.
static const char *name_fields(const Type *record) {
    StringBuilder out = {0};
    sb_add_char(&out, '{');
    for (size_t i = 0; i < record->record.count; i++) {
        sb_add(&out, i ? ", " : "");
        if (i == MAX_FIELDS_NAMED) {
            sb_add(&out, "…");
            break;
        }
        sb_addf(&out, "%s: _", name_text(record->record.fields[i].name));
    }
    sb_add_char(&out, '}');
    return sb_text(&out);
}

const char *witness_member(const Type *member, const char *text) {
    if (!witness_is_any(text))
        return text;
    if (member->kind == TYPE_LIST)
        return "[...]";
    if (member->kind != TYPE_RECORD)
        return type_text(member);
    const char *tags = witness_record(member, NULL, NULL, 0);
    return witness_is_any(tags) ? name_fields(member) : tags;
}

static const char *field_text(const TypeField *field, const Name *names, const char *const *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (names[i] == field->name && !witness_is_any(cells[i]))
            return cells[i];
    const Type *type = type_resolve(field->type);
    return is_literal(type) ? witness_literal(type) : "_";
}

const char *witness_record(const Type *record, const Name *names, const char *const *cells, size_t count) {
    StringBuilder out = {0};
    size_t shown = 0;
    for (size_t i = 0; i < record->record.count && shown < MAX_FIELDS_SHOWN; i++) {
        const TypeField *field = &record->record.fields[i];
        const char *text = field_text(field, names, cells, count);
        if (!witness_is_any(text))
            sb_addf(&out, "%s%s: %s", shown++ ? ", " : "{", name_text(field->name), text);
    }
    if (shown == 0)
        return "_";
    sb_add(&out, shown < record->record.count ? ", …}" : "}");
    return sb_text(&out);
}

const char *witness_list(const char *const *cells, size_t count, bool longer) {
    StringBuilder out = {0};
    sb_add_char(&out, '[');
    for (size_t i = 0; i < count; i++)
        sb_addf(&out, "%s%s", i ? ", " : "", cells[i]);
    if (longer)
        sb_add(&out, count ? ", ..." : "...");
    sb_add_char(&out, ']');
    return sb_text(&out);
}
