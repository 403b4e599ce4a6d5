#include "compiler/diag/json.h"

static void add_text(StringBuilder *out, const char *text) {
    sb_add_char(out, '"');
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            sb_addf(out, "\\%c", byte);
        else if (byte < 0x20)
            sb_addf(out, "\\u%04x", byte);
        else
            sb_add_char(out, (char)byte);
    }
    sb_add_char(out, '"');
}

static void add_key(StringBuilder *out, const char *key, const char *text) {
    sb_addf(out, "\"%s\":", key);
    add_text(out, text);
}

static void add_place(StringBuilder *out, Span span) {
    if (!span.file)
        return;
    SourcePlace start = span_place(span), end = span_place((Span){span.file, span.end, span.end});
    sb_add_char(out, ',');
    add_key(out, "file", span.file->path);
    sb_addf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", start.line, start.column, end.line,
            end.column);
}

static void add_texts(StringBuilder *out, const char *key, const char *const *texts, size_t count) {
    sb_addf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        sb_add(out, i ? "," : "");
        add_text(out, texts[i]);
    }
    sb_add_char(out, ']');
}

static void add_labels(StringBuilder *out, const Diag *diag) {
    sb_add(out, ",\"labels\":[");
    for (size_t i = 0; i < diag->labels.len; i++) {
        sb_add(out, i ? ",{" : "{");
        add_key(out, "text", diag->labels.data[i].text);
        add_place(out, diag->labels.data[i].span);
        sb_add_char(out, '}');
    }
    sb_add_char(out, ']');
}

static void add_diag(StringBuilder *out, const Diag *diag) {
    sb_add_char(out, '{');
    add_key(out, "code", diag_code_text(diag->code));
    sb_add_char(out, ',');
    add_key(out, "severity", diag->severity == DIAG_SEVERITY_ERROR ? "error" : "warning");
    sb_add_char(out, ',');
    add_key(out, "message", diag->message);
    add_place(out, diag->span);
    sb_add_char(out, ',');
    add_key(out, "label", diag->label ? diag->label : "");
    add_labels(out, diag);
    add_texts(out, "notes", diag->notes.data, diag->notes.len);
    add_texts(out, "helps", diag->helps.data, diag->helps.len);
    sb_add(out, "}\n");
}

void diag_json_all(const Diagnostics *list, StringBuilder *out) {
    for (size_t i = 0; i < list->list.len; i++)
        add_diag(out, list->list.data[i]);
}
