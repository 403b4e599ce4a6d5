// The structure of brackets, found before parsing. It lets the parser look behind a bracket in one step (is this a
// lambda? a record?), and lets it recover: after an error it knows which tokens belong to the statement at fault.
//
// A closing bracket ends the nearest opening one of its kind; those opened since are unpaired. That alone blames the
// wrong bracket when a `}` is missing, so a file whose braces don't balance is matched again with the help of its
// layout: a `}` at the start of a line ends only the block that began on a line with the same indentation, a `)` or `]`
// amid a line ends no block of an earlier one, and a function's header in the first column ends everything.
#include "compiler/syntax/token.h"

typedef enum BracketClass { CLASS_PAREN, CLASS_BRACKET, CLASS_BRACE, CLASS_STRING, CLASS_COUNT } BracketClass;

// An opening bracket without partner so far.
typedef struct Open {
    uint32_t token;
    uint32_t line;                 // Matcher.line where it is
    uint32_t indent;               // of that line
    uint32_t outside[CLASS_COUNT]; // of CLASS_STRING: Matcher.counts to restore when it closes
} Open;

typedef struct Matcher {
    Tokens *tokens;
    bool by_layout;
    bool unbalanced; // some brace has no partner
    uint32_t line;   // number of the present line, of those that have tokens
    uint32_t indent; // bytes before its first token
    VEC(Open) stack;
    // How many of each class are open within the innermost string: a closing bracket without partner is known at once.
    uint32_t counts[CLASS_COUNT];
} Matcher;

static int opening_class(const Token *token) {
    switch (token->kind) {
    case TOKEN_OPEN_PAREN:
        return CLASS_PAREN;
    case TOKEN_OPEN_BRACKET:
        return CLASS_BRACKET;
    case TOKEN_OPEN_BRACE:
        return CLASS_BRACE;
    case TOKEN_STRING_OPEN:
    case TOKEN_STRING_MIDDLE:
        return CLASS_STRING;
    default:
        return -1;
    }
}

static int closing_class(const Token *token) {
    switch (token->kind) {
    case TOKEN_CLOSE_PAREN:
        return CLASS_PAREN;
    case TOKEN_CLOSE_BRACKET:
        return CLASS_BRACKET;
    case TOKEN_CLOSE_BRACE:
        return CLASS_BRACE;
    case TOKEN_STRING_MIDDLE:
    case TOKEN_STRING_CLOSE:
        return CLASS_STRING;
    default:
        return -1;
    }
}

static void push_open(Matcher *m, uint32_t index, BracketClass class) {
    Open open = {.token = index, .line = m->line, .indent = m->indent};
    if (class == CLASS_STRING) {
        for (int i = 0; i < CLASS_COUNT; i++) {
            open.outside[i] = m->counts[i];
            m->counts[i] = 0;
        }
    }
    m->counts[class]++;
    vec_push(&m->stack, open);
}

// Takes the innermost open bracket off; it ends at token `end`.
static void pop_open(Matcher *m, uint32_t end, bool paired) {
    Open open = vec_pop(&m->stack);
    Token *token = &m->tokens->data[open.token];
    token->partner = end;
    token->is_unpaired = !paired;
    int class = opening_class(token);
    if (!paired && class == CLASS_BRACE)
        m->unbalanced = true;
    m->counts[class]--;
    if (class == CLASS_STRING)
        for (int i = 0; i < CLASS_COUNT; i++)
            m->counts[i] = open.outside[i];
}

// Bytes from the start of the line to the token, which is the first on it.
static uint32_t line_indent(const Tokens *tokens, const Token *token) {
    uint32_t line = token->start;
    while (line > 0 && tokens->file->text[line - 1] != '\n')
        line--;
    return token->start - line;
}

static bool is_first_column(const Tokens *tokens, const Token *token) {
    return token->newline_before && (token->start == 0 || tokens->file->text[token->start - 1] == '\n');
}

// For a `}` at the start of a line: ends the blocks that began on more indented lines.
static void pop_deeper(Matcher *m, uint32_t index) {
    while (m->counts[CLASS_BRACE] > 1 && vec_last(&m->stack).indent > m->indent)
        pop_open(m, index, false);
}

// Whether the present line is more indented than the one where the innermost bracket was opened.
static bool is_deeper(const Matcher *m) { return m->stack.len && m->indent > vec_last(&m->stack).indent; }

// Whether the innermost bracket is a `{` of an earlier line: no `)` amid a later one ends it.
static bool is_block_above(const Matcher *m) {
    const Open *open = &vec_last(&m->stack);
    return m->tokens->data[open->token].kind == TOKEN_OPEN_BRACE && open->line < m->line;
}

static void close_bracket(Matcher *m, uint32_t index, BracketClass class) {
    Token *token = &m->tokens->data[index];
    if (m->by_layout && class == CLASS_BRACE && token->newline_before)
        pop_deeper(m, index);
    bool too_deep = m->by_layout && class == CLASS_BRACE && token->newline_before && is_deeper(m);
    if (m->counts[class] == 0 || too_deep) {
        token->is_unpaired = true;
        if (class == CLASS_BRACE)
            m->unbalanced = true;
        return;
    }
    while (opening_class(&m->tokens->data[vec_last(&m->stack).token]) != (int)class) {
        if (m->by_layout && !token->newline_before && is_block_above(m)) {
            token->is_unpaired = true;
            return;
        }
        pop_open(m, index, false);
    }
    uint32_t open = vec_last(&m->stack).token;
    pop_open(m, index, true);
    if (token->kind != TOKEN_STRING_MIDDLE) // whose partner is the next piece
        token->partner = open;
}

// `name(` in the first column, on a line with a `{`.
static bool is_header(const Tokens *tokens, uint32_t index) {
    const Token *token = &tokens->data[index];
    if (!is_first_column(tokens, token))
        return false;
    if (token->kind == TOKEN_EXPORT || token->kind == TOKEN_EXTERN)
        return true;
    if (token->kind != TOKEN_NAME || token[1].kind != TOKEN_OPEN_PAREN)
        return false;
    for (uint32_t i = index + 2; i < tokens->len && !tokens->data[i].newline_before; i++)
        if (tokens->data[i].kind == TOKEN_OPEN_BRACE)
            return true;
    return false;
}

static void match(Matcher *m) {
    for (uint32_t i = 0; i < m->tokens->len; i++) {
        Token *token = &m->tokens->data[i];
        int opening = opening_class(token), closing = closing_class(token);
        if (token->newline_before) {
            m->indent = line_indent(m->tokens, token);
            m->line++;
        }
        if (m->by_layout && m->counts[CLASS_STRING] == 0 && is_header(m->tokens, i))
            while (m->stack.len)
                pop_open(m, i, false);
        if (closing >= 0)
            close_bracket(m, i, (BracketClass)closing);
        token->parent = m->stack.len ? vec_last(&m->stack).token : NO_TOKEN;
        if (opening >= 0)
            push_open(m, i, (BracketClass)opening);
    }
    while (m->stack.len)
        pop_open(m, m->tokens->len - 1, false);
}

// Parents so far may be unpaired; the right one is then the parent of that. Parents precede their children, so one pass
// is enough.
static void fix_parents(Tokens *tokens) {
    for (uint32_t i = 0; i < tokens->len; i++) {
        uint32_t parent = tokens->data[i].parent;
        if (parent != NO_TOKEN && tokens->data[parent].is_unpaired)
            tokens->data[i].parent = tokens->data[parent].parent;
    }
}

static void forget(Tokens *tokens) {
    for (uint32_t i = 0; i < tokens->len; i++) {
        tokens->data[i].partner = tokens->data[i].parent = NO_TOKEN;
        tokens->data[i].is_unpaired = false;
    }
}

void match_brackets(Tokens *tokens) {
    Matcher plain = {.tokens = tokens};
    match(&plain);
    if (plain.unbalanced) {
        forget(tokens);
        Matcher by_layout = {.tokens = tokens, .by_layout = true};
        match(&by_layout);
    }
    fix_parents(tokens);
}
