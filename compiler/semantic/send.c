// Sending and receiving.
#include "compiler/semantic/check.h"

// ---- send ----------------------------------------------------------------------------------------------------------

static void check_every_kind(Frame *frame, const Type *pid, const Type *message, Span send_span, Span message_span) {
    for (size_t i = 0; i < type_member_count(message); i++)
        for (size_t k = 0; k < pid->pid.count; k++)
            check_accepts(frame, (KindInfo *)pid->pid.kinds[k], type_member(message, i), send_span, message_span,
                          "process");
}

static void check_promised(Frame *frame, const Type *pid, const Tree *message) {
    const Type *promised = pid->pid.message;
    for (size_t i = 0; promised && i < type_member_count(message->type); i++) {
        const Type *member = type_member(message->type, i);
        if (pattern_of_type(NULL, promised, member, message->span))
            continue;
        Diag *diag = report(frame, DIAG_MESSAGE_MISMATCH, message->span, "this pid does not accept this message");
        REPORT_PRIMARY(diag, "the message is `%s`", type_words(member));
        REPORT_NOTE(diag, "it accepts `%s`", type_words(promised));
        return;
    }
}

enum { MAX_SEND_SITES = 32 };

static void note_send(KindInfo *kind, const Type *message, Span span) {
    for (size_t i = 0; i < kind->sends.len; i++)
        if (kind->sends.data[i].span.file == span.file && kind->sends.data[i].span.start == span.start) {
            kind->sends.data[i].message = message;
            return;
        }
    if (kind->sends.len < MAX_SEND_SITES)
        vec_push(&kind->sends, (SendSite){.span = span, .message = message});
}

static void note_sends(Check *check, const Type *pid, const Type *message, Span span) {
    if (pid->pid.any)
        note_send(check->any, message, span);
    for (size_t i = 0; i < pid->pid.count; i++)
        note_send((KindInfo *)pid->pid.kinds[i], message, span);
}

// Checks the message and makes it what the receivers' patterns are over.
Tree *send_to(Frame *frame, const Type *pid, Tree *message, Span send_span, Span message_span) {
    const Type *type = type_resolve(pid);
    check_every_kind(frame, type, message->type, send_span, message_span);
    check_promised(frame, type, message);
    const Type *sent = widen_tree(message);
    note_sends(frame->check, type, sent, message_span);
    KindInfo *target = pid_target(frame->check, type);
    if (!target)
        return message;
    kind_send(frame->check, target, sent);
    const Type *all = cell_read(frame->check, &kind_root(target)->sent, frame->inst);
    return convert(frame, convert(frame, message, sent), all);
}

static bool expect_pid(Frame *frame, const Tree *target, const Expr *expr) {
    if (type_is_pid(target->type))
        return true;
    Diag *diag =
        report(frame, DIAG_NOT_A_PID, target->span, "`<-` sends to a pid, found `%s`", type_words(target->type));
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return false;
}

Tree *eval_send(Frame *frame, Expr *expr) {
    Tree *values[] = {eval(frame, expr->send.target, NULL), NULL};
    const Type *pid = type_resolve(values[0]->type);
    const Type *expected = pid->kind == TYPE_PID ? pid->pid.message : NULL;
    values[1] = eval(frame, expr->send.message, expected);
    Tree *never = tree_never_of(values, 2, expr->span);
    if (never)
        return never;
    if (!expect_pid(frame, values[0], expr->send.target))
        return tree_nil(expr->span);
    Tree *tree = tree_new(TREE_SEND, type_nil, expr->span);
    tree->send.pid = values[0];
    tree->send.message = send_to(frame, pid, values[1], expr->send.op_span, expr->send.message->span);
    return tree;
}

// ---- receive -------------------------------------------------------------------------------------------------------

static void add_receive(Frame *frame, Expr *expr) {
    KindInfo *kind = frame->kind;
    for (size_t i = 0; i < kind->receives.len; i++)
        if (kind->receives.data[i].expr == expr)
            return;
    vec_push(&kind->receives, (Receive){.expr = expr, .module = frame->module});
}

static void eval_after(Frame *frame, Expr *expr, const Type *expected, Tree *tree) {
    if (!expr->receive.after_time)
        return;
    Tree *time = eval(frame, expr->receive.after_time, NULL);
    if (!type_fits(time->type, type_int))
        report(frame, DIAG_TYPE_MISMATCH, time->span, "`after` takes milliseconds as an `int`, found `%s`",
               type_words(time->type));
    tree->receive.timeout = convert(frame, time, type_int);
    tree->receive.after = eval(frame, expr->receive.after_body, expected);
}

Tree *eval_receive(Frame *frame, Expr *expr, const Type *expected) {
    if (frame->in_defer)
        report(frame, DIAG_RECEIVE_IN_DEFER, expr->receive.keyword_span,
               "a `defer` cannot receive: the process may be ending");
    if (!frame->kind)
        return tree_never(expr->span);
    add_receive(frame, expr);
    Tree *tree = tree_new(TREE_RECEIVE, type_never, expr->span);
    tree->receive.message = cell_read(frame->check, &kind_root(frame->kind)->sent, frame->inst);
    TreeArmVec arms = {0};
    eval_arms(frame, &expr->receive.arms, tree->receive.message, expected, &arms);
    eval_after(frame, expr, expected, tree);
    TreeVec bodies = {0};
    for (size_t i = 0; i < arms.len; i++)
        vec_push(&bodies,
                 arms.data[i].pattern->kind == TREE_PATTERN_FAIL ? tree_never(arms.data[i].span) : arms.data[i].body);
    if (tree->receive.after)
        vec_push(&bodies, tree->receive.after);
    tree->type = join_trees(frame, bodies.data, bodies.len);
    for (size_t i = 0; i < arms.len; i++)
        arms.data[i].body = bodies.data[i];
    if (tree->receive.after)
        tree->receive.after = vec_last(&bodies);
    tree->receive.arms = arms.data;
    tree->receive.count = arms.len;
    return tree;
}
