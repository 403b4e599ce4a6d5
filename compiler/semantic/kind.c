// Process kinds: which there are, which share what is sent to them, what they accept.
#include <limits.h>
#include <string.h>

#include "compiler/semantic/check.h"

enum { MAX_KINDS = 64 }; // of one function at one spawn

KindInfo *kind_root(KindInfo *kind) {
    while (kind->parent) {
        if (kind->parent->parent)
            kind->parent = kind->parent->parent;
        kind = kind->parent;
    }
    return kind;
}

KindInfo *kind_new(Check *check, Name function, Span span) {
    KindInfo *kind = mem_new(KindInfo);
    kind->kind.id = (uint32_t)check->kinds.len;
    kind->kind.function = function;
    kind->kind.span = span;
    kind->kind.sent = type_never;
    vec_push(&check->kinds, kind);
    return kind;
}

static const Type **erase_all(Check *check, const Type *const *types, size_t count) {
    const Type **erased = mem_alloc(sizeof(Type *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        erased[i] = erase_pids(check, types[i]);
    return erased;
}

KindInfo *kind_for_spawn(Frame *frame, const void *site, Template *template, const Type *const *types, size_t count,
                         Name name, Span span) {
    Check *check = frame->check;
    const Type **erased = erase_all(check, types, count);
    KindInfo *last = NULL;
    size_t same = 0;
    for (size_t i = 0; i < check->kinds.len; i++) {
        KindInfo *kind = check->kinds.data[i];
        if (kind->site != site || kind->template != template || kind->erased_count != count)
            continue;
        if (types_same(kind->erased, erased, count))
            return kind;
        last = kind;
        same++;
    }
    if (same >= MAX_KINDS) {
        report_now(check, DIAG_TOO_MANY_KINDS, span,
                   "processes started here get more than %d different types of arguments", (int)MAX_KINDS);
        return last;
    }
    KindInfo *kind = kind_new(check, name, span);
    kind->site = site;
    kind->template = template;
    kind->erased = erased;
    kind->erased_count = count;
    return kind;
}

const Type *kind_pid(KindInfo *kind) {
    Kind *kinds[] = {&kind->kind};
    return type_pid_of(kinds, 1);
}

// ---- what is sent --------------------------------------------------------------------------------------------------

static void move_readers(Cell *to, const Cell *from) {
    for (size_t i = 0; i < from->readers.len; i++)
        map_add(&to->readers, from->readers.entries[i].key);
}

void kind_unify(Check *check, KindInfo *a, KindInfo *b) {
    a = kind_root(a);
    b = kind_root(b);
    if (a == b || check->reporting)
        return;
    b->parent = a;
    const Type *sent = b->sent.type;
    bool differs = (a->sent.type ? a->sent.type : type_never) != (sent ? sent : type_never);
    move_readers(&a->sent, &b->sent);
    if (differs && !(sent && cell_grow(check, &a->sent, sent)))
        cell_wake(check, &a->sent);
}

static void children_become_any(Check *check, const Cell *cell) {
    const Type *type = cell->type ? type_resolve(cell->type) : type_never;
    for (size_t i = 0; type->kind == TYPE_PID && i < type->pid.count; i++)
        kind_becomes_any(check, (KindInfo *)type->pid.kinds[i]);
}

void kind_becomes_any(Check *check, KindInfo *kind) {
    if (kind->kind.any)
        return;
    kind->kind.any = true;
    kind_unify(check, check->any, kind);
    for (size_t i = 0; i < kind->children.len; i++)
        children_become_any(check, kind->children.entries[i].value);
    children_become_any(check, &kind->other_children);
}

void kind_add_child(Check *check, KindInfo *supervisor, Cell *cell, const Type *pid) {
    cell_grow(check, cell, pid);
    if (supervisor->kind.any)
        children_become_any(check, cell);
}

KindInfo *kind_of_message(Check *check, const Type *message) {
    for (size_t i = 0; i < check->message_kinds.len; i++)
        if (type_equal(check->message_kinds.data[i]->erased[0], message))
            return check->message_kinds.data[i];
    KindInfo *kind = mem_new(KindInfo);
    kind->erased = mem_alloc(sizeof(Type *));
    kind->erased[0] = message;
    kind->accepts_all = true;
    kind->sent.type = message;
    vec_push(&check->message_kinds, kind);
    return kind;
}

void kind_send(Check *check, KindInfo *kind, const Type *message) { cell_grow(check, &kind_root(kind)->sent, message); }

KindInfo *pid_target(Check *check, const Type *pid) {
    const Type *type = type_resolve(pid);
    if (type->pid.any)
        return kind_root(check->any);
    if (type->pid.message)
        return kind_root(kind_of_message(check, type->pid.message));
    for (size_t i = 1; i < type->pid.count; i++)
        kind_unify(check, (KindInfo *)type->pid.kinds[0], (KindInfo *)type->pid.kinds[i]);
    return type->pid.count ? kind_root((KindInfo *)type->pid.kinds[0]) : NULL;
}

// ---- what is accepted ----------------------------------------------------------------------------------------------

static bool receive_accepts(Check *check, const Receive *receive, const Type *message) {
    const ArmVec *arms = &receive->expr->receive.arms;
    for (size_t i = 0; i < arms->len; i++)
        if (pattern_can_match(check, receive->module, arms->data[i].pattern, message))
            return true;
    return false;
}

bool kind_accepts(Check *check, KindInfo *kind, const Type *message) {
    if (kind->is_supervisor)
        return false;
    if (kind->accepts_all || (kind->receives.len == 0 && !kind->handles))
        return true;
    if (kind->handles && pattern_of_type(NULL, kind->handles, message, (Span){0}))
        return true;
    for (size_t i = 0; i < kind->receives.len; i++)
        if (receive_accepts(check, &kind->receives.data[i], message))
            return true;
    return false;
}

// ---- the error of a message that nobody takes ----------------------------------------------------------------------

// The record pattern that shares most fields with the message.
typedef struct Nearest {
    const Pattern *pattern;
    int score;
} Nearest;

// How much a field that is asked for speaks for its shape: most if the message's has that type, too.
enum { SCORE_FITS = 4, SCORE_NAMED = 1, SCORE_MISSING = -1, SCORE_NEAR_NAME = 1 };

static void offer_pattern(Check *check, ModuleInfo *module, Nearest *nearest, const Pattern *pattern,
                          const Type *message) {
    if (pattern->kind != PATTERN_RECORD || message->kind != TYPE_RECORD)
        return;
    int score = 0;
    for (size_t i = 0; i < pattern->record.fields.len; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        const Type *have = type_field(message, field->name);
        Suggestion near = suggest_start(field->name);
        for (size_t k = 0; k < message->record.count && !have; k++)
            suggest_offer(&near, message->record.fields[k].name);
        if (have)
            score += pattern_can_match(check, module, field->pattern, have) ? SCORE_FITS : SCORE_NAMED;
        else
            score += near.best ? SCORE_NEAR_NAME : SCORE_MISSING;
    }
    if (score > 0 && (!nearest->pattern || score > nearest->score))
        *nearest = (Nearest){.pattern = pattern, .score = score};
}

static void explain_nearest(Check *check, Diag *diag, const Nearest *nearest, ModuleInfo *module, const Type *message) {
    const Pattern *pattern = nearest->pattern;
    for (size_t i = 0; i < pattern->record.fields.len; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        const Type *type = type_field(message, field->name);
        if (type && pattern_can_match(check, module, field->pattern, type))
            continue;
        if (type) {
            Text text = span_text(field->pattern->span);
            diag_help(diag, "the nearest is `%.*s`: its field `%s` is `%.*s`, here it is `%s`",
                      (int)span_text(pattern->span).len, span_text(pattern->span).data, name_text(field->name),
                      (int)text.len, text.data, type_words(type));
            return;
        }
        Suggestion near = suggest_start(field->name);
        for (size_t k = 0; k < message->record.count; k++)
            suggest_offer(&near, message->record.fields[k].name);
        const char *instead = near.best ? text_format("; did you mean it by `%s`?", name_text(near.best)) : "";
        diag_help(diag, "the nearest is `%.*s`: the field `%s` is missing%s", (int)span_text(pattern->span).len,
                  span_text(pattern->span).data, name_text(field->name), instead);
        return;
    }
}

enum { SHOWN_PATTERNS = 5 };

static void describe_receives(Check *check, Diag *diag, const KindInfo *kind, const Type *message) {
    Nearest nearest = {0};
    ModuleInfo *module = NULL;
    size_t shown = 0;
    for (size_t i = 0; i < kind->receives.len; i++) {
        const ArmVec *arms = &kind->receives.data[i].expr->receive.arms;
        for (size_t k = 0; k < arms->len; k++) {
            if (shown++ < SHOWN_PATTERNS)
                diag_label(diag, arms->data[k].pattern->span, "it accepts this");
            const Pattern *before = nearest.pattern;
            offer_pattern(check, kind->receives.data[i].module, &nearest, arms->data[k].pattern, message);
            if (nearest.pattern != before)
                module = kind->receives.data[i].module;
        }
    }
    if (shown > SHOWN_PATTERNS)
        diag_note(diag, "it accepts %zu other shapes too", shown - SHOWN_PATTERNS);
    if (nearest.pattern)
        explain_nearest(check, diag, &nearest, module, message);
}

static void describe_handler(Diag *diag, const KindInfo *kind, const Type *message) {
    if (kind->handles_span.file)
        diag_label(diag, kind->handles_span, "it accepts `%s`, declared here", type_words(kind->handles));
    const Type *best = message->kind == TYPE_RECORD ? nearest_record(kind->handles, message) : NULL;
    for (size_t i = 0; best && i < best->record.count; i++) {
        const TypeField *field = &best->record.fields[i];
        const Type *have = type_field(message, field->name);
        if (have && pattern_of_type(NULL, field->type, have, (Span){0}))
            continue;
        if (have)
            diag_help(diag, "the nearest is `%s`: its field `%s` is `%s`, here it is `%s`", type_words(best),
                      name_text(field->name), type_words(field->type), type_words(have));
        else
            diag_help(diag, "the nearest is `%s`: the field `%s` is missing", type_words(best), name_text(field->name));
        return;
    }
}

void check_accepts(Frame *frame, KindInfo *kind, const Type *message, Span send_span, Span message_span,
                   const char *what) {
    Check *check = frame->check;
    message = type_resolve(message);
    if (!check->reporting || message->kind == TYPE_NEVER || kind_accepts(check, kind, message))
        return;
    Diag *diag = report(frame, DIAG_MESSAGE_MISMATCH, send_span, "%s `%s` does not accept this message", what,
                        kind->kind.function ? name_text(kind->kind.function) : "process");
    if (!diag)
        return;
    diag_label(diag, message_span, "the message is `%s`", type_words(message));
    if (kind->is_supervisor)
        diag_note(diag, "a supervisor receives no messages");
    else if (kind->handles)
        describe_handler(diag, kind, message);
    else
        describe_receives(check, diag, kind, message);
    if (kind->kind.span.file)
        diag_label(diag, kind->kind.span, "the process is started here");
}
