// Keys of the records that describe supervisors and children, and words and numbers that they may have.
#include <string.h>

#include "compiler/semantic/supervisor.h"

static char *list_of(const char *const *words, const char *mark) {
    StringBuilder text = {0};
    for (size_t i = 0; words[i]; i++)
        sb_addf(&text, "%s%s%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", mark, words[i], mark);
    return text.data;
}

bool is_known(const char *const *words, Name word, Suggestion *near) {
    for (size_t i = 0; words[i]; i++) {
        suggest_offer(near, name_of(words[i]));
        if (strcmp(words[i], word->text) == 0)
            return true;
    }
    return false;
}

static void unknown_key(Frame *frame, Span span, const char *const *known, const char *what, const Suggestion *near) {
    Diag *diag = report(frame, DIAG_SUPERVISOR_KEY, span, "%s has no key `%s`", what, name_text(near->wanted));
    REPORT_NOTE(diag, "its keys are %s", list_of(known, "`"));
    report_near(diag, near);
}

void check_keys(Frame *frame, const Expr *record, const char *const *known, const char *what) {
    for (size_t i = 0; i < record->record.fields.len; i++) {
        const RecordField *field = &record->record.fields.data[i];
        Suggestion near = suggest_start(field->name);
        if (is_known(known, field->name, &near))
            continue;
        unknown_key(frame, field->name_span, known, what, &near);
    }
}

void check_type_keys(Frame *frame, const Type *record, const char *const *known, const char *what, Span span) {
    for (size_t i = 0; i < record->record.count; i++) {
        Name name = record->record.fields[i].name;
        Suggestion near = suggest_start(name);
        if (!is_known(known, name, &near))
            unknown_key(frame, span, known, what, &near);
    }
}

Expr *key_value(const Expr *record, const char *key) {
    for (size_t i = 0; i < record->record.fields.len; i++)
        if (strcmp(record->record.fields.data[i].name->text, key) == 0)
            return record->record.fields.data[i].value;
    return NULL;
}

// A string that has to be one of some words, where that is visible.
Tree *checked_word(Frame *frame, Tree *tree, const char *const *words, const char *what) {
    const Type *type = type_resolve(tree->type);
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind != TYPE_LITERAL_STRING)
            continue;
        Suggestion near = suggest_start(member->literal.text);
        if (is_known(words, member->literal.text, &near))
            continue;
        Diag *diag = report(frame, DIAG_SUPERVISOR_VALUE, tree->span, "%s has to be %s", what, list_of(words, "\""));
        report_near(diag, &near);
    }
    check_fits(frame, tree, type_string, NULL, (Span){0}, "");
    return convert(frame, tree, type_string);
}

Tree *eval_word(Frame *frame, Expr *expr, const char *const *words, const char *what) {
    return expr ? checked_word(frame, eval(frame, expr, NULL), words, what) : NULL;
}

void missing_key(Frame *frame, Span span, const char *what, const char *key) {
    report(frame, DIAG_SUPERVISOR_KEY, span, "%s needs `%s`", what, key);
}

Tree *fitting(Frame *frame, Tree *tree, const Type *type) {
    check_fits(frame, tree, type, NULL, (Span){0}, "");
    return convert(frame, tree, type);
}

Tree *eval_fitting(Frame *frame, Expr *expr, const Type *type) {
    return expr ? fitting(frame, eval(frame, expr, type), type) : NULL;
}

Tree *checked_count(Frame *frame, Tree *tree, Expr *expr, const char *what) {
    check_fits(frame, tree, type_int, expr, (Span){0}, "");
    if (tree->kind == TREE_CONSTANT && type_fits(tree->type, type_int) && tree->constant.integer < 0)
        report(frame, DIAG_SUPERVISOR_VALUE, tree->span, "%s can't be negative", what);
    return convert(frame, tree, type_int);
}

Tree *eval_count(Frame *frame, Expr *expr, const char *what) {
    return expr ? checked_count(frame, eval(frame, expr, NULL), expr, what) : NULL;
}
