/*
 * log.h - one line per event on standard error, for people or as JSON.
 *
 * The only global effect in the service. A line is composed in memory and leaves in one write(), so
 * that lines of several threads never mix; what happens for every request is collected first, and
 * many lines leave together. Only cli/, worker/, exchange/ and the access log log.
 */
#ifndef BACKREF_BASE_LOG_H
#define BACKREF_BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/defs.h"
#include "base/text.h"

enum log_level {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARNING,
    LOG_ERROR,
};

struct log {
    _Atomic enum log_level level; /* less important lines are dropped; may change at any time */
    bool json;                    /* JSON lines: {"time":…,"level":…,"message":…} */
};

/*
 * log_line() - write a line when `level` is important enough; control characters are escaped.
 *
 * Thread:   any. Lines are cut at 4 KiB.
 */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* log_level_name() - "debug", "info", "warning" or "error". */
const char *log_level_name(enum log_level level);

/* A named value behind a message: a member of a JSON line, name=value for people. */
struct log_field {
    const char *name; /* letters, digits and "_" */
    struct text text; /* when it has an address; else: */
    uint64_t number;
    bool is_thousandths; /* of the number, which is written with its fraction */
};

/* log_text() - a field; the text is borrowed until it is added. */
static inline struct log_field log_text(const char *name, struct text text)
{
    return (struct log_field){ .name = name, .text = text };
}

/* log_number() - a field. */
static inline struct log_field log_number(const char *name, uint64_t number)
{
    return (struct log_field){ .name = name, .number = number };
}

/* log_thousandths() - a field: `number` thousandths, written as 1.234. */
static inline struct log_field log_thousandths(const char *name, uint64_t number)
{
    return (struct log_field){ .name = name, .number = number, .is_thousandths = true };
}

enum { LOG_BATCH_BYTES = 4096 }; /* what the kernel writes to a pipe in one piece */

/* Lines that leave together. One thread owns it. */
struct log_batch {
    const struct log *log;
    time_t second; /* whose text is: */
    char moment[24];
    size_t n;
    char at[LOG_BATCH_BYTES];
};

/* log_batch_init() - without lines. */
void log_batch_init(struct log_batch *b, const struct log *log);

/*
 * log_batch_add() - a line with fields, when `level` is important enough. Fields that find no room
 * in the line are left out, a text that is too long is cut.
 */
void log_batch_add(struct log_batch *b, enum log_level level, const char *message,
                   const struct log_field *fields, size_t n_fields);

/* log_batch_flush() - write what there is. */
void log_batch_flush(struct log_batch *b);

#endif
