#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Point {
    double x;
    int32_t n;
} Point;
typedef struct Pair {
    int8_t a, b;
} Pair;
typedef struct Named {
    const char *name;
    Point at;
    const char *note;
} Named;

char *joined(const char *const *texts, size_t count, const char *between) {
    char *all = calloc(1, 1000);
    for (size_t i = 0; i < count; i++)
        strcat(strcat(all, i ? between : ""), texts[i]);
    return all;
}

uint64_t counted(const char *const *texts) {
    uint64_t count = 0;
    while (texts[count])
        count++;
    return count;
}

uint64_t lengths(const char *const *texts) {
    uint64_t sum = 0;
    for (; *texts; texts++)
        sum += strlen(*texts);
    return sum;
}

char *later(const char *const *texts, const char *const *more, size_t count) {
    char *all = calloc(1, 10000);
    for (; *texts; texts++)
        strcat(strcat(all, *texts), ",");
    for (size_t i = 0; i < count; i++)
        strcat(all, more[i]);
    return all;
}

double total(const Point *points, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += points[i].x * points[i].n;
    return sum;
}

int32_t last(const Pair *pairs, size_t count) { return pairs[count - 1].b; }

static void tell(char *to, const Named *one) {
    sprintf(to + strlen(to), "%s %g %d %s; ", one->name, one->at.x, one->at.n, one->note ? one->note : "-");
}

char *told(const Named *all, size_t count) {
    char *text = calloc(1, 1000);
    for (size_t i = 0; i < count; i++)
        tell(text, &all[i]);
    text[strlen(text) - 1] = 0;
    return text;
}

char *told_later(const Named *all, size_t count, const Named *more) {
    char *text = told(all, count);
    for (; more->name; more++)
        strcat(strcat(text, " "), more->name);
    return text;
}

int64_t until_zero(const int64_t *numbers) {
    int64_t sum = 0;
    while (*numbers)
        sum += *numbers++;
    return sum;
}

int64_t until_zero_16(const int16_t *numbers) {
    int64_t sum = 0;
    while (*numbers)
        sum += *numbers++;
    return sum;
}

void grid(double step, Point *points, size_t count) {
    for (size_t i = 0; i < count; i++)
        points[i] = (Point){step * (double)i, (int32_t)i};
}

void names_of(Named *room, size_t count) {
    static const char *const names[] = {"n0", "n1", NULL};
    for (size_t i = 0; i < count; i++)
        room[i] = (Named){names[i], {0, (int32_t)i}, NULL};
}
