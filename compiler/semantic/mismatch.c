// Why a value does not fit a type, and what would: notes and helps behind "expected …, found …".
#include <limits.h>
#include <string.h>

#include "compiler/semantic/check.h"

enum { SCORE_FITS = 4, SCORE_NAMED = 1, SCORE_MISSING = -1, SOURCE_SHOWN = 40 };

// ---- the nearest variant -------------------------------------------------------------------------------------------

static int score_member(const Type *member, const Type *have) {
    int score = 0;
    for (size_t i = 0; i < member->record.count; i++) {
        const Type *field = type_field(have, member->record.fields[i].name);
        bool fits = field && pattern_of_type(NULL, member->record.fields[i].type, field, (Span){0});
        score += fits ? SCORE_FITS : field ? SCORE_NAMED : SCORE_MISSING;
    }
    return score;
}

const Type *nearest_record(const Type *wanted, const Type *have) {
    const Type *best = NULL;
    int best_score = type_member_count(wanted) == 1 ? INT_MIN : 0;
    for (size_t i = 0; i < type_member_count(wanted); i++) {
        const Type *member = type_resolve(type_member(wanted, i));
        int score = member->kind == TYPE_RECORD ? score_member(member, have) : INT_MIN;
        if (score > best_score) {
            best = member;
            best_score = score;
        }
    }
    return best;
}

// ---- literals ------------------------------------------------------------------------------------------------------

static void offer_literals(Suggestion *near, const Type *type) {
    type = type_resolve(type);
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind == TYPE_LITERAL_STRING)
            suggest_offer(near, member->literal.text);
    }
}

// `"circel"` where the literals of this field tell the variants apart.
static void suggest_tag(Diag *diag, const Type *wanted, Name field, const Type *have) {
    have = type_resolve(have);
    if (have->kind != TYPE_LITERAL_STRING)
        return;
    Suggestion near = suggest_start(have->literal.text);
    for (size_t i = 0; i < type_member_count(wanted); i++) {
        const Type *member = type_resolve(type_member(wanted, i));
        const Type *type = !field ? member : member->kind == TYPE_RECORD ? type_field(member, field) : NULL;
        if (type)
            offer_literals(&near, type);
    }
    if (near.best)
        diag_help(diag, "did you mean `\"%s\"`?", name_text(near.best));
}

// ---- fields --------------------------------------------------------------------------------------------------------

static void explain_missing(Diag *diag, const Type *have, const Type *want, Name field) {
    diag_note(diag, "field `%s` is missing", name_text(field));
    Suggestion near = suggest_start(field);
    for (size_t k = 0; k < have->record.count; k++)
        if (!type_field(want, have->record.fields[k].name))
            suggest_offer(&near, have->record.fields[k].name);
    if (near.best)
        diag_help(diag, "there is a field `%s`", name_text(near.best));
}

static void explain_scalar(Diag *diag, const Tree *tree, const Type *have, const Type *want);

// Of `wanted`, a record or a union, the record `want` is the nearest.
static void explain_record(Diag *diag, const Tree *tree, const Type *have, const Type *want, const Type *wanted) {
    for (size_t i = 0; i < want->record.count; i++) {
        const TypeField *field = &want->record.fields[i];
        const Type *found = type_field(have, field->name);
        if (!found) {
            explain_missing(diag, have, want, field->name);
        } else if (!type_fits(found, field->type)) {
            diag_note(diag, "field `%s` has to be `%s`, here it is `%s`", name_text(field->name),
                      type_words(field->type), type_words(found));
            suggest_tag(diag, wanted, field->name, found);
            for (size_t k = 0; tree->kind == TREE_RECORD && k < have->record.count; k++)
                if (have->record.fields[k].name == field->name)
                    explain_scalar(diag, tree->record.values[k], type_resolve(found), type_resolve(field->type));
        }
    }
}

// ---- numbers, text, lists ------------------------------------------------------------------------------------------

static const Type *base_of(const Type *type) { return type_resolve(type_widen(type)); }

// The source of a value, to be shown within a help; NULL: too long.
static const char *source_of(const Tree *tree) {
    if (!tree->span.file)
        return NULL;
    Text text = span_text(tree->span);
    return text.len <= SOURCE_SHOWN && !memchr(text.data, '\n', text.len)
               ? text_format("%.*s", (int)text.len, text.data)
               : NULL;
}

static void help_text(Diag *diag, const Tree *tree) {
    const char *source = source_of(tree);
    if (source && !strchr(source, '"'))
        diag_help(diag, "write it as text: `\"${%s}\"`", source);
    else
        diag_help(diag, "write it as text: `text(…)`");
}

static void explain_scalar(Diag *diag, const Tree *tree, const Type *have, const Type *want) {
    TypeKind from = base_of(have)->kind, to = want->kind;
    bool number = from == TYPE_INT || from == TYPE_FLOAT;
    if (from == TYPE_FLOAT && to == TYPE_INT)
        diag_help(diag, "`truncate(x)` makes an int of a float");
    else if (from == TYPE_INT && to == TYPE_FLOAT)
        diag_help(diag, "`float(x)` makes a float of an int");
    else if (from == TYPE_STRING && to == TYPE_INT)
        diag_help(diag, "nothing is converted by itself: `parse_int(text)` gives `{ok: n}` or `{error: why}`");
    else if (from == TYPE_STRING && to == TYPE_FLOAT)
        diag_help(diag, "nothing is converted by itself: `parse_float(text)` gives `{ok: x}` or `{error: why}`");
    else if (to == TYPE_STRING && (number || from == TYPE_BOOL))
        help_text(diag, tree);
    else if (to == TYPE_LIST && from == TYPE_LIST)
        diag_note(diag, "its elements have to be `%s`, here they are `%s`", type_words(want->element),
                  type_words(have->element));
    else if (to == TYPE_LIST && type_fits(have, want->element))
        diag_help(diag, "a list that has it as its only element is `[…]`");
}

// ---- unions --------------------------------------------------------------------------------------------------------

// Its `nil` was made where the `if` ends, of nothing.
static bool lacks_else(const Tree *tree) {
    while (tree->kind == TREE_COERCE)
        tree = tree->operand;
    if (tree->kind != TREE_IF || !tree->if_.otherwise)
        return tree->kind == TREE_IF;
    const Tree *otherwise = tree->if_.otherwise;
    while (otherwise->kind == TREE_COERCE || (otherwise->kind == TREE_BLOCK && otherwise->block.result))
        otherwise = otherwise->kind == TREE_COERCE ? otherwise->operand : otherwise->block.result;
    return otherwise->span.start == otherwise->span.end || lacks_else(otherwise);
}

static void explain_union(Diag *diag, const Tree *tree, const Type *have, const Type *want) {
    for (size_t i = 0; i < have->members.count; i++) {
        const Type *member = type_resolve(have->members.types[i]);
        if (type_fits(member, want))
            continue;
        diag_note(diag, "`%s` does not fit", type_words(member));
        if (member->kind == TYPE_NIL && lacks_else(tree))
            diag_help(diag, "an `if` without `else` is `nil` when its condition does not hold: add an `else`");
        else
            diag_help(diag, "take the union apart with `match`, or test it with `is`");
        return;
    }
}

void explain_mismatch(Diag *diag, const Tree *tree, const Type *have, const Type *want) {
    have = type_resolve(have);
    want = type_resolve(want);
    if (!diag)
        return;
    if (have->kind == TYPE_UNION) {
        explain_union(diag, tree, have, want);
        return;
    }
    if (have->kind == TYPE_RECORD) {
        const Type *nearest = nearest_record(want, have);
        if (nearest && want->kind == TYPE_UNION)
            diag_note(diag, "the nearest variant is `%s`", type_words(nearest));
        if (nearest)
            explain_record(diag, tree, have, nearest, want);
        return;
    }
    suggest_tag(diag, want, NULL, have);
    explain_scalar(diag, tree, have, want);
}
