/*
 * duration.h - PostgreSQL's intervals and the durations of ISO 8601.
 *
 * An interval is months, days and microseconds, each with a sign of its own, since a month has no
 * fixed number of days, nor a day of hours. So each part of a duration may have a sign, too.
 */
#ifndef BACKREF_MODEL_DURATION_H
#define BACKREF_MODEL_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"

struct duration {
    int32_t months;
    int32_t days;
    int64_t us;
};

/*
 * duration_read() - "P1Y2M3DT4H5M6.5S", "P2W", "-PT1H", "P1M-2D", "infinity".
 *
 * Returns:  false when `t` is nothing of the kind, or out of PostgreSQL's range
 * Source:   ISO 8601, 5.5.2.2; only seconds may have a fraction
 */
bool duration_read(struct text t, struct duration *ret) MUST_CHECK;

/* duration_write() - what duration_read() reads, in the spelling of intervalstyle iso_8601. */
void duration_write(struct buf *b, struct duration d);

#endif
