/*
 * log.h - one line per event on standard error, for people or as JSON.
 *
 * The only global effect in the service. A line is composed in memory and leaves in one write(), so
 * that lines of several threads never mix. Only cli/, worker/ and exchange/ log.
 */
#ifndef BACKREF_BASE_LOG_H
#define BACKREF_BASE_LOG_H

#include <stdbool.h>

#include "base/defs.h"

enum log_level {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARNING,
    LOG_ERROR,
};

struct log {
    enum log_level level; /* less important lines are dropped */
    bool json;            /* JSON lines: {"time":…,"level":…,"message":…} */
};

/*
 * log_line() - write a line when `level` is important enough; control characters are escaped.
 *
 * Thread:   any; `log` is read-only. Lines are cut at 4 KiB.
 */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
