// Values of every type that crosses, at their limits, come back as they went: through a call here, a call as a process,
// and messages.
//
// library all all.fl
//
//$ valgrind
//> done
#undef NDEBUG
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "all.h"

static fluffy_runtime *runtime;
static fluffy_mailbox *mailbox;
static fluffy_pid echo;

// ---- a value, drawn

static uint64_t state = 1;

static uint64_t draw(uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

static int64_t draw_int(void) {
    static const int64_t some[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 60, -(INT64_C(1) << 60), 77};
    return some[draw(sizeof some / sizeof *some)];
}

static double draw_real(void) {
    static const double some[] = {0.0, -0.0, 1.5, -1e308, 5e-324, INFINITY, 1e15};
    return some[draw(sizeof some / sizeof *some)];
}

static fluffy_string draw_text(void) {
    static const fluffy_string some[] = {{"", 0},         {"a", 1},        {"seven b", 7},
                                         {"eight by", 8}, {"nul\0nul", 7}, {"\xc3\x85se \xf0\x9f\x90\xbf", 9},
                                         {NULL, 0}};
    return some[draw(sizeof some / sizeof *some)];
}

enum { MOST = 40 };
static int64_t ints[MOST];
static fluffy_string texts[MOST];
static all_leaf leaves[MOST];
static all_any anys[MOST];

static all_any draw_any(void) {
    switch (draw(6)) {
    case 0:
        return all_any_of_integer(draw_int());
    case 1:
        return all_any_of_text(draw_text());
    case 2:
        return all_any_of_boolean(draw(2));
    case 3:
        return all_any_of_nil();
    case 4:
        return all_any_of_point(all_make_point(draw_real(), draw_real()));
    default:
        return all_any_of_numbers((all_numbers){ints, draw(MOST)});
    }
}

static all_all draw_all(void) {
    for (int i = 0; i < MOST; i++) {
        ints[i] = draw_int();
        texts[i] = draw_text();
        leaves[i] = all_make_leaf(draw(2), (all_leaf_texts){texts, draw(MOST)});
        anys[i] = draw_any();
    }
    all_colour colour = draw(2) ? all_colour_of_red() : all_colour_of_number_3();
    return all_make_all(draw_any(), (all_all_anys){anys, draw(MOST)}, colour,
                        all_make_deep(draw_text(), (all_deep_leaves){leaves, draw(MOST)}), draw(2),
                        (all_numbers){ints, draw(MOST)}, draw_int(), draw_real(), draw_text());
}

// ---- compared

static void same_text(fluffy_string a, fluffy_string b) {
    assert(a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0));
}

static void same_real(double a, double b) { assert(memcmp(&a, &b, sizeof a) == 0); }

static void same_ints(all_numbers a, all_numbers b) {
    assert(a.count == b.count);
    for (size_t i = 0; i < a.count; i++)
        assert(a.items[i] == b.items[i]);
}

static void same_any(all_any a, all_any b) {
    assert(a.tag == b.tag);
    switch (a.tag) {
    case ALL_ANY_INTEGER:
        assert(a.as.integer == b.as.integer);
        break;
    case ALL_ANY_TEXT:
        same_text(a.as.text, b.as.text);
        break;
    case ALL_ANY_BOOLEAN:
        assert(a.as.boolean == b.as.boolean);
        break;
    case ALL_ANY_POINT:
        same_real(a.as.point.x, b.as.point.x);
        same_real(a.as.point.y, b.as.point.y);
        break;
    case ALL_ANY_NUMBERS:
        same_ints(a.as.numbers, b.as.numbers);
        break;
    default:
        break;
    }
}

static void same(all_all a, all_all b) {
    assert(a.flag == b.flag && a.colour.tag == b.colour.tag && a.number == b.number && a.anys.count == b.anys.count);
    assert(a.deep.leaves.count == b.deep.leaves.count);
    same_real(a.real, b.real);
    same_text(a.text, b.text);
    same_text(a.deep.c, b.deep.c);
    same_ints(a.list, b.list);
    same_any(a.any, b.any);
    for (size_t i = 0; i < a.anys.count; i++)
        same_any(a.anys.items[i], b.anys.items[i]);
    for (size_t i = 0; i < a.deep.leaves.count; i++) {
        all_leaf one = a.deep.leaves.items[i], other = b.deep.leaves.items[i];
        assert(one.e == other.e && one.texts.count == other.texts.count);
        for (size_t k = 0; k < one.texts.count; k++)
            same_text(one.texts.items[k], other.texts.items[k]);
    }
}

// ---- there and back

static void there_and_back(void) {
    fluffy_scope scope = {0};
    all_all sent = draw_all(), here, later, answer;
    all_question question = all_make_question(sent, fluffy_mailbox_pid(mailbox));
    assert(all_same(&sent, &scope, &here) == FLUFFY_OK);
    assert(all_later(&sent, &scope, &later) == FLUFFY_OK);
    assert(all_send_echo(echo, &question) == FLUFFY_OK);
    assert(all_receive_all(mailbox, -1, &scope, &answer) == FLUFFY_OK);
    same(sent, here); // all three stay while the scope does
    same(sent, later);
    same(sent, answer);
    fluffy_scope_end(&scope);
}

// What is wrong is said before anything is done.
static void wrong_values(void) {
    fluffy_scope scope = {0};
    all_all wrong = draw_all(), result;
    wrong.any.tag = 99;
    assert(all_same(&wrong, &scope, &result) == FLUFFY_INVALID && strstr(fluffy_error(runtime), "tag"));
    wrong = draw_all();
    wrong.text = (fluffy_string){"\xc3", 1};
    assert(all_later(&wrong, &scope, &result) == FLUFFY_INVALID && strstr(fluffy_error(runtime), "UTF-8"));
    all_question question = all_make_question(wrong, fluffy_mailbox_pid(mailbox));
    assert(all_send_echo(echo, &question) == FLUFFY_INVALID);
    fluffy_scope_end(&scope);
}

static void many(void) {
    fluffy_scope scope = {0};
    all_leaf_texts all;
    assert(all_texts(20000, &scope, &all) == FLUFFY_OK && all.count == 20000);
    for (size_t i = 0; i < all.count; i++)
        assert(atol(all.items[i].bytes) == (long)i && all.items[i].bytes[all.items[i].length] == 0);
    fluffy_scope_end(&scope);
}

int main(void) {
    assert(all_start(NULL, &runtime) == FLUFFY_OK && fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    assert(all_spawn_echo(NULL, &echo) == FLUFFY_OK);
    for (int i = 0; i < 200; i++)
        there_and_back();
    wrong_values();
    many();
    fluffy_mailbox_close(mailbox);
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
    puts("done");
}
