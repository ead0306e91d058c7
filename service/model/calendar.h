/*
 * calendar.h - dates and times between PostgreSQL's numbers and the text of RFC 3339.
 *
 * PostgreSQL counts days or microseconds from 2000-01-01; the extreme numbers are its infinities.
 * Years beyond 0 … 9999, which RFC 3339 leaves out, are written as ECMAScript does: a sign and at
 * least six digits.
 */
#ifndef BACKREF_MODEL_CALENDAR_H
#define BACKREF_MODEL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"

/* What follows the time of day. */
enum calendar_zone {
    CALENDAR_LOCAL,  /* nothing: a time on some wall, timestamp without time zone */
    CALENDAR_UTC,    /* written as "Z"; read as "Z" or an offset such as "+02:00" */
    CALENDAR_OFFSET, /* the offset itself, with seconds if it has any: time with time zone */
};

/*
 * calendar_read_date() - "2026-01-31", "infinity" or "-infinity".
 *
 * ret_days  since 2000-01-01
 * Returns:  false when `t` is nothing of the kind, no day of the calendar, or out of PostgreSQL's
 * range Source:   RFC 3339, section 5.6, full-date
 */
bool calendar_read_date(struct text t, int32_t *ret_days) MUST_CHECK;

/*
 * calendar_read_timestamp() - "2026-01-31T09:15:00.25Z", "infinity" or "-infinity".
 *
 * A fraction finer than microseconds is rounded, a leap second is the first second of the next
 * minute: both as PostgreSQL does.
 *
 * ret_us    microseconds since 2000-01-01T00:00:00 (in UTC, with a zone)
 * Returns:  false when `t` is nothing of the kind, no moment of the calendar, or out of
 * PostgreSQL's range Source:   RFC 3339, section 5.6, date-time
 */
bool calendar_read_timestamp(struct text t, enum calendar_zone zone, int64_t *ret_us) MUST_CHECK;

/*
 * calendar_read_time() - "09:15:00.25" or, with CALENDAR_OFFSET, "09:15:00.25+02:00"; up to
 * "24:00:00".
 *
 * ret_us      microseconds since midnight
 * ret_east_s  how far the offset is east of UTC, in seconds; NULL with CALENDAR_LOCAL
 * Returns:    false when `t` is nothing of the kind, or out of PostgreSQL's range
 * Source:     RFC 3339, section 5.6, partial-time and full-time
 */
bool calendar_read_time(struct text t, enum calendar_zone zone, int64_t *ret_us,
                        int32_t *ret_east_s) MUST_CHECK;

/* calendar_write_date() - what calendar_read_date() reads, without quotes. */
void calendar_write_date(struct buf *b, int32_t days);

/* calendar_write_timestamp() - what calendar_read_timestamp() reads, with no more digits than
 * needed. */
void calendar_write_timestamp(struct buf *b, enum calendar_zone zone, int64_t us);

/* calendar_write_time() - what calendar_read_time() reads; `east_s` counts with CALENDAR_OFFSET. */
void calendar_write_time(struct buf *b, enum calendar_zone zone, int64_t us, int32_t east_s);

#endif
