// Types as a user writes them. Text beyond the limit is cut with an ellipsis: a diagnostic shows a type in a line. Long
// parts that have a name are shown by it.
#include "compiler/typed/type.h"

#include <inttypes.h>

#include "compiler/base/map.h"
#include "compiler/typed/node.h"

enum { TEXT_LIMIT = 200, DEPTH_LIMIT = 6, NAMED_FROM = 40 };

static Map names; // Type → Name of an alias

void type_set_name(const Type *type, Name name) {
    type = type_resolve(type);
    if ((type->kind == TYPE_RECORD || type->kind == TYPE_UNION) && !map_has(&names, type))
        map_set(&names, type, (void *)name);
}

void type_names_reset(void) { names = (Map){0}; }

// What is being printed, outermost last: a recursive type is written out once.
typedef struct Above {
    const Type *type;
    const struct Above *above;
    size_t depth;
} Above;

static void print(StringBuilder *out, size_t start, const Type *type, const Above *above);

static bool is_full(const StringBuilder *out, size_t start) { return out->len - start > TEXT_LIMIT; }

static void print_text(StringBuilder *out, Name text) {
    sb_add_char(out, '"');
    for (uint32_t i = 0; i < text->len; i++) {
        char c = text->text[i];
        if (c == '"' || c == '\\')
            sb_add_char(out, '\\');
        if (c == '\n')
            sb_add(out, "\\n");
        else if (c == '\t')
            sb_add(out, "\\t");
        else
            sb_add_char(out, c);
    }
    sb_add_char(out, '"');
}

static void print_pid(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    sb_add(out, "pid<");
    if (type->pid.any)
        sb_add(out, "any");
    else if (type->pid.message)
        print(out, start, type->pid.message, above);
    for (size_t i = 0; i < type->pid.count && !is_full(out, start); i++) {
        bool repeated = i > 0 && type->pid.kinds[i]->function == type->pid.kinds[i - 1]->function;
        if (!repeated)
            sb_addf(out, "%s%s", i ? " | " : "", name_text(type->pid.kinds[i]->function));
    }
    sb_add_char(out, '>');
}

static void print_record(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    sb_add_char(out, '{');
    for (size_t i = 0; i < type->record.count; i++) {
        sb_add(out, i ? ", " : "");
        if (is_full(out, start)) {
            sb_add(out, "…");
            break;
        }
        sb_addf(out, "%s: ", name_text(type->record.fields[i].name));
        print(out, start, type->record.fields[i].type, above);
    }
    sb_add_char(out, '}');
}

static void print_closures(StringBuilder *out, size_t start, const Type *type) {
    sb_add(out, "function");
    for (size_t i = 0; i < type->function.count && !is_full(out, start); i++)
        if (type->function.closures[i]->name)
            sb_addf(out, "%s%s", i ? " | " : " ", name_text(type->function.closures[i]->name));
}

static void print_function(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    if (!type->function.result) {
        print_closures(out, start, type);
        return;
    }
    sb_add_char(out, '(');
    for (size_t i = 0; i < type->function.parameter_count; i++) {
        sb_add(out, i ? ", " : "");
        print(out, start, type->function.parameters[i], above);
    }
    sb_add(out, ") -> ");
    print(out, start, type->function.result, above);
}

static void print_map(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    sb_add(out, type->map.value ? "map<" : "set<");
    print(out, start, type->map.key, above);
    sb_add(out, type->map.value ? ", " : "");
    if (type->map.value)
        print(out, start, type->map.value, above);
    sb_add_char(out, '>');
}

static void print_union(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    for (size_t i = 0; i < type->members.count; i++) {
        sb_add(out, i ? " | " : "");
        if (is_full(out, start)) {
            sb_add(out, "…");
            return;
        }
        const Type *member = type->members.types[i];
        bool wrapped = member->kind == TYPE_FUNCTION && member->function.result;
        sb_add(out, wrapped ? "(" : "");
        print(out, start, member, above);
        sb_add(out, wrapped ? ")" : "");
    }
}

static void print_inner(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    static const char *const words[] = {[TYPE_NEVER] = "never", [TYPE_NIL] = "nil",     [TYPE_BOOL] = "bool",
                                        [TYPE_INT] = "int",     [TYPE_FLOAT] = "float", [TYPE_STRING] = "string"};
    switch (type->kind) {
    case TYPE_LITERAL_BOOL:
        sb_add(out, type->literal.integer ? "true" : "false");
        break;
    case TYPE_LITERAL_INT:
        sb_addf(out, "%" PRId64, type->literal.integer);
        break;
    case TYPE_LITERAL_STRING:
        print_text(out, type->literal.text);
        break;
    case TYPE_HANDLE:
        sb_add(out, name_text(type->literal.text));
        break;
    case TYPE_PID:
        print_pid(out, start, type, above);
        break;
    case TYPE_RECORD:
        print_record(out, start, type, above);
        break;
    case TYPE_LIST:
        sb_add_char(out, '[');
        if (type->element->kind != TYPE_NEVER)
            print(out, start, type->element, above);
        sb_add_char(out, ']');
        break;
    case TYPE_MAP:
        print_map(out, start, type, above);
        break;
    case TYPE_FUNCTION:
        print_function(out, start, type, above);
        break;
    case TYPE_UNION:
        print_union(out, start, type, above);
        break;
    case TYPE_KNOT:
        sb_add(out, type->knot.name ? name_text(type->knot.name) : "…");
        break;
    default:
        sb_add(out, words[type->kind]);
    }
}

static bool is_above(const Type *type, const Above *above) {
    for (; above; above = above->above)
        if (above->type == type)
            return true;
    return false;
}

static void print(StringBuilder *out, size_t start, const Type *type, const Above *above) {
    if (type->kind == TYPE_KNOT && !type->knot.name)
        type = type_resolve(type);
    if (is_full(out, start) || (type->has_knot && is_above(type, above)) || (above && above->depth > DEPTH_LIMIT)) {
        sb_add(out, "…");
        return;
    }
    Above here = {.type = type, .above = above, .depth = above ? above->depth + 1 : 0};
    Name name = map_get(&names, type);
    if (!name) {
        print_inner(out, start, type, &here);
        return;
    }
    if (above && above->depth > 0) { // further in only the name: whole texts within whole texts would take ever longer
        sb_add(out, name_text(name));
        return;
    }
    StringBuilder whole = {0};
    size_t limit = above ? NAMED_FROM : TEXT_LIMIT;
    print_inner(&whole, limit - TEXT_LIMIT, type, &here); // as if so much stood there already
    sb_add(out, whole.len > limit ? name_text(name) : sb_text(&whole));
}

void type_print(StringBuilder *out, const Type *type) {
    // The name of a recursive alias would say nothing at the top.
    print(out, out->len, type_resolve(type), NULL);
}

const char *type_text(const Type *type) {
    StringBuilder out = {0};
    type_print(&out, type);
    return sb_text(&out);
}
