// json:encode and json:decode: what may be encoded; what a text is decoded to is what an annotation asks for.
#include "compiler/semantic/check.h"

enum { DEPTH = 8 }; // recursive types: what stands deeper has been seen

// The part of a type that JSON has no form for, or NULL.
static const Type *unfit_part(const Type *type, bool decode, unsigned depth) {
    type = type_resolve(type);
    const Type *unfit = NULL;
    if (depth > DEPTH)
        return NULL;
    switch (type->kind) {
    case TYPE_PID:
    case TYPE_HANDLE:
    case TYPE_FUNCTION:
        return type;
    case TYPE_LIST:
        return unfit_part(type->element, decode, depth + 1);
    case TYPE_MAP:
        if (type->map.value ? !type_fits(type->map.key, type_string) : decode)
            return type;
        if (decode && type->map.key != type_string)
            return type;
        return unfit_part(type->map.value ? type->map.value : type->map.key, decode, depth + 1);
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count && !unfit; i++)
            unfit = unfit_part(type->record.fields[i].type, decode, depth + 1);
        return unfit;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count && !unfit; i++)
            unfit = unfit_part(type->members.types[i], decode, depth + 1);
        return unfit;
    default:
        return NULL;
    }
}

static void check_json(Frame *frame, const Type *type, bool decode, Span span) {
    const Type *unfit = unfit_part(type, decode, 0);
    if (!unfit)
        return;
    Diag *diag = report(frame, DIAG_JSON_TYPE, span, "JSON has no form for `%s`", type_words(unfit));
    if (type_resolve(unfit)->kind == TYPE_MAP)
        REPORT_HELP(diag, decode && !unfit->map.value ? "decode a list and make a set of it with `set:from`"
                                                      : "the keys of an object are strings: `map<string, …>`");
    report_instance(diag, frame);
}

// What `ok` of the expected type has to be; NULL: nothing is expected.
static const Type *wanted_type(const Type *expected) {
    for (size_t i = 0; expected && i < type_member_count(expected); i++) {
        const Type *field = type_field(type_member(expected, i), name_of("ok"));
        if (field)
            return field;
    }
    return NULL;
}

Tree *eval_decode(Frame *frame, const Expr *expr, Tree **arguments, const Type *expected) {
    const Type *wanted = wanted_type(expected);
    if (!wanted) {
        Diag *diag = report(frame, DIAG_JSON_TYPE, expr->span, "`json:decode` has to know what to decode to");
        REPORT_HELP(diag, "give its value a type: `p: {ok: Person} | {error: string} = json:decode(text)`");
        return tree_never(expr->span);
    }
    check_json(frame, wanted, true, expr->span);
    TypeField ok = {name_of("ok"), wanted}, error = {name_of("error"), type_string};
    const Type *members[] = {type_record(&ok, 1), type_record(&error, 1)};
    if (arguments[0]->type->kind == TYPE_NEVER)
        return arguments[0];
    if (!type_fits(arguments[0]->type, type_string)) {
        report(frame, DIAG_TYPE_MISMATCH, arguments[0]->span, "`json:decode` expects `string` here, found `%s`",
               type_words(arguments[0]->type));
        return tree_never(expr->span);
    }
    arguments[0] = convert(frame, arguments[0], type_string);
    return tree_builtin(BUILTIN_JSON_DECODE, type_union(members, 2), expr->span, arguments, 1);
}

void check_encode(Frame *frame, const Tree *argument) { check_json(frame, argument->type, false, argument->span); }
