#include "runtime/report/json.h"

#include <string.h>
#include <time.h>

#include "runtime/process/names.h"
#include "runtime/value/text.h"

enum { FILE_BYTES = 300 };

static bool tells_time;

void json_init(bool tells) { tells_time = tells; }

static void key_of(Page *page, const char *key) {
    char last = page->length > 0 ? page->text[page->length - 1] : '{';
    if (last != '{' && last != '[')
        page_text(page, ",", 1);
    if (key)
        page_add(page, "\"%s\":", key);
}

void json_report(Page *page, const char *report) {
    page_add(page, "{\"report\":\"%s\"", report);
    if (!tells_time)
        return;
    struct timespec now;
    struct tm utc;
    char text[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    page_add(page, ",\"time\":\"%s.%03dZ\"", text, (int)(now.tv_nsec / 1000000));
}

void json_close(Page *page) { page_add(page, "}\n"); }

void json_begin(Page *page, const char *key, char bracket) {
    key_of(page, key);
    page_text(page, &bracket, 1);
}

void json_end(Page *page, char bracket) { page_text(page, &bracket, 1); }

static void escaped(Page *page, const char *text, size_t length) {
    size_t start = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        page_text(page, text + start, i - start);
        start = i + 1;
        if (c == '"' || c == '\\')
            page_add(page, "\\%c", c);
        else
            page_add(page, "\\u%04x", c);
    }
    page_text(page, text + start, length - start);
}

void json_text(Page *page, const char *key, const char *text, size_t length, size_t most) {
    size_t end = length < most ? length : most;
    while (end < length && end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    key_of(page, key);
    page_text(page, "\"", 1);
    escaped(page, text, end);
    page_add(page, end < length ? "…\"" : "\"");
}

void json_number(Page *page, const char *key, uint64_t number) {
    key_of(page, key);
    page_add(page, "%llu", (unsigned long long)number);
}

void json_true(Page *page, const char *key) {
    key_of(page, key);
    page_add(page, "true");
}

void json_pid(Page *page, const char *key, FlPid pid) {
    char text[TEXT_PID_MAX];
    json_text(page, key, text, text_pid(pid, text), sizeof text);
}

void json_site(Page *page, const char *key, const FlSite *site) {
    json_begin(page, key, '{');
    json_text(page, "file", site->file, strlen(site->file), FILE_BYTES);
    if (site->line > 0) {
        json_number(page, "line", site->line);
        json_number(page, "column", site->column);
    }
    json_text(page, "function", site->function, strlen(site->function), PAGE_NAME);
    json_end(page, '}');
}

void json_process(Page *page, FlProcess *process) {
    char name[PAGE_NAME];
    json_pid(page, "process", process->head.pid);
    json_text(page, "kind", process->kind_name, strlen(process->kind_name), PAGE_NAME);
    if (names_of(process->head.pid, name, sizeof name))
        json_text(page, "name", name, strlen(name), sizeof name);
}
