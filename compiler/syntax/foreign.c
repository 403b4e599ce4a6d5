// Help for those who come from other languages: words and tokens that Fluffy does not have.
#include "compiler/syntax/parse.h"

#include <string.h>

typedef struct Habit {
    const char *word, *help;
} Habit;

static const Habit habits[] = {
    {"let", "a binding is written `name = value`"},
    {"var", "a binding is written `name = value`; binding the name again shadows it"},
    {"val", "a binding is written `name = value`"},
    {"const", "a binding is written `name = value`"},
    {"return", "a block's last expression is its value; `early_return value` leaves a function before its end"},
    {"fn", "a function is written `name(a, b) { … }`, at top level"},
    {"fun", "a function is written `name(a, b) { … }`, at top level"},
    {"func", "a function is written `name(a, b) { … }`, at top level"},
    {"function", "a function is written `name(a, b) { … }`, at top level"},
    {"def", "a function is written `name(a, b) { … }`, at top level"},
    {"pub", "everything in a module can be used by others as `module:name`; `export` is for C"},
    {"import", "there is no import: write `module:name`"},
    {"use", "there is no import: write `module:name`"},
    {"include", "there is no import: write `module:name`"},
    {"type", "a type is named by `Name = type`, at top level"},
    {"struct", "a record type is named by `Name = {field: type}`, at top level"},
    {"record", "a record type is named by `Name = {field: type}`, at top level"},
    {"interface", "types are structural: a record fits where its fields are asked for"},
    {"class", "there are no classes: use records and functions"},
    {"enum", "a union of literals is named by `Name = \"a\" | \"b\"`, at top level"},
    {"while", "loop by recursion, or with `for x in xs { … }`"},
    {"loop", "loop by recursion, or with `for x in xs { … }`"},
    {"switch", "use `match value { pattern -> … }`"},
    {"case", "use `match value { pattern -> … }`"},
    {"try", "nothing catches a panic; expected failures are values"},
    {"throw", "end the process with `panic(text)`; expected failures are values"},
    {"raise", "end the process with `panic(text)`; expected failures are values"},
    {"not", "write `!`"},
    {"and", "write `&&`"},
    {"or", "write `||`"},
};

const char *foreign_word_help(const char *word) {
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (strcmp(habits[i].word, word) == 0)
            return habits[i].help;
    return NULL;
}

void foreign_token_help(Diag *diag, TokenKind kind) {
    switch (kind) {
    case TOKEN_FAT_ARROW:
        diag_help(diag, "lambdas and arms are written with `->`");
        break;
    case TOKEN_AMPERSAND:
        diag_help(diag, "the operator for both is `&&`");
        break;
    case TOKEN_PIPE:
        diag_help(diag, "`|` joins types; the operator for either is `||`");
        break;
    case TOKEN_QUESTION:
        diag_help(diag, "a choice is written `if condition { a } else { b }`");
        break;
    case TOKEN_NOT:
        diag_help(diag, "a message is sent by `pid <- message`");
        break;
    case TOKEN_SEMICOLON:
        diag_help(diag, "statements are separated by newlines");
        break;
    default:
        break;
    }
}
