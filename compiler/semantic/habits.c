// What people call things in other languages: the help for a function or field that a value has not.
#include <string.h>

#include "compiler/semantic/check.h"

typedef struct Habit {
    const char *library; // "list", "string", "map", "set", or "" for any
    const char *word, *help;
} Habit;

static const Habit habits[] = {
    {"list", "push", "lists do not change: `xs ++ [x]` is a longer one"},
    {"list", "append", "lists do not change: `xs ++ [x]` is a longer one"},
    {"list", "add", "lists do not change: `xs ++ [x]` is a longer one"},
    {"list", "prepend", "`[x] ++ xs` is a longer list"},
    {"list", "concat", "lists are joined by `++`"},
    {"list", "extend", "lists are joined by `++`"},
    {"list", "pop", "lists do not change: `xs[..xs.length - 1]` is all but the last element"},
    {"list", "head", "`xs[0]` is the first element, `xs.first()` says whether there is one"},
    {"list", "tail", "`xs[1..]` is all but the first element"},
    {"list", "get", "`xs[i]` is an element; out of range it panics"},
    {"list", "slice", "`xs[from..to]` is a part of a list"},
    {"list", "each", "use `for x in xs { … }`"},
    {"list", "forEach", "use `for x in xs { … }`"},
    {"list", "for_each", "use `for x in xs { … }`"},
    {"list", "reduce", "use `xs.fold(start, (result, x) -> …)`"},
    {"list", "foldl", "use `xs.fold(start, (result, x) -> …)`"},
    {"list", "inject", "use `xs.fold(start, (result, x) -> …)`"},
    {"list", "includes", "use `xs.contains(x)`"},
    {"list", "has", "use `xs.contains(x)`"},
    {"list", "indexOf", "use `xs.index_of(x)`"},
    {"list", "some", "use `xs.any(test)`"},
    {"list", "every", "use `xs.all(test)`"},
    {"list", "is_empty", "compare: `xs == []`"},
    {"string", "concat", "text is joined by `+`, or written into text: \"${x}\""},
    {"string", "substring", "use `text.slice(from, to)`"},
    {"string", "substr", "use `text.slice(from, to)`"},
    {"string", "includes", "use `text.contains(part)`"},
    {"string", "index_of", "use `text.find(part, 0)`, which is -1 for none"},
    {"string", "indexOf", "use `text.find(part, 0)`, which is -1 for none"},
    {"string", "startsWith", "use `text.starts_with(part)`"},
    {"string", "endsWith", "use `text.ends_with(part)`"},
    {"string", "toUpperCase", "use `text.upper()`"},
    {"string", "to_upper", "use `text.upper()`"},
    {"string", "toLowerCase", "use `text.lower()`"},
    {"string", "to_lower", "use `text.lower()`"},
    {"string", "strip", "use `text.trim()`"},
    {"string", "to_int", "use `parse_int(text)`, which gives `{ok: n}` or `{error: text}`"},
    {"string", "to_float", "use `parse_float(text)`, which gives `{ok: x}` or `{error: text}`"},
    {"map", "set", "maps do not change: `m.put(key, value)` is a new one"},
    {"map", "insert", "maps do not change: `m.put(key, value)` is a new one"},
    {"map", "add", "maps do not change: `m.put(key, value)` is a new one"},
    {"map", "delete", "maps do not change: `m.remove(key)` is a new one"},
    {"map", "contains", "use `m.has(key)`"},
    {"map", "contains_key", "use `m.has(key)`"},
    {"map", "each", "use `for {key, value} in m { … }`"},
    {"set", "insert", "sets do not change: `s.add(x)` is a new one"},
    {"set", "put", "sets do not change: `s.add(x)` is a new one"},
    {"set", "delete", "sets do not change: `s.remove(x)` is a new one"},
    {"set", "contains", "use `s.has(x)`"},
    {"", "length", "`length` is a field: write it without parentheses"},
    {"", "len", "write `.length`"},
    {"", "size", "write `.length`"},
    {"", "count", "write `.length`"},
    {"", "to_string", "use `text(x)`, or write it into text: \"${x}\""},
    {"", "toString", "use `text(x)`, or write it into text: \"${x}\""},
};

const char *habit_help(const char *library, Name name) {
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if ((!*habits[i].library || strcmp(habits[i].library, library) == 0) && strcmp(habits[i].word, name->text) == 0)
            return habits[i].help;
    return NULL;
}
