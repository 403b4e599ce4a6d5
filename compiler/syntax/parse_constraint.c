// `where positive = int with _ > 0`, `where calm = .isCalm`, `where canDrive = adult && hasLicense`: a type with a
// predicate, or a predicate alone.
#include "compiler/syntax/parse.h"

// Whether a type stands on the right side: something that can only be a type, or `with` or `where` behind it.
static bool starts_with_type(const Parser *p) {
    const Token *token = p->token;
    switch (token->kind) {
    case TOKEN_OPEN_BRACE:
    case TOKEN_OPEN_BRACKET:
        return true;
    case TOKEN_OPEN_PAREN:
        if (token->is_unpaired)
            return false;
        token = &p->tokens->data[token->partner];
        break;
    default:
        break;
    }
    switch (token[1].kind) {
    case TOKEN_WITH:
    case TOKEN_PIPE:
        return true;
    case TOKEN_WHERE:
        return token[3].kind != TOKEN_ASSIGN; // not the next declaration
    case TOKEN_LESS:
        return token->kind == TOKEN_NAME && token[1].start == token->end;
    default:
        return false;
    }
}

static void parse_typed(Parser *p, ConstraintDecl *constraint) {
    TypeExpr *type = parse_type_where(p);
    if (type->kind == TYPE_EXPR_CONSTRAINED) {
        constraint->type = type->constrained.base;
        constraint->predicate = type->constrained.predicate;
        return;
    }
    // All values of a type: the predicate is `true`.
    constraint->type = type;
    constraint->predicate = nil_expr(p, span_after(last_span(p)));
    constraint->predicate->literal = (Literal){.kind = LITERAL_BOOL, .boolean = true};
}

static void add_constraint(Parser *p, ConstraintDecl *constraint) {
    const ConstraintDecl *first = map_get(&p->constraints, constraint->name);
    if (first) {
        Diag *diag = parse_complain(p, DIAG_DUPLICATE_DEFINITION, constraint->name_span,
                                    "the constraint `%s` is defined twice", constraint->name->text);
        diag_label(diag, first->name_span, "first here");
        return;
    }
    map_set(&p->constraints, constraint->name, constraint);
    vec_push(&p->module->constraints, constraint);
}

void parse_constraint(Parser *p) {
    uint32_t start = p->at;
    ConstraintDecl *constraint = mem_new(ConstraintDecl);
    advance(p); // `where`
    constraint->name = take_name(p, "the name of a constraint", &constraint->name_span);
    expect(p, TOKEN_ASSIGN);
    if (!p->panic && starts_with_type(p))
        parse_typed(p, constraint);
    else
        constraint->predicate = parse_predicate(p);
    constraint->span = span_from(p, start);
    if (!p->panic)
        add_constraint(p, constraint);
}
