#include <string.h>

#include "runtime/library/json.h"
#include "runtime/memory/utf8.h"
#include "runtime/value/builder.h"
#include "runtime/value/heap.h"

void jsontext_space(JsonText *json) {
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' || *json->at == '\t'))
        json->at++;
}

char jsontext_peek(JsonText *json) {
    jsontext_space(json);
    return json->at < json->end ? *json->at : 0;
}

bool jsontext_accept(JsonText *json, char byte) {
    if (jsontext_peek(json) != byte || json->at == json->end)
        return false;
    json->at++;
    return true;
}

static bool wrong(JsonText *json, const char *what) {
    if (json->wrong == NULL)
        json->wrong = what;
    return false;
}

// ---- strings -------------------------------------------------------------------------------------------------------

static int hex_digit(char byte) {
    return byte >= '0' && byte <= '9'                 ? byte - '0'
           : (byte | 32) >= 'a' && (byte | 32) <= 'f' ? (byte | 32) - 'a' + 10
                                                      : -1;
}

// The four digits at `at`; -1: they are none.
static int32_t unit(const char *at, const char *end) {
    int32_t value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        if (hex_digit(at[i]) < 0)
            return -1;
        value = value << 4 | hex_digit(at[i]);
    }
    return value;
}

// What follows `\u`, pairs of surrogates put together; lone ones are U+FFFD.
static bool add_unicode(JsonText *json, Builder *out) {
    int32_t high = unit(json->at, json->end);
    if (high < 0)
        return wrong(json, "a `\\u` has four hexadecimal digits");
    json->at += 4;
    uint32_t point = (uint32_t)high;
    if (high >= 0xd800 && high < 0xdc00 && json->end - json->at >= 6 && json->at[0] == '\\' && json->at[1] == 'u') {
        int32_t low = unit(json->at + 2, json->end);
        if (low >= 0xdc00 && low < 0xe000) {
            point = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
            json->at += 6;
        }
    }
    char bytes[4];
    builder_add(out, bytes, utf8_encode(utf8_is_point(point) ? point : 0xfffd, bytes));
    return true;
}

static bool add_escape(JsonText *json, Builder *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char byte = json->at < json->end ? *json->at++ : 0;
    if (byte == 'u')
        return add_unicode(json, out);
    const char *known = byte != 0 ? strchr(from, byte) : NULL;
    if (known == NULL)
        return wrong(json, "an unknown escape");
    builder_add_byte(out, to[known - from]);
    return true;
}

// Behind the opening quotation mark.
static bool add_string(JsonText *json, Builder *out) {
    while (json->at < json->end) {
        const char *plain = json->at;
        while (json->at < json->end && *json->at != '"' && *json->at != '\\' && (unsigned char)*json->at >= 0x20)
            json->at++;
        builder_add(out, plain, (uint64_t)(json->at - plain));
        if (json->at == json->end)
            break;
        char byte = *json->at++;
        if (byte == '"')
            return true;
        if (byte != '\\')
            return wrong(json, "a control character in a string");
        if (!add_escape(json, out))
            return false;
    }
    return wrong(json, "a string is not closed");
}

FlString *jsontext_string(FlProcess *self, JsonText *json) {
    if (!jsontext_accept(json, '"')) {
        wrong(json, "a string has to stand here");
        return NULL;
    }
    Builder out;
    builder_begin(&out, self);
    return add_string(json, &out) ? builder_finish(&out) : NULL;
}

// ---- numbers and the rest ------------------------------------------------------------------------------------------

static const char *digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

bool jsontext_digits(JsonText *json, const char **end, bool *integral) {
    const char *at = json->at + (json->at < json->end && *json->at == '-');
    const char *behind = digits(at, json->end);
    if (behind == at || (*at == '0' && behind > at + 1))
        return wrong(json, "a value has to stand here");
    *integral = true;
    if (behind < json->end && *behind == '.') {
        at = behind + 1;
        behind = digits(at, json->end);
        *integral = false;
        if (behind == at)
            return wrong(json, "digits have to follow the point");
    }
    if (behind < json->end && (*behind | 32) == 'e') {
        at = behind + 1 + (behind + 1 < json->end && (behind[1] == '+' || behind[1] == '-'));
        behind = digits(at, json->end);
        *integral = false;
        if (behind == at)
            return wrong(json, "digits have to follow the exponent");
    }
    *end = behind;
    return true;
}

static bool skip_word(JsonText *json, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(json->end - json->at) < length || memcmp(json->at, word, length) != 0)
        return wrong(json, "a value has to stand here");
    json->at += length;
    return true;
}

static bool skip_string(JsonText *json) {
    for (json->at++; json->at < json->end; json->at++) {
        if (*json->at == '"') {
            json->at++;
            return true;
        }
        if ((unsigned char)*json->at < 0x20)
            return wrong(json, "a control character in a string");
        json->at += *json->at == '\\' && json->at + 1 < json->end;
    }
    return wrong(json, "a string is not closed");
}

bool jsontext_key_is(FlProcess *self, JsonText *json, const char *text) {
    if (jsontext_peek(json) != '"')
        return wrong(json, "a name has to stand here");
    JsonText again = *json;
    if (!skip_string(json))
        return false;
    size_t length = strlen(text), bytes = (size_t)(json->at - again.at) - 2;
    if (memchr(again.at, '\\', bytes + 2) == NULL)
        return bytes == length && memcmp(again.at + 1, text, length) == 0;
    const FlString *string = jsontext_string(self, &again);
    return string != NULL && string->length == length && memcmp(string->bytes, text, length) == 0;
}

static bool skip_leaf(JsonText *json) {
    const char *end;
    bool integral;
    switch (jsontext_peek(json)) {
    case '"':
        return skip_string(json);
    case 't':
        return skip_word(json, "true");
    case 'f':
        return skip_word(json, "false");
    case 'n':
        return skip_word(json, "null");
    default:
        if (!jsontext_digits(json, &end, &integral))
            return false;
        json->at = end;
        return true;
    }
}

enum { SKIP_DEPTH = 4096 };

// Which brackets are open is kept in bits: 1 for an object.
bool jsontext_skip(JsonText *json) {
    uint64_t open[SKIP_DEPTH / 64];
    unsigned depth = 0;
    bool value = true; // a value is to come
    for (unsigned round = 1;; round++) {
        if (round % JSON_POLL_ROUNDS == 0)
            jsontext_poll(json);
        char byte = jsontext_peek(json);
        bool object = depth > 0 && (open[(depth - 1) / 64] >> (depth - 1) % 64 & 1);
        if (value && (byte == '{' || byte == '[')) {
            if (depth == SKIP_DEPTH)
                return wrong(json, "nested too deep");
            json->at++;
            open[depth / 64] = (open[depth / 64] & ~(UINT64_C(1) << depth % 64)) | (uint64_t)(byte == '{')
                                                                                       << depth % 64;
            depth++;
            object = byte == '{';
            if (jsontext_accept(json, object ? '}' : ']')) {
                depth--;
                value = false;
            } else if (object && (jsontext_peek(json) != '"' || !skip_string(json) || !jsontext_accept(json, ':'))) {
                return wrong(json, "a name and a `:` have to stand here");
            }
        } else if (value) {
            if (!skip_leaf(json))
                return false;
            value = false;
        } else if (byte == ',') {
            json->at++;
            if (object && (jsontext_peek(json) != '"' || !skip_string(json) || !jsontext_accept(json, ':')))
                return wrong(json, "a name and a `:` have to stand here");
            value = true;
        } else if (byte == (object ? '}' : ']')) {
            json->at++;
            depth--;
        } else {
            return wrong(json, object ? "`,` or `}` has to stand here" : "`,` or `]` has to stand here");
        }
        if (!value && depth == 0)
            return true;
    }
}
