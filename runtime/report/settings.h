// How the program reports. Set once, before the runtime starts; read by any thread afterwards.
//
//   FLUFFY_REPORTS=all|none|N          crash reports a second: all, none, at most N (20); see limit.h
//   FLUFFY_REPORT_FORMAT=text|json     for people, or each report as a JSON object on a line of its own
#ifndef FLUFFY_RUNTIME_REPORT_SETTINGS_H
#define FLUFFY_RUNTIME_REPORT_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#define REPORTS_ALL UINT64_MAX

typedef struct ReportSettings {
    uint64_t per_second; // of each class, in full
    bool none;           // those that are held back are not even counted
    bool json;
} ReportSettings;

extern ReportSettings report_settings;

// From the values of the two variables, each NULL if it is not set. What is wrong with them, or NULL.
const char *report_configure(const char *reports, const char *format);

#endif
