#include "compiler/driver/options.h"

#include <stddef.h>
#include <string.h>

#include "compiler/base/mem.h"
#include "compiler/base/sb.h"
#include "compiler/base/suggest.h"

typedef struct CommandRow {
    const char *name;
    Command command;
    const char *operands;
    const char *text;
} CommandRow;

static const CommandRow commands[] = {
    {"build", COMMAND_BUILD, "FILE", "compile FILE and link it to an executable; with --lib: FILE… to a library"},
    {"run", COMMAND_RUN, "FILE [ARGS]", "compile FILE, run it with ARGS, end with its status"},
    {"check", COMMAND_CHECK, "FILE", "only report what is wrong with FILE"},
    {"test", COMMAND_TEST, "FILE", "run FILE's functions test_…, each in a process of its own"},
    {"explain", COMMAND_EXPLAIN, "CODE", "say what an error's code, like E0401, means"},
};

enum {
    BUILD = 1 << COMMAND_BUILD,
    RUN = 1 << COMMAND_RUN,
    CHECK = 1 << COMMAND_CHECK,
    EXPLAIN = 1 << COMMAND_EXPLAIN,
    TEST = 1 << COMMAND_TEST,
};

typedef struct OptionRow {
    const char *name;
    const char *value; // NULL: a switch. `a|b|c`: a choice. Otherwise what the text is.
    int commands;      // that take it
    Command implied;   // the command when none is given
    size_t field;      // in Options: int for switches and choices, const char * for text
    const char *text;
} OptionRow;

static const OptionRow options_table[] = {
    {"-o", "OUT", BUILD, COMMAND_NONE, offsetof(Options, output), "write to OUT instead of a file named after FILE"},
    {"--lib", "NAME", BUILD, COMMAND_BUILD, offsetof(Options, library),
     "make libNAME.a, NAME.h and NAME.pc for programs in C, in the folder OUT"},
    {"--shared", NULL, BUILD, COMMAND_NONE, offsetof(Options, shared), "with --lib: make libNAME.so too"},
    {"--link", "LIBRARY", BUILD | RUN | TEST, COMMAND_NONE, offsetof(Options, links),
     "link with a C library: its name, or an archive, object or C file"},
    {"--pkg-config", "NAME", BUILD | RUN | TEST, COMMAND_NONE, offsetof(Options, packages),
     "link with what pkg-config says of NAME"},
    {"--debug", NULL, BUILD | RUN | TEST, COMMAND_NONE, offsetof(Options, debug), "compile fast, optimise nothing"},
    {"--sanitize", "address|thread", BUILD | RUN | TEST, COMMAND_NONE, offsetof(Options, sanitize),
     "find memory errors or data races while the program runs"},
    {"--emit", "obj|asm|llvm", BUILD, COMMAND_BUILD, offsetof(Options, emit), "write this instead of an executable"},
    {"--dump", "tokens|ast|types", CHECK, COMMAND_CHECK, offsetof(Options, dump),
     "print what the compiler sees in FILE"},
    {"--json", NULL, BUILD | RUN | CHECK | TEST, COMMAND_NONE, offsetof(Options, json),
     "report what is wrong as JSON, a line for each error"},
    {"--help", NULL, BUILD | RUN | CHECK | EXPLAIN | TEST, COMMAND_NONE, offsetof(Options, help), "print this text"},
    {"--version", NULL, BUILD | RUN | CHECK | EXPLAIN | TEST, COMMAND_NONE, offsetof(Options, version),
     "print the version"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_choice(const OptionRow *row) { return row->value && strchr(row->value, '|'); }

const char *options_help(void) {
    StringBuilder sb = {0};
    sb_add(&sb, "usage: fluffyc COMMAND [OPTIONS] FILE\n\ncommands:\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        sb_addf(&sb, "  %-7s %-18s %s\n", commands[i].name, commands[i].operands, commands[i].text);
    sb_add(&sb, "\noptions:\n");
    for (size_t i = 0; i < COUNT(options_table); i++) {
        const OptionRow *row = &options_table[i];
        const char *between = !row->value ? "" : is_choice(row) ? "=" : " ";
        sb_addf(&sb, "  %-26s %s\n", text_format("%s%s%s", row->name, between, row->value ? row->value : ""),
                row->text);
    }
    sb_add(&sb,
           "\nstatus: 0; 1 if FILE has errors or something failed; 2 if the command line is wrong; with `run` the\n"
           "program's own, or 128 plus the number of the signal that ended it\n");
    return sb_text(&sb);
}

// ` (did you mean …?)`, or nothing.
static const char *near_text(Suggestion suggestion) {
    return suggestion.best ? text_format("; did you mean `%s`?", name_text(suggestion.best)) : "";
}

// The field is a list of texts that ends with NULL.
static bool repeats(const OptionRow *row) {
    return row->field == offsetof(Options, links) || row->field == offsetof(Options, packages);
}

static const char *unknown_option(const char *name, size_t length) {
    Suggestion near = suggest_start(name_of_bytes(name, length));
    for (size_t i = 0; i < COUNT(options_table); i++)
        suggest_offer(&near, name_of(options_table[i].name));
    return text_format("unknown option `%.*s`%s", (int)length, name, near_text(near));
}

static const OptionRow *find_option(const char *name, size_t length) {
    for (size_t i = 0; i < COUNT(options_table); i++)
        if (strlen(options_table[i].name) == length && memcmp(options_table[i].name, name, length) == 0)
            return &options_table[i];
    return NULL;
}

// Stores the position of `value` in the row's choices, from 1.
static const char *set_choice(const OptionRow *row, const char *value, int *field) {
    Suggestion near = suggest_start(name_of(value));
    const char *choice = row->value;
    for (int position = 1; *choice; position++) {
        size_t length = strcspn(choice, "|");
        suggest_offer(&near, name_of_bytes(choice, length));
        if (strlen(value) == length && memcmp(choice, value, length) == 0) {
            *field = position;
            return NULL;
        }
        choice += length + (choice[length] == '|');
    }
    return text_format("`%s` takes %s, not `%s`%s", row->name, row->value, value, near_text(near));
}

static void add_text(const char ***list, const char *text) {
    size_t count = 0;
    while (*list && (*list)[count])
        count++;
    const char **longer = mem_alloc(sizeof(*longer) * (count + 2));
    if (count)
        memcpy(longer, *list, sizeof(*longer) * count);
    longer[count] = text;
    *list = longer;
}

// Takes the option at argv[*i], and the argument behind it if that is its value.
static const char *parse_option(char **argv, int *i, Options *options, const OptionRow **taken) {
    const char *arg = argv[*i];
    size_t length = strcspn(arg, "=");
    const OptionRow *row = find_option(arg, length);
    if (!row)
        return unknown_option(arg, length);
    *taken = row;
    void *field = (char *)options + row->field;
    const char *value = arg[length] == '=' ? arg + length + 1 : NULL;
    if (!row->value) {
        *(int *)field = 1;
        return value ? text_format("`%s` takes no value", row->name) : NULL;
    }
    if (!value)
        value = argv[*i + 1] ? argv[++*i] : NULL;
    if (!value || !*value)
        return text_format("`%s` needs a value: %s", row->name, row->value);
    if (is_choice(row))
        return set_choice(row, value, field);
    if (repeats(row))
        add_text(field, value);
    else
        *(const char **)field = value;
    return NULL;
}

static Command find_command(const char *name) {
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].command;
    return COMMAND_NONE;
}

static const char *command_name(Command command) {
    for (size_t i = 0; i < COUNT(commands); i++)
        if (commands[i].command == command)
            return commands[i].name;
    return "";
}

static const char *not_a_command(const char *word) {
    Suggestion near = suggest_start(name_of(word));
    for (size_t i = 0; i < COUNT(commands); i++)
        suggest_offer(&near, name_of(commands[i].name));
    return near.best ? text_format("`%s` is not a command%s", word, near_text(near))
                     : text_format("say what to do with `%s`: build, run or check", word);
}

// Every option has to belong to the command.
static const char *check_options(const OptionRow *const *taken, size_t count, Command command) {
    for (size_t i = 0; i < count; i++)
        if (!(taken[i]->commands & 1 << command))
            return text_format("`%s` is no option of `fluffyc %s`", taken[i]->name, command_name(command));
    return NULL;
}

const char *options_parse(int argc, char **argv, Options *options) {
    const OptionRow **taken = mem_alloc(sizeof(*taken) * (size_t)argc);
    size_t taken_count = 0, more = 0;
    Command implied = COMMAND_NONE;
    for (int i = 1; i < argc && !options->program_args; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            const char *wrong = parse_option(argv, &i, options, &taken[taken_count]);
            if (wrong)
                return wrong;
            if (taken[taken_count]->implied)
                implied = taken[taken_count]->implied;
            taken_count++;
        } else if (!options->command && !options->file && find_command(argv[i])) {
            options->command = find_command(argv[i]);
        } else if (options->file && (options->command == COMMAND_BUILD || implied == COMMAND_BUILD)) {
            if (!options->more)
                options->more = mem_alloc(sizeof(*options->more) * (size_t)argc);
            options->more[more++] = argv[i];
        } else if (options->file) {
            return !options->command && !implied
                       ? not_a_command(options->file)
                       : text_format("one file at a time: `%s` and `%s`", options->file, argv[i]);
        } else {
            options->file = argv[i];
            if (options->command == COMMAND_RUN)
                options->program_args = argv + i + 1;
        }
    }
    if (options->help || options->version)
        return NULL;
    if (!options->command)
        options->command = implied;
    if (!options->command)
        return options->file ? not_a_command(options->file) : "say what to do: build, run or check, and a file";
    if (!options->file)
        return text_format("`fluffyc %s` needs a %s", command_name(options->command),
                           options->command == COMMAND_EXPLAIN ? "code" : "file");
    if (options->more && !options->library)
        return text_format("one file at a time: `%s` and `%s`", options->file, options->more[0]);
    if (options->shared && !options->library)
        return "`--shared` goes with `--lib NAME`";
    if (options->library && options->emit)
        return "`--emit` does not go with `--lib`";
    return check_options(taken, taken_count, options->command);
}
