// The tree as s-expressions. One item or statement a line; what is inside braces is indented. The forms are
//   (int 5) (name m:x) (call f a b) (record (a 1) (b 2)) (if c (block …) else (block …)) …
// and the corpus in test/unit/compiler/syntax/corpus shows all of them.
#include "compiler/syntax/dump.h"

#include <stdio.h>

typedef struct Dumper {
    StringBuilder *out;
    bool spans;
    unsigned indent;
} Dumper;

static void dump_type(Dumper *d, const TypeExpr *type);
static void dump_pattern(Dumper *d, const Pattern *pattern);
static void dump_node(Dumper *d, const Expr *expr);

// ---- pieces ---------------------------------------------------------------------------------------------------------

static void put(Dumper *d, const char *text) { sb_add(d->out, text); }

static void put_span(Dumper *d, Span span) {
    if (d->spans)
        sb_addf(d->out, "@%u-%u", span.start, span.end);
}

static void put_line(Dumper *d) {
    sb_add_char(d->out, '\n');
    sb_add_repeat(d->out, ' ', 2 * d->indent);
}

static void put_string(Dumper *d, Text text) {
    sb_add_char(d->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            sb_addf(d->out, "\\%c", c);
        else if (c == '\n')
            put(d, "\\n");
        else if (c < ' ' || c == 0x7F)
            sb_addf(d->out, "\\x%02x", c);
        else
            sb_add_char(d->out, (char)c);
    }
    sb_add_char(d->out, '"');
}

static void put_literal(Dumper *d, const Literal *literal) {
    switch (literal->kind) {
    case LITERAL_INT:
        sb_addf(d->out, "%lld", (long long)literal->integer);
        break;
    case LITERAL_FLOAT:
        sb_addf(d->out, "(float %.17g)", literal->number);
        break;
    case LITERAL_STRING:
        put_string(d, literal->string);
        break;
    case LITERAL_BOOL:
        put(d, literal->boolean ? "true" : "false");
        break;
    case LITERAL_NIL:
        put(d, "nil");
        break;
    }
}

static void put_name(Dumper *d, const QualifiedName *name) {
    if (name->module)
        sb_addf(d->out, "%s:", name->module->text);
    put(d, name->name->text);
}

static void put_child(Dumper *d, const Expr *expr) {
    sb_add_char(d->out, ' ');
    if (expr)
        dump_node(d, expr);
    else
        put(d, "-");
}

static void put_children(Dumper *d, const ExprVec *exprs) {
    for (size_t i = 0; i < exprs->len; i++)
        put_child(d, exprs->data[i]);
}

static void put_where(Dumper *d, const Expr *where) {
    if (!where)
        return;
    put(d, " where");
    put_child(d, where);
}

// ---- types ----------------------------------------------------------------------------------------------------------

static void put_optional_type(Dumper *d, const TypeExpr *type);

static void put_types(Dumper *d, const TypeExprVec *types) {
    for (size_t i = 0; i < types->len; i++) {
        if (i)
            sb_add_char(d->out, ' ');
        dump_type(d, types->data[i]);
    }
}

static void dump_type(Dumper *d, const TypeExpr *type) {
    switch (type->kind) {
    case TYPE_EXPR_ERROR:
        put(d, "<error>");
        break;
    case TYPE_EXPR_NAME:
    case TYPE_EXPR_C_NAME:
        put_name(d, &type->name);
        break;
    case TYPE_EXPR_C_FREED:
    case TYPE_EXPR_HANDLE:
        put(d, type->kind == TYPE_EXPR_HANDLE ? "(handle" : "(freed string");
        if (type->owned.function)
            sb_addf(d->out, " %s", type->owned.function->text);
        put(d, ")");
        break;
    case TYPE_EXPR_CALLBACK:
        put(d, "(callback");
        for (size_t i = 0; i < type->record.fields.len; i++) {
            const TypeExprField *field = &type->record.fields.data[i];
            sb_addf(d->out, " %s", field->name->text);
            put_optional_type(d, field->type);
        }
        put_optional_type(d, type->record.result);
        put(d, ")");
        break;
    case TYPE_EXPR_LITERAL:
        put_literal(d, &type->literal);
        break;
    case TYPE_EXPR_PID:
        put(d, "(pid ");
        dump_type(d, type->argument);
        put(d, ")");
        break;
    case TYPE_EXPR_MAP:
        put(d, type->map.value ? "(map " : "(set ");
        dump_type(d, type->map.key);
        if (type->map.value) {
            put(d, " ");
            dump_type(d, type->map.value);
        }
        put(d, ")");
        break;
    case TYPE_EXPR_RECORD:
        put(d, "{");
        for (size_t i = 0; i < type->record.fields.len; i++) {
            sb_addf(d->out, "%s%s: ", i ? ", " : "", type->record.fields.data[i].name->text);
            dump_type(d, type->record.fields.data[i].type);
        }
        put(d, "}");
        break;
    case TYPE_EXPR_LIST:
        put(d, "[");
        dump_type(d, type->element);
        put(d, "]");
        break;
    case TYPE_EXPR_FUNCTION:
        put(d, "(fn (");
        put_types(d, &type->function.params);
        put(d, ") ");
        dump_type(d, type->function.result);
        put(d, ")");
        break;
    case TYPE_EXPR_UNION:
        put(d, "(| ");
        put_types(d, &type->members);
        put(d, ")");
        break;
    case TYPE_EXPR_CONSTRAINED:
        put(d, type->constrained.is_where ? "(where " : "(with ");
        dump_type(d, type->constrained.base);
        put_child(d, type->constrained.predicate);
        put(d, ")");
        break;
    }
    put_span(d, type->span);
}

static void put_optional_type(Dumper *d, const TypeExpr *type) {
    if (!type)
        return;
    put(d, ": ");
    dump_type(d, type);
}

// ---- patterns -------------------------------------------------------------------------------------------------------

static void dump_record_pattern(Dumper *d, const Pattern *pattern) {
    put(d, "{");
    for (size_t i = 0; i < pattern->record.fields.len; i++) {
        const PatternField *field = &pattern->record.fields.data[i];
        sb_addf(d->out, "%s%s", i ? ", " : "", field->name->text);
        if (field->is_short && !field->pattern->where)
            continue;
        put(d, ": ");
        dump_pattern(d, field->pattern);
    }
    put(d, "}");
}

static void dump_list_pattern(Dumper *d, const Pattern *pattern) {
    put(d, "[");
    for (size_t i = 0; i < pattern->list.elements.len; i++) {
        put(d, i ? ", " : "");
        dump_pattern(d, pattern->list.elements.data[i]);
    }
    if (pattern->list.has_rest) {
        put(d, pattern->list.elements.len ? ", ..." : "...");
        put(d, pattern->list.rest ? pattern->list.rest->text : "");
        put_span(d, pattern->list.rest_span);
    }
    put(d, "]");
}

static void dump_pattern_head(Dumper *d, const Pattern *pattern) {
    switch (pattern->kind) {
    case PATTERN_ERROR:
        put(d, "<error>");
        break;
    case PATTERN_WILDCARD:
        put(d, "_");
        break;
    case PATTERN_NAME:
        put(d, pattern->bind.name->text);
        break;
    case PATTERN_LITERAL:
        put_literal(d, &pattern->literal);
        break;
    case PATTERN_TYPE:
        put(d, "(type ");
        if (pattern->type.name)
            sb_addf(d->out, "%s: ", pattern->type.name->text);
        dump_type(d, pattern->type.type);
        put(d, ")");
        break;
    case PATTERN_RECORD:
        dump_record_pattern(d, pattern);
        break;
    case PATTERN_LIST:
        dump_list_pattern(d, pattern);
        break;
    }
}

static void dump_pattern(Dumper *d, const Pattern *pattern) {
    if (pattern->where)
        put(d, "(");
    dump_pattern_head(d, pattern);
    put_where(d, pattern->where);
    if (pattern->where)
        put(d, ")");
    put_span(d, pattern->span);
}

// ---- expressions ----------------------------------------------------------------------------------------------------

static const char *binary_text(BinaryOp op) {
    static const char *const texts[] = {
        [BINARY_MUL] = "*",     [BINARY_DIV] = "/", [BINARY_REM] = "%",  [BINARY_ADD] = "+", [BINARY_SUB] = "-",
        [BINARY_CONCAT] = "++", [BINARY_EQ] = "==", [BINARY_NE] = "!=",  [BINARY_LT] = "<",  [BINARY_LE] = "<=",
        [BINARY_GT] = ">",      [BINARY_GE] = ">=", [BINARY_AND] = "&&", [BINARY_OR] = "||"};
    return texts[op];
}

static void put_params(Dumper *d, const ParamVec *params) {
    put(d, "(");
    for (size_t i = 0; i < params->len; i++) {
        const Param *param = &params->data[i];
        sb_addf(d->out, "%s%s", i ? ", " : "", param->name->text);
        put_optional_type(d, param->type);
        put_where(d, param->where);
        put_span(d, param->span);
    }
    put(d, ")");
}

static void put_fields(Dumper *d, const Expr *expr) {
    for (size_t i = 0; i < expr->record.fields.len; i++) {
        const RecordField *field = &expr->record.fields.data[i];
        sb_addf(d->out, " (%s", field->name->text);
        put_span(d, field->name_span);
        put_child(d, field->value);
        put(d, ")");
    }
}

static void put_updates(Dumper *d, const Expr *expr) {
    put_child(d, expr->with.record);
    for (size_t i = 0; i < expr->with.updates.len; i++) {
        const WithUpdate *update = &expr->with.updates.data[i];
        put(d, " (");
        for (size_t j = 0; j < update->path.len; j++)
            sb_addf(d->out, "%s%s", j ? "." : "", update->path.data[j].name->text);
        put_span(d, update->span);
        put_child(d, update->value);
        put(d, ")");
    }
}

static void put_arms(Dumper *d, const ArmVec *arms) {
    for (size_t i = 0; i < arms->len; i++) {
        put_line(d);
        put(d, "(");
        dump_pattern(d, arms->data[i].pattern);
        put(d, " ->");
        put_child(d, arms->data[i].body);
        put(d, ")");
    }
}

static void dump_stmt(Dumper *d, const Stmt *stmt) {
    if (stmt->kind == STMT_EXPR) {
        dump_node(d, stmt->expr);
        return;
    }
    sb_addf(d->out, "(= %s", stmt->bind.name->text);
    put_optional_type(d, stmt->bind.type);
    put_child(d, stmt->bind.value);
    put(d, ")");
    put_span(d, stmt->span);
}

static void put_block(Dumper *d, const Expr *expr) {
    d->indent++;
    for (size_t i = 0; i < expr->block.statements.len; i++) {
        put_line(d);
        dump_stmt(d, expr->block.statements.data[i]);
    }
    d->indent--;
}

static void put_comprehension(Dumper *d, const Expr *expr) {
    put_child(d, expr->comprehension.element);
    for (size_t i = 0; i < expr->comprehension.clauses.len; i++) {
        const ComprehensionClause *clause = &expr->comprehension.clauses.data[i];
        put(d, clause->pattern ? " (for " : " (if");
        if (clause->pattern)
            dump_pattern(d, clause->pattern);
        put_child(d, clause->value);
        put(d, ")");
    }
}

static void put_branches(Dumper *d, const Expr *expr) {
    for (size_t i = 0; i < expr->if_.branches.len; i++) {
        put(d, i ? " else-if" : "");
        put_child(d, expr->if_.branches.data[i].condition);
        put_child(d, expr->if_.branches.data[i].body);
    }
    if (expr->if_.else_body) {
        put(d, " else");
        put_child(d, expr->if_.else_body);
    }
}

static void put_receive(Dumper *d, const Expr *expr) {
    put(d, "(receive");
    d->indent++;
    put_arms(d, &expr->receive.arms);
    if (expr->receive.after_time) {
        put_line(d);
        put(d, "(after");
        put_child(d, expr->receive.after_time);
        put(d, " ->");
        put_child(d, expr->receive.after_body);
        put(d, ")");
    }
    d->indent--;
}

static void put_match(Dumper *d, const Expr *expr) {
    put(d, "(match");
    put_child(d, expr->match.subject);
    d->indent++;
    put_arms(d, &expr->match.arms);
    d->indent--;
}

// `(head child…` of most kinds; dump_node closes it.
static void put_compound(Dumper *d, const Expr *e) {
    switch (e->kind) {
    case EXPR_INTERPOLATE:
        put(d, "(text");
        put_children(d, &e->parts);
        break;
    case EXPR_LIST:
        put(d, "(list");
        put_children(d, &e->elements);
        break;
    case EXPR_RECORD:
        put(d, "(record");
        put_fields(d, e);
        break;
    case EXPR_UNARY:
        put(d, e->unary.op == UNARY_NEGATE ? "(-" : "(!");
        put_child(d, e->unary.operand);
        break;
    case EXPR_BINARY:
        sb_addf(d->out, "(%s", binary_text(e->binary.op));
        put_span(d, e->binary.op_span);
        put_child(d, e->binary.left);
        put_child(d, e->binary.right);
        break;
    case EXPR_IS:
        put(d, "(is");
        put_child(d, e->is.value);
        put(d, " ");
        dump_pattern(d, e->is.pattern);
        break;
    case EXPR_SEND:
        put(d, "(<-");
        put_child(d, e->send.target);
        put_child(d, e->send.message);
        break;
    case EXPR_CALL:
        put(d, e->call.pairs ? "(call-pairs" : "(call");
        put_child(d, e->call.callee);
        put_children(d, &e->call.args);
        break;
    case EXPR_METHOD_CALL:
        put(d, "(method");
        put_child(d, e->method.receiver);
        sb_addf(d->out, " .%s", e->method.name->text);
        put_span(d, e->method.name_span);
        put_children(d, &e->method.args);
        break;
    case EXPR_FIELD:
        put(d, "(field");
        put_child(d, e->field.receiver);
        sb_addf(d->out, " .%s", e->field.name->text);
        put_span(d, e->field.name_span);
        break;
    case EXPR_INDEX:
        put(d, "(index");
        put_child(d, e->index.value);
        put_child(d, e->index.index);
        break;
    case EXPR_SLICE:
        put(d, "(slice");
        put_child(d, e->slice.value);
        put_child(d, e->slice.from);
        put_child(d, e->slice.to);
        break;
    case EXPR_WITH:
        put(d, "(with");
        put_updates(d, e);
        break;
    case EXPR_LAMBDA:
        put(d, "(lambda ");
        put_params(d, &e->lambda.params);
        put_child(d, e->lambda.body);
        break;
    case EXPR_BLOCK:
        put(d, "(block");
        put_block(d, e);
        break;
    case EXPR_IF:
        put(d, "(if");
        put_branches(d, e);
        break;
    case EXPR_MATCH:
        put_match(d, e);
        break;
    case EXPR_RECEIVE:
        put_receive(d, e);
        break;
    case EXPR_FOR:
        put(d, "(for ");
        dump_pattern(d, e->for_.pattern);
        put_child(d, e->for_.iterable);
        put_child(d, e->for_.body);
        break;
    case EXPR_COMPREHENSION:
        put(d, "(comprehension");
        put_comprehension(d, e);
        break;
    case EXPR_DEFER:
        put(d, "(defer");
        put_child(d, e->body);
        break;
    case EXPR_SPAWN:
        put(d, "(spawn");
        put_child(d, e->body);
        break;
    case EXPR_EARLY_RETURN:
        put(d, "(early_return");
        put_child(d, e->early_return.value);
        break;
    default:
        break;
    }
}

static void dump_node(Dumper *d, const Expr *expr) {
    switch (expr->kind) {
    case EXPR_ERROR:
        put(d, "<error>");
        break;
    case EXPR_LITERAL:
        put_literal(d, &expr->literal);
        break;
    case EXPR_NAME:
        put_name(d, &expr->name);
        break;
    case EXPR_SUBJECT:
        put(d, "_");
        break;
    default:
        put_compound(d, expr);
        put(d, ")");
    }
    put_span(d, expr->span);
}

// ---- top level ------------------------------------------------------------------------------------------------------

static void dump_clause(Dumper *d, const FunctionDecl *function, const FunctionClause *clause) {
    sb_addf(d->out, "(%sfunction %s", clause->is_exported ? "export " : "", function->name->text);
    put_span(d, clause->name_span);
    put(d, " ");
    put_params(d, &clause->params);
    put_optional_type(d, clause->result);
    put_where(d, clause->result_where);
    put_child(d, clause->body);
    put(d, ")");
    put_span(d, clause->span);
    put(d, "\n");
}

static void dump_extern_params(Dumper *d, const ExternParamVec *params) {
    static const char *const modes[] = {"", "ref ", "out ", "inout "}; // by ExternMode
    put(d, "(");
    for (size_t i = 0; i < params->len; i++) {
        const ExternParam *param = &params->data[i];
        sb_addf(d->out, "%s%s: %s", i ? ", " : "", param->name->text, modes[param->mode]);
        dump_type(d, param->type);
    }
    put(d, ")");
}

static void dump_extern(Dumper *d, const ExternBlock *block) {
    sb_addf(d->out, "(extern %s", block->abi->text);
    for (size_t i = 0; i < block->links.len; i++) {
        put(d, " ");
        put_string(d, block->links.data[i].text);
    }
    d->indent++;
    for (size_t i = 0; i < block->functions.len; i++) {
        const ExternFunction *function = &block->functions.data[i];
        put_line(d);
        sb_addf(d->out, "(%s%s ", function->is_blocking ? "blocking " : "", function->name->text);
        dump_extern_params(d, &function->params);
        put_optional_type(d, function->result);
        put(d, ")");
        put_span(d, function->span);
    }
    d->indent--;
    put(d, ")");
    put_span(d, block->span);
    put(d, "\n");
}

static void dump_declarations(Dumper *d, const Module *module) {
    for (size_t i = 0; i < module->aliases.len; i++) {
        const TypeAlias *alias = module->aliases.data[i];
        sb_addf(d->out, "(type %s ", alias->name->text);
        dump_type(d, alias->type);
        put(d, ")\n");
    }
    for (size_t i = 0; i < module->constraints.len; i++) {
        const ConstraintDecl *constraint = module->constraints.data[i];
        sb_addf(d->out, "(constraint %s", constraint->name->text);
        put_optional_type(d, constraint->type);
        put_child(d, constraint->predicate);
        put(d, ")\n");
    }
    for (size_t i = 0; i < module->constants.len; i++) {
        const ConstantDecl *constant = module->constants.data[i];
        sb_addf(d->out, "(constant %s", constant->name->text);
        put_optional_type(d, constant->type);
        put_child(d, constant->value);
        put(d, ")\n");
    }
    for (size_t i = 0; i < module->externs.len; i++)
        dump_extern(d, module->externs.data[i]);
}

void dump_module(const Module *module, bool spans, StringBuilder *out) {
    Dumper d = {out, spans, 0};
    dump_declarations(&d, module);
    for (size_t i = 0; i < module->functions.len; i++) {
        const FunctionDecl *function = module->functions.data[i];
        for (size_t j = 0; j < function->clauses.len; j++)
            dump_clause(&d, function, function->clauses.data[j]);
    }
    for (size_t i = 0; i < module->statements.len; i++) {
        dump_stmt(&d, module->statements.data[i]);
        put(&d, "\n");
    }
}

void dump_expr(const Expr *expr, bool spans, StringBuilder *out) {
    Dumper d = {out, spans, 0};
    dump_node(&d, expr);
}
