// Words of a specification that the compiler could not see: the same checks as its own, with the near word.
#include <stdio.h>
#include <string.h>

#include "runtime/supervise/supervisor.h"

enum { LONGEST = 24 }; // of the words that there are; a longer text is near to none

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

// How many letters have to be put in, left out or changed; neighbours that changed places count as two.
static uint32_t distance(const char *word, const FlString *text) {
    uint32_t rows[2][LONGEST + 1], length = (uint32_t)strlen(word);
    for (uint32_t j = 0; j <= text->length; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= length; i++) {
        uint32_t *row = rows[i % 2], *above = rows[(i + 1) % 2];
        row[0] = i;
        for (uint32_t j = 1; j <= text->length; j++) {
            uint32_t change = above[j - 1] + (word[i - 1] != text->bytes[j - 1]);
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, change);
        }
    }
    return rows[length % 2][text->length];
}

static const char *nearest(const char *const *words, const FlString *text) {
    const char *best = NULL;
    uint32_t least = text->length / 3 + 1;
    for (; text->length <= LONGEST && *words; words++) {
        uint32_t steps = distance(*words, text);
        if (steps < least) {
            least = steps;
            best = *words;
        }
    }
    return best;
}

static _Noreturn void refuse(FlProcess *self, const char *const *words, const FlString *text, const char *what,
                             const FlSite *site) {
    char message[400];
    const char *near = nearest(words, text);
    int length = snprintf(message, sizeof message, "%s has to be ", what);
    for (int i = 0; words[i]; i++)
        length += snprintf(message + length, sizeof message - (size_t)length, "%s\"%s\"",
                           i == 0         ? ""
                           : words[i + 1] ? ", "
                                          : " or ",
                           words[i]);
    length += snprintf(message + length, sizeof message - (size_t)length, ", not \"%.*s\"",
                       (int)smaller(text->length, 60), text->bytes);
    if (near)
        snprintf(message + length, sizeof message - (size_t)length, "; did you mean \"%s\"?", near);
    process_panic(self, message, site);
}

int word_index(FlProcess *self, const char *const *words, const FlString *text, const char *what, const FlSite *site) {
    for (int i = 0; words[i]; i++) {
        if (strlen(words[i]) == text->length && memcmp(words[i], text->bytes, text->length) == 0)
            return i;
    }
    refuse(self, words, text, what, site);
}
