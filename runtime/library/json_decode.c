// JSON text as a value of a given type, or an error that says where and what. A loop over the open objects and arrays,
// which lie in the arena as a filler; so does every record until it is complete.
//
// Its polls collect nothing: what is half made is in no collection's sight. (The keys of the maps are strings, whose
// comparison does not poll.)
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/library/json.h"
#include "runtime/value/builder.h"
#include "runtime/value/heap.h"
#include "runtime/value/number.h"

enum { VALUE_WORDS = 3, FIELDS_MOST = 256, DEPTH_MOST = 100000, FRAMES_FIRST = 16 };

typedef struct Frame {
    const FlType *type;   // RECORD, LIST, MAP or UNION
    const FlType *member; // UNION: what is read for it
    FlObject *object;     // RECORD: boxed, a filler until it is complete
    FlBuffer *list;
    FlMap map;
    FlString *key;
    uint32_t field; // RECORD: that is read; FIELDS_MOST: one that the type has not
    bool started;   // something was read
    bool filled;    // UNION: `words` has the value
    uint64_t seen[FIELDS_MOST / 64];
    FlWord words[VALUE_WORDS];
} Frame;

typedef struct Decoder {
    FlProcess *self;
    JsonText json;
    Frame *frames;
    uint32_t depth, capacity;
    const char *wrong, *name; // `wrong` may speak of `name`, which stands behind it
    const char *place;
} Decoder;

typedef enum Step { STEP_FAILED, STEP_DONE, STEP_OPEN, STEP_NEXT } Step;

static Step fail(Decoder *d, const char *what, const char *name) {
    if (d->wrong == NULL) {
        d->wrong = what;
        d->name = name;
        d->place = d->json.at;
    }
    return STEP_FAILED;
}

static Step mismatch(Decoder *d, const FlType *type) {
    jsontext_space(&d->json);
    return fail(d, "expected ", type->name);
}

static Step push(Decoder *d, const FlType *type) {
    if (d->depth == DEPTH_MOST)
        return fail(d, "nested too deep", "");
    if (d->depth == d->capacity) {
        uint32_t capacity = d->capacity == 0 ? FRAMES_FIRST : 2 * d->capacity;
        uint64_t bytes = sizeof(FlObject) + capacity * sizeof(Frame);
        char *chunk = value_allocate(d->self, bytes);
        object_fill(chunk, bytes);
        if (d->depth > 0)
            memcpy(chunk + sizeof(FlObject), d->frames, d->depth * sizeof(Frame));
        d->frames = (Frame *)(chunk + sizeof(FlObject));
        d->capacity = capacity;
    }
    d->frames[d->depth++] = (Frame){.type = type, .field = FIELDS_MOST};
    return STEP_OPEN;
}

// ---- leaves --------------------------------------------------------------------------------------------------------

static bool take_word(Decoder *d, const char *word) {
    size_t length = strlen(word);
    jsontext_space(&d->json);
    if ((size_t)(d->json.end - d->json.at) < length || memcmp(d->json.at, word, length) != 0)
        return false;
    d->json.at += length;
    return true;
}

static bool take_int(JsonText *json, int64_t *out) {
    const char *end;
    bool integral;
    jsontext_space(json);
    if (!jsontext_digits(json, &end, &integral) || !integral)
        return false;
    errno = 0;
    *out = strtoll(json->at, NULL, 10);
    if (errno != 0)
        return false;
    json->at = end;
    return true;
}

static Step decode_int(Decoder *d, const FlType *type, FlWord *value) {
    int64_t number;
    if (!take_int(&d->json, &number))
        return mismatch(d, type);
    *value = (FlWord)number;
    return STEP_DONE;
}

static Step decode_float(Decoder *d, const FlType *type, FlWord *value) {
    const char *end;
    bool integral;
    jsontext_space(&d->json);
    if (!jsontext_digits(&d->json, &end, &integral))
        return mismatch(d, type);
    double number = strtod(d->json.at, NULL);
    memcpy(value, &number, sizeof number);
    d->json.at = end;
    return STEP_DONE;
}

static Step decode_string(Decoder *d, const FlType *type, FlWord *value) {
    if (jsontext_peek(&d->json) != '"')
        return mismatch(d, type);
    const FlString *string = jsontext_string(d->self, &d->json);
    if (string == NULL)
        return fail(d, d->json.wrong, "");
    *value = (FlWord)string;
    return STEP_DONE;
}

// Skips the value that is this literal's; false: it is another.
static bool take_literal(Decoder *d, JsonText *json, const FlType *type) {
    bool symbol = type->literal != 0 && FL_IMMEDIATE_TAG(type->literal) == FL_TAG_SYMBOL;
    bool truth = type->literal != 0 && FL_IMMEDIATE_TAG(type->literal) == FL_TAG_BOOL;
    int64_t number;
    if (symbol) {
        const FlString *text = fl_program.symbols[FL_IMMEDIATE_PAYLOAD(type->literal)];
        return jsontext_peek(json) == '"' && jsontext_key_is(d->self, json, text->bytes);
    }
    if (truth) {
        const char *word = FL_IMMEDIATE_PAYLOAD(type->literal) != 0 ? "true" : "false";
        Decoder copy = {.json = *json};
        bool taken = take_word(&copy, word);
        json->at = copy.json.at;
        return taken;
    }
    return take_int(json, &number) && number == type->big;
}

static Step decode_literal(Decoder *d, const FlType *type) {
    JsonText before = d->json;
    if (take_literal(d, &d->json, type))
        return STEP_DONE;
    d->json.at = before.at;
    return mismatch(d, type);
}

// ---- unions --------------------------------------------------------------------------------------------------------

static bool allows_nil(const FlType *type) {
    if (type->kind == FL_KIND_NIL)
        return true;
    for (uint32_t i = 0; type->kind == FL_KIND_UNION && i < type->field_count; i++)
        if (type->fields[i].type->kind == FL_KIND_NIL)
            return true;
    return false;
}

// Whether the object that begins at `json` has this record's fields, as far as its own literals tell.
static bool object_fits(Decoder *d, JsonText json, const FlType *record) {
    uint32_t found = 0, needed = 0;
    for (uint32_t i = 0; i < record->field_count; i++)
        needed += !allows_nil(record->fields[i].type);
    jsontext_accept(&json, '{');
    for (bool more = jsontext_peek(&json) == '"'; more; more = jsontext_accept(&json, ',')) {
        const FlField *field = NULL;
        JsonText key = json;
        for (uint32_t i = 0; i < record->field_count && field == NULL; i++) {
            json = key;
            if (jsontext_key_is(d->self, &json, record->fields[i].name))
                field = &record->fields[i];
        }
        if (record->field_count == 0)
            jsontext_skip(&json);
        if (!jsontext_accept(&json, ':'))
            return true; // no JSON: that is said when it is read
        JsonText value = json;
        if (field != NULL && field->type->kind == FL_KIND_LITERAL && !take_literal(d, &value, field->type))
            return false;
        found += field != NULL && !allows_nil(field->type);
        if (!jsontext_jump(&json))
            return true;
    }
    return found >= needed;
}

static bool number_fits(Decoder *d, const FlType *member) {
    JsonText json = d->json;
    int64_t number;
    switch (member->kind) {
    case FL_KIND_INT:
        return take_int(&json, &number);
    case FL_KIND_LITERAL:
        return (member->literal == 0 || FL_IMMEDIATE_TAG(member->literal) == FL_TAG_INT) &&
               take_literal(d, &json, member);
    default:
        return false;
    }
}

// How well a member takes the value that begins with `first`: 0 not at all.
static uint32_t rank(Decoder *d, const FlType *member, char first) {
    JsonText json = d->json;
    bool number = first == '-' || (first >= '0' && first <= '9');
    bool literal = member->kind == FL_KIND_LITERAL && !number;
    switch (first) {
    case '{':
        if (member->kind == FL_KIND_RECORD)
            return object_fits(d, d->json, member) ? 2 + member->field_count : 0;
        return member->kind == FL_KIND_MAP;
    case '[':
        return member->kind == FL_KIND_LIST;
    case '"':
        return literal ? 2u * take_literal(d, &json, member) : member->kind == FL_KIND_STRING;
    case 't':
    case 'f':
        return literal ? 2u * take_literal(d, &json, member) : member->kind == FL_KIND_BOOL;
    case 'n':
        return member->kind == FL_KIND_NIL;
    default:
        return !number ? 0 : number_fits(d, member) ? 2 : member->kind == FL_KIND_FLOAT;
    }
}

// The only member that objects can be, if there is one: it is taken without a look at the object.
static const FlType *only_object(const FlType *type) {
    const FlType *only = NULL;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const FlType *member = type->fields[i].type;
        if (member->kind != FL_KIND_RECORD && member->kind != FL_KIND_MAP)
            continue;
        if (only != NULL)
            return NULL;
        only = member;
    }
    return only;
}

// The member that takes best what comes; NULL: none does.
static const FlType *best_member(Decoder *d, const FlType *type) {
    const FlType *best = NULL;
    uint32_t most = 0;
    char first = jsontext_peek(&d->json);
    if (first == '{') {
        if ((best = only_object(type)) != NULL)
            return best;
        jsontext_index(&d->json);
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t one = rank(d, type->fields[i].type, first);
        if (one > most) {
            most = one;
            best = type->fields[i].type;
        }
    }
    return best;
}

// What is no JSON at all is said to be that.
static Step fits_none(Decoder *d, const FlType *type) {
    JsonText whole = d->json;
    if (jsontext_skip(&whole))
        return mismatch(d, type);
    d->json.at = whole.at;
    return fail(d, whole.wrong, "");
}

static Step open_union(Decoder *d, const FlType *type) {
    const FlType *best = best_member(d, type);
    if (best == NULL)
        return fits_none(d, type);
    Step step = push(d, type);
    if (step == STEP_OPEN)
        d->frames[d->depth - 1].member = best;
    return step;
}

static FlWord boxed(Decoder *d, uint32_t type, const FlWord *words, uint64_t count) {
    FlObject *object = value_allocate(d->self, sizeof(FlObject) + count * sizeof(FlWord));
    *object = (FlObject){.type = type};
    memcpy(object_words(object), words, count * sizeof(FlWord));
    return (FlWord)object;
}

static FlWord int_word(Decoder *d, int64_t value) {
    FlWord word = FL_IMMEDIATE(FL_TAG_INT, value), bits = (FlWord)value;
    return FL_IMMEDIATE_PAYLOAD(word) == value ? word : boxed(d, FL_TYPE_INT, &bits, 1);
}

// A member's value as the union's word.
static FlWord tagged(Decoder *d, const FlType *member, const FlWord *words) {
    switch (member->kind) {
    case FL_KIND_NIL:
        return FL_IMMEDIATE(FL_TAG_NIL, 0);
    case FL_KIND_BOOL:
        return FL_IMMEDIATE(FL_TAG_BOOL, words[0]);
    case FL_KIND_INT:
        return int_word(d, (int64_t)words[0]);
    case FL_KIND_LITERAL:
        return member->literal == 0 || FL_IMMEDIATE_TAG(member->literal) == FL_TAG_INT ? int_word(d, member->big)
                                                                                       : member->literal;
    case FL_KIND_STRING:
        return words[0];
    case FL_KIND_RECORD:
        return member->boxed ? words[0] : boxed(d, member->id, words, member->object_words);
    case FL_KIND_FLOAT:
        return boxed(d, member->id, words, 1);
    default: // lists and maps
        return boxed(d, member->id, words, 2);
    }
}

// ---- objects and arrays --------------------------------------------------------------------------------------------

static FlWord *record_words(Frame *frame) { return frame->object != NULL ? object_words(frame->object) : frame->words; }

static Step open_record(Decoder *d, const FlType *type) {
    if (!jsontext_accept(&d->json, '{'))
        return mismatch(d, type);
    if (type->field_count >= FIELDS_MOST)
        return fail(d, "the record has too many fields", "");
    Step step = push(d, type);
    if (step == STEP_OPEN && type->boxed) {
        uint64_t bytes = sizeof(FlObject) + type->object_words * sizeof(FlWord);
        FlObject *object = value_allocate(d->self, bytes);
        object_fill(object, bytes);
        d->frames[d->depth - 1].object = object;
    }
    return step;
}

static Step begin(Decoder *d, const FlType *type, FlWord *value) {
    switch (type->kind) {
    case FL_KIND_NIL:
        return take_word(d, "null") ? STEP_DONE : mismatch(d, type);
    case FL_KIND_BOOL:
        *value = take_word(d, "true");
        return *value != 0 || take_word(d, "false") ? STEP_DONE : mismatch(d, type);
    case FL_KIND_INT:
        return decode_int(d, type, value);
    case FL_KIND_FLOAT:
        return decode_float(d, type, value);
    case FL_KIND_STRING:
        return decode_string(d, type, value);
    case FL_KIND_LITERAL:
        return decode_literal(d, type);
    case FL_KIND_UNION:
        return open_union(d, type);
    case FL_KIND_RECORD:
        return open_record(d, type);
    case FL_KIND_LIST:
        return jsontext_accept(&d->json, '[') ? push(d, type) : mismatch(d, type);
    case FL_KIND_MAP:
        return jsontext_accept(&d->json, '{') ? push(d, type) : mismatch(d, type);
    default:
        return mismatch(d, type);
    }
}

// A part of the innermost open place has been read.
static void store(Decoder *d, const FlWord *value) {
    Frame *top = &d->frames[d->depth - 1];
    const FlType *type = top->type;
    switch (type->kind) {
    case FL_KIND_UNION:
        top->words[0] = tagged(d, top->member, value);
        top->filled = true;
        break;
    case FL_KIND_RECORD:
        memcpy(record_words(top) + type->fields[top->field].offset, value,
               type->fields[top->field].type->words * sizeof(FlWord));
        top->seen[top->field / 64] |= UINT64_C(1) << top->field % 64;
        break;
    case FL_KIND_LIST:
        if (top->list == NULL)
            top->list = fl_buffer_new(d->self, type, 4);
        else if (top->list->used == top->list->capacity)
            top->list = fl_buffer_grow(d->self, type, top->list);
        memcpy(top->list->elements + (uint64_t)top->list->used * type->element->words, value,
               type->element->words * sizeof(FlWord));
        top->list->used++;
        break;
    default:
        top->map = fl_map_put(d->self, type, top->map.root, top->map.size, (const FlWord *)&top->key, value);
    }
}

// Between parts: true if there is one more.
static bool has_more(Decoder *d, Frame *top, char close, bool *closed) {
    *closed = jsontext_accept(&d->json, close);
    if (*closed)
        return false;
    if (!top->started || jsontext_accept(&d->json, ',')) {
        top->started = true;
        return true;
    }
    fail(d, close == ']' ? "`,` or `]` has to stand here" : "`,` or `}` has to stand here", "");
    return false;
}

static Step close_list(Decoder *d, Frame *top, FlWord *value) {
    value[0] = (FlWord)top->list;
    value[1] = top->list != NULL ? top->list->used : 0;
    d->depth--;
    return STEP_DONE;
}

static Step close_record(Decoder *d, Frame *top, FlWord *value) {
    const FlType *type = top->type;
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (top->seen[i / 64] >> i % 64 & 1)
            continue;
        if (!allows_nil(type->fields[i].type))
            return fail(d, "missing field ", type->fields[i].name);
        if (type->fields[i].type->words > 0)
            record_words(top)[type->fields[i].offset] = FL_IMMEDIATE(FL_TAG_NIL, 0);
    }
    if (top->object != NULL) {
        *top->object = (FlObject){.type = type->id};
        value[0] = (FlWord)top->object;
    } else {
        memcpy(value, top->words, sizeof top->words);
    }
    d->depth--;
    return STEP_DONE;
}

// The field that the key names; FIELDS_MOST: none. The key is skipped.
static uint32_t field_of(Decoder *d, const FlType *type) {
    JsonText key = d->json;
    for (uint32_t i = 0; i < type->field_count; i++) {
        d->json = key;
        if (jsontext_key_is(d->self, &d->json, type->fields[i].name))
            return i;
    }
    d->json = key;
    jsontext_string(d->self, &d->json);
    return FIELDS_MOST;
}

static Step next_field(Decoder *d, Frame *top, const FlType **wanted, FlWord *value) {
    bool closed;
    while (has_more(d, top, '}', &closed)) {
        if (jsontext_peek(&d->json) != '"')
            return fail(d, "a name has to stand here", "");
        top->field = field_of(d, top->type);
        if (!jsontext_accept(&d->json, ':'))
            return fail(d, "`:` has to stand here", "");
        if (top->field != FIELDS_MOST) {
            *wanted = top->type->fields[top->field].type;
            return STEP_NEXT;
        }
        if (!jsontext_skip(&d->json))
            return fail(d, d->json.wrong, "");
    }
    return closed ? close_record(d, top, value) : STEP_FAILED;
}

static Step next_entry(Decoder *d, Frame *top, const FlType **wanted, FlWord *value) {
    bool closed;
    if (has_more(d, top, '}', &closed)) {
        top->key = jsontext_string(d->self, &d->json);
        if (top->key == NULL || !jsontext_accept(&d->json, ':'))
            return fail(d, top->key == NULL ? d->json.wrong : "`:` has to stand here", "");
        *wanted = top->type->fields[1].type;
        return STEP_NEXT;
    }
    if (!closed)
        return STEP_FAILED;
    value[0] = (FlWord)top->map.root;
    value[1] = top->map.size;
    d->depth--;
    return STEP_DONE;
}

// What to read next for the innermost open place, or its value if it is complete.
static Step advance(Decoder *d, const FlType **wanted, FlWord *value) {
    Frame *top = &d->frames[d->depth - 1];
    bool closed;
    switch (top->type->kind) {
    case FL_KIND_UNION:
        *wanted = top->member;
        if (!top->filled)
            return STEP_NEXT;
        value[0] = top->words[0];
        d->depth--;
        return STEP_DONE;
    case FL_KIND_RECORD:
        return next_field(d, top, wanted, value);
    case FL_KIND_LIST:
        *wanted = top->type->element;
        if (has_more(d, top, ']', &closed))
            return STEP_NEXT;
        return closed ? close_list(d, top, value) : STEP_FAILED;
    default:
        return next_entry(d, top, wanted, value);
    }
}

static bool decode(Decoder *d, const FlType *wanted, FlWord *value) {
    for (unsigned round = 1;; round++) {
        if (round % JSON_POLL_ROUNDS == 0)
            jsontext_poll(&d->json);
        Step step = begin(d, wanted, value);
        while (step != STEP_NEXT) {
            if (step == STEP_FAILED)
                return false;
            if (step == STEP_DONE && d->depth == 0)
                return jsontext_peek(&d->json) == 0 && d->json.at == d->json.end ? true
                                                                                 : fail(d, "something follows", "");
            if (step == STEP_DONE)
                store(d, value);
            step = advance(d, &wanted, value);
        }
    }
}

// ---- errors --------------------------------------------------------------------------------------------------------

static bool is_word(const char *at, const char *end, const char *word) {
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

// A number is always a float, unless it is malformed.
static const char *found(const char *at, const char *end, const char *wanted) {
    char first = at < end ? *at : 0;
    if (first == '-' || (first >= '0' && first <= '9'))
        return strcmp(wanted, "int") == 0     ? "a number that is no int"
               : strcmp(wanted, "float") == 0 ? "a malformed number"
                                              : "a number";
    switch (first) {
    case 0:
        return "the end";
    case '{':
        return "an object";
    case '[':
        return "an array";
    case '"':
        return "a string";
    default:
        return is_word(at, end, "null")                                ? "null"
               : is_word(at, end, "true") || is_word(at, end, "false") ? "a bool"
                                                                       : "no value";
    }
}

static void add_number(Builder *text, uint64_t number) {
    char digits[NUMBER_INT_MAX];
    builder_add(text, digits, number_write_unsigned(number, digits));
}

static void add_path(Builder *text, const Decoder *d) {
    for (uint32_t i = 0; i < d->depth; i++) {
        const Frame *frame = &d->frames[i];
        if (frame->type->kind == FL_KIND_LIST) {
            builder_add_byte(text, '[');
            add_number(text, frame->list != NULL ? frame->list->used : 0);
            builder_add_byte(text, ']');
        } else if (frame->type->kind == FL_KIND_RECORD && frame->field != FIELDS_MOST && d->name != NULL &&
                   !(i + 1 == d->depth && strcmp(d->wrong, "missing field ") == 0)) {
            builder_add_byte(text, '.');
            builder_add_text(text, frame->type->fields[frame->field].name);
        } else if (frame->type->kind == FL_KIND_MAP && frame->key != NULL) {
            builder_add_byte(text, '.');
            builder_add(text, frame->key->bytes, frame->key->length);
        }
    }
}

static FlString *error_text(Decoder *d) {
    Builder text;
    uint64_t line = 1;
    const char *start = d->json.start;
    for (const char *at = start; at < d->place; at++)
        if (*at == '\n') {
            line++;
            start = at + 1;
        }
    builder_begin(&text, d->self);
    builder_add_text(&text, "line ");
    add_number(&text, line);
    builder_add_text(&text, ", column ");
    add_number(&text, (uint64_t)(d->place - start) + 1);
    uint64_t before = text.length;
    builder_add_text(&text, ", in ");
    uint64_t path = text.length;
    add_path(&text, d);
    if (text.length == path)
        text.length = before;
    builder_add_text(&text, ": ");
    builder_add_text(&text, d->wrong);
    if (d->name[0] != 0) {
        builder_add_byte(&text, '`');
        builder_add_text(&text, d->name);
        builder_add_byte(&text, '`');
    }
    if (strcmp(d->wrong, "expected ") == 0) {
        builder_add_text(&text, ", found ");
        builder_add_text(&text, found(d->place, d->json.end, d->name));
    }
    return builder_finish(&text);
}

bool fl_json_decode(FlProcess *self, const FlType *type, FlString *text, FlWord *out) {
    const char *bytes = text->bytes;
    Decoder d = {.self = self, .json = {.self = self, .at = bytes, .start = bytes, .end = bytes + text->length}};
    FlWord value[VALUE_WORDS] = {0};
    if (decode(&d, type, value)) {
        memcpy(out, value, type->words * sizeof(FlWord));
        return true;
    }
    *out = (FlWord)error_text(&d);
    return false;
}
