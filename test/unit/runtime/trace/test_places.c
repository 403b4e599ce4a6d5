// The reader of the table of places: what it finds in a good one, and that it reads nothing outside of any other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/abi/places.h"
#include "runtime/trace/places.h"

enum { CODE = 1 << 20 }; // the table's code is said to begin so many bytes behind it

// "outer" has 100 bytes from 0; in its bytes 20 to 39 "inner" is inlined. "hidden" has 50 bytes from 200.
static const unsigned char bytes[] = {
    0,                                    // 0: ""
    'a', '.', 'f', 'l', 0,                // 1
    'o', 'u', 't', 'e', 'r',        0,    // 6
    'i', 'n', 'n', 'e', 'r',        0,    // 12
    2,   1,   1,   12,  0,          7, 3, // 18: contexts: of a.fl; inner, called at 7:3 of context 0
    3,   0,   5,   9,   20 * 2 + 1, 1, 0x7c, 2, 41, 0, 5, 80, // rows: 5:9; from 20 on 1:2 in context 1; from 40 on 6:80
    1,   1,   1,   0,   3,          4,                        // 37: of a.fl; one row: 3:4
};

typedef struct Table {
    PlacesHeader header;
    PlacesRange range;
    PlacesFunction functions[2];
    unsigned char bytes[48];
} Table;

static Table *make_table(void) {
    Table *table = calloc(1, sizeof *table);
    table->header = (PlacesHeader){PLACES_MAGIC, sizeof *table, 1, 2};
    table->range = (PlacesRange){CODE - (int32_t)offsetof(Table, range), 250, 0, 2};
    table->functions[0] = (PlacesFunction){0, 100, 6, 18};
    table->functions[1] = (PlacesFunction){200, 50, 0, 37};
    memcpy(table->bytes, bytes, sizeof bytes);
    return table;
}

static unsigned find(const Table *table, unsigned offset, FlSite *places) {
    return places_find_in(table, sizeof *table, (uintptr_t)table + CODE + offset, places, 4);
}

static void expect_place(const FlSite *place, const char *function, unsigned line, unsigned column) {
    assert_string_equal(place->file, "a.fl");
    assert_string_equal(place->function, function);
    assert_int_equal(place->line, line);
    assert_int_equal(place->column, column);
}

static void test_finds(void **state) {
    (void)state;
    Table *table = make_table();
    FlSite places[4];
    assert_int_equal(find(table, 0, places), 1);
    expect_place(&places[0], "outer", 5, 9);
    assert_int_equal(find(table, 19, places), 1);
    expect_place(&places[0], "outer", 5, 9);
    assert_int_equal(find(table, 20, places), 2);
    expect_place(&places[0], "inner", 1, 2);
    expect_place(&places[1], "outer", 7, 3);
    assert_int_equal(places_find_in(table, sizeof *table, (uintptr_t)table + CODE + 20, places, 1), 1);
    assert_int_equal(find(table, 40, places), 1);
    expect_place(&places[0], "outer", 6, 80);
    free(table);
}

static void test_nothing_there(void **state) {
    (void)state;
    Table *table = make_table();
    FlSite places[4];
    assert_int_equal(find(table, 100, places), 0); // between two functions
    assert_int_equal(find(table, 199, places), 0);
    assert_int_equal(find(table, 210, places), 0); // not shown
    assert_int_equal(find(table, 250, places), 0); // behind the range
    assert_int_equal(find(table, (unsigned)-1, places), 0);
    assert_int_equal(places_find_in(table, sizeof *table, 0, places, 4), 0);
    assert_int_equal(places_find((uintptr_t)&test_nothing_there, places, 4), 0); // no table in this program
    free(table);
}

// In a block of its exact size, so that the sanitizer sees what is read behind it.
static void look_everywhere(const Table *table, size_t size) {
    unsigned char *copy = malloc(size);
    memcpy(copy, table, size);
    FlSite places[4];
    size_t seen = 0;
    for (unsigned offset = 0; offset < 256; offset += 5) {
        unsigned count = places_find_in(copy, size, (uintptr_t)copy + CODE + offset, places, 4);
        for (unsigned i = 0; i < count; i++)
            seen += strlen(places[i].file) + strlen(places[i].function);
    }
    assert_true(seen < 100000);
    free(copy);
}

static void test_cut_tables(void **state) {
    (void)state;
    Table *table = make_table();
    for (size_t size = 0; size <= sizeof *table; size++)
        look_everywhere(table, size);
    // As long as they say they are, but what lies in them ends earlier.
    for (uint32_t size = sizeof(PlacesHeader); size <= sizeof *table; size += 8) {
        table->header.bytes = size;
        look_everywhere(table, size);
    }
    free(table);
}

static void test_changed_tables(void **state) {
    (void)state;
    srand(7);
    for (int i = 0; i < 20000; i++) {
        Table *table = make_table();
        for (int changes = 1 + rand() % 4; changes > 0; changes--) {
            size_t at = sizeof table->header.magic + (size_t)rand() % (sizeof *table - sizeof table->header.magic);
            if (rand() % 2)
                ((unsigned char *)table)[at] = (unsigned char)(rand() % 3 ? rand() : 255);
            else
                ((unsigned char *)table)[at] ^= (unsigned char)(1 << rand() % 8);
        }
        look_everywhere(table, sizeof *table);
        free(table);
    }
}

static void test_endless_contexts(void **state) {
    (void)state;
    Table *table = make_table();
    table->bytes[18 + 4] = 1; // the parent of context 1: itself
    FlSite places[4];
    assert_int_equal(find(table, 20, places), 1);
    memset(table->bytes + 18, 0x80, sizeof table->bytes - 18); // numbers without an end
    assert_int_equal(find(table, 20, places), 0);
    memset(table->bytes + 18, 0xff, 5); // more contexts than there can be
    table->bytes[23] = 0x0f;
    assert_int_equal(find(table, 20, places), 0);
    free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds),
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_cut_tables),
        cmocka_unit_test(test_changed_tables),
        cmocka_unit_test(test_endless_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
