#include "compiler/base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Longer names are never close to anything that matters, and the rows below stay on the stack.
enum { LONGEST = 64 };

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

static bool same_letter(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

// Optimal string alignment, three rows at a time.
uint32_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len, uint32_t limit) {
    if (a_len > LONGEST || b_len > LONGEST || (uint32_t)labs((long)a_len - (long)b_len) > limit)
        return limit + 1;
    uint32_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = (uint32_t)j;
    for (size_t i = 1; i <= a_len; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        uint32_t best = row[0] = (uint32_t)i;
        for (size_t j = 1; j <= b_len; j++) {
            uint32_t cost = same_letter(a[i - 1], b[j - 1]) ? 0 : 1;
            row[j] = smaller(smaller(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
                row[j] = smaller(row[j], above2[j - 2] + 1);
            best = smaller(best, row[j]);
        }
        if (best > limit)
            return limit + 1;
    }
    return smaller(rows[a_len % 3][b_len], limit + 1);
}

Suggestion suggest_start(Name wanted) { return (Suggestion){wanted, NULL, 0}; }

void suggest_offer(Suggestion *suggestion, Name candidate) {
    Name wanted = suggestion->wanted;
    if (candidate == wanted)
        return;
    // A third of the letters may be wrong; of one or two letters only the case.
    uint32_t limit = wanted->len / 3 > 3 ? 3 : wanted->len / 3;
    uint32_t distance = edit_distance(wanted->text, wanted->len, candidate->text, candidate->len, limit);
    if (distance > limit || (suggestion->best && distance >= suggestion->distance))
        return;
    suggestion->best = candidate;
    suggestion->distance = distance;
}
