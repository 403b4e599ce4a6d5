#include <stdint.h>
#include <stdlib.h>
#include <string.h>

uint64_t length(const char *text) { return text ? strlen(text) : 999; }
const char *find(const char *text, const char *part) { return strstr(text, part); }
char *doubled(const char *text) {
    size_t length = strlen(text);
    char *result = malloc(2 * length + 1);
    memcpy(result, text, length);
    memcpy(result + length, text, length + 1);
    return result;
}
const char *broken(void) {
    return "a\xff"
           "b";
}

static int freed;
void release(void *text) {
    freed++;
    free(text);
}
char *much_broken(void) {
    char *text = malloc(2000001);
    memset(text, 0xff, 2000000);
    text[2000000] = 0;
    return text;
}
int32_t freed_count(void) { return freed; }
int32_t message(int32_t code, char **text, const char **name) {
    *text = code ? strdup("it failed") : NULL;
    *name = "code";
    return code;
}

uint32_t checksum(const char *bytes, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = sum * 31 + (unsigned char)bytes[i];
    return sum % 65536;
}
int64_t sum(const int64_t *numbers, size_t count) {
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
double mean(const float *numbers, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += numbers[i];
    return count ? total / (double)count : 0;
}
uint32_t weigh(const uint8_t *bytes, size_t count, const int16_t *weights, size_t weight_count) {
    int64_t total = (int64_t)weight_count;
    for (size_t i = 0; i < count; i++)
        total += bytes[i] * weights[i % weight_count];
    return (uint32_t)total;
}
uint64_t squares(int64_t *room, size_t count) {
    for (size_t i = 0; i < count; i++)
        room[i] = (int64_t)(i * i);
    return count / 2;
}
void bytes_from(uint8_t first, uint8_t *room, size_t count) {
    for (size_t i = 0; i < count; i++)
        room[i] = (uint8_t)(first + i);
}
