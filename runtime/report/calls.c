#include "runtime/report/calls.h"

#include <string.h>

#include "runtime/process/receive.h"
#include "runtime/report/json.h"
#include "runtime/value/text.h"

enum { MESSAGES = 8 };

static bool same_line(const FlSite *a, const FlSite *b) {
    return a->line == b->line && strcmp(a->function, b->function) == 0 && strcmp(a->file, b->file) == 0;
}

void calls_read(Calls *calls, const Trace *trace, const FlSite *site, unsigned most) {
    *calls = (Calls){0};
    calls->count = trace ? trace_calls(trace, calls->calls, CALLS_MAX) : 0;
    TraceCall *first = calls->calls;
    bool known = calls->count > 0 && first->kind == TRACE_CALL;
    if (site)
        calls->at = *site;
    else if (known)
        calls->at = first->place;
    // The innermost call of the trace is the place itself, but for calls that left no frame.
    if (known && same_line(&calls->at, &first->place) && --first->times == 0) {
        calls->count--;
        memmove(first, first + 1, calls->count * sizeof *first);
    }
    if (calls->count > most)
        calls->count = most;
}

static void text_times(Page *page, uint64_t times) {
    page_count(page, times);
    page_add(page, " times");
}

static void text_call(Page *page, const TraceCall *call) {
    switch (call->kind) {
    case TRACE_CALL:
        page_add(page, "called at ");
        page_site(page, &call->place);
        if (call->times > 1) {
            page_add(page, ", ");
            text_times(page, call->times);
        }
        break;
    case TRACE_AGAIN:
        page_add(page, "… these %u calls ", call->count);
        text_times(page, call->times);
        page_add(page, " more");
        break;
    case TRACE_LEFT:
        page_add(page, "… ");
        page_count(page, call->times);
        page_add(page, " more calls");
        break;
    }
}

void calls_text(Page *page, const Calls *calls, const char *indent) {
    for (unsigned i = 0; i < calls->count; i++) {
        page_add(page, "%s", indent);
        text_call(page, &calls->calls[i]);
        page_add(page, "\n");
    }
}

static void json_call(Page *page, const TraceCall *call) {
    if (call->kind == TRACE_CALL && call->times == 1) {
        json_site(page, NULL, &call->place);
        return;
    }
    json_begin(page, NULL, '{');
    if (call->kind == TRACE_CALL)
        json_site(page, "place", &call->place);
    if (call->kind == TRACE_AGAIN)
        json_number(page, "again", call->count);
    json_number(page, call->kind == TRACE_LEFT ? "left_out" : "times", call->times);
    json_end(page, '}');
}

void calls_json(Page *page, const Calls *calls) {
    if (calls->at.file)
        json_site(page, "place", &calls->at);
    json_begin(page, "calls", '[');
    for (unsigned i = 0; i < calls->count; i++)
        json_call(page, &calls->calls[i]);
    json_end(page, ']');
}

// ---- messages

void messages_text(Page *page, FlProcess *process, uint32_t count, unsigned most, const char *indent,
                   const char *label) {
    FlMessage *messages[MESSAGES];
    unsigned shown = process_oldest_mail(process, messages, most < MESSAGES ? most : MESSAGES);
    char text[PAGE_VALUE];
    for (unsigned i = 0; i < shown; i++) {
        size_t length = text_cut_word(messages[i]->head.root, text, sizeof text);
        page_add(page, "%s%s", indent, label);
        page_escaped(page, text, length, sizeof text);
        page_add(page, "\n");
    }
    if (count <= shown)
        return;
    page_add(page, "%sand ", indent);
    page_count(page, count - shown);
    page_add(page, " more message%s\n", count - shown == 1 ? "" : "s");
}

void messages_json(Page *page, FlProcess *process, uint32_t count, unsigned most) {
    FlMessage *messages[MESSAGES];
    unsigned shown = process_oldest_mail(process, messages, most < MESSAGES ? most : MESSAGES);
    char text[PAGE_VALUE];
    json_number(page, "messages", count);
    json_begin(page, "mailbox", '[');
    for (unsigned i = 0; i < shown; i++) {
        size_t length = text_cut_word(messages[i]->head.root, text, sizeof text);
        json_text(page, NULL, text, length, sizeof text);
    }
    json_end(page, ']');
}
