// Reports of one line whose parts are named: what supervisors tell. For people the line as it is given; as JSON an
// object with the fields.
#ifndef FLUFFY_RUNTIME_REPORT_LINE_H
#define FLUFFY_RUNTIME_REPORT_LINE_H

#include "runtime/abi/abi.h"

typedef enum FieldKind { FIELD_TEXT, FIELD_NUMBER, FIELD_PID, FIELD_PLACE } FieldKind;

typedef struct ReportField {
    const char *key; // static
    FieldKind kind;
    const char *text; // borrowed, with its length; cut
    size_t length;
    uint64_t number; // or pid
    const FlSite *place;
} ReportField;

// `report` is the value of "report" in the JSON object. `line` has no newline; control characters in it are escaped.
// Always written: the limit was asked before (limit.h). Any thread.
void report_line(const char *report, const char *line, size_t length, const ReportField *fields, unsigned count);

#endif
