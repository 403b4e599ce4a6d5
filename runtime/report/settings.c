#include "runtime/report/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PER_SECOND = 20 };

ReportSettings report_settings = {.per_second = PER_SECOND};

static bool read_count(const char *text, uint64_t *count) {
    char *end;
    errno = 0;
    *count = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == 0 && errno == 0;
}

const char *report_configure(const char *reports, const char *format) {
    ReportSettings settings = {.per_second = PER_SECOND};
    if (reports && strcmp(reports, "all") == 0) {
        settings.per_second = REPORTS_ALL;
    } else if (reports && strcmp(reports, "none") == 0) {
        settings.per_second = 0;
        settings.none = true;
    } else if (reports && !read_count(reports, &settings.per_second)) {
        return "FLUFFY_REPORTS is `all`, `none` or the number of reports a second";
    }
    settings.json = format && strcmp(format, "json") == 0;
    if (format && !settings.json && strcmp(format, "text") != 0)
        return "FLUFFY_REPORT_FORMAT is `text` or `json`";
    report_settings = settings;
    return NULL;
}
