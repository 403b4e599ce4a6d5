#include "runtime/report/report.h"

#include "runtime/report/json.h"
#include "runtime/report/limit.h"
#include "runtime/report/outlet.h"
#include "runtime/report/settings.h"

void report_start(bool seeded) {
    limit_init();
    json_init(!seeded);
    outlet_init(seeded, report_settings.per_second == REPORTS_ALL, limit_due);
}

void report_finish(void) {
    limit_end();
    outlet_flush();
}

void report_tick(int64_t now) { limit_tick(now); }

void report_failure(const char *text, size_t length) {
    outlet_write(text, length);
    outlet_flush();
}

bool report_traces(void) { return limit_open(); }
