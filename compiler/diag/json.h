// Diagnostics for tools: one JSON object a line.
#ifndef FLUFFY_COMPILER_DIAG_JSON_H
#define FLUFFY_COMPILER_DIAG_JSON_H

#include "compiler/base/sb.h"
#include "compiler/diag/diag.h"

// In the order of arrival. Each is {"code", "severity", "message", "file", "line", "column", "end_line", "end_column",
// "label", "labels": [{"text", "file", "line", …}], "notes", "helps"}; without a place those keys are missing. Lines
// and columns count from 1, columns in code points, an end is behind the last one.
void diag_json_all(const Diagnostics *list, StringBuilder *out);

#endif
