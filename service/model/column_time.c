/*
 * column_time.c - dates, times and durations between text and PostgreSQL's binary format; how they
 * are spelt is in calendar.c and duration.c.
 */
#include "model/calendar.h"
#include "model/column_parts.h"
#include "model/duration.h"

enum { INTERVAL_BYTES = 16 };

/* Two or three numbers, one behind the other. */
static bool join(struct arena *a, const struct cell *parts, size_t n, struct cell *ret)
{
    size_t n_bytes = 0;
    char *to = arena_alloc(a, INTERVAL_BYTES);
    if (to == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(to + n_bytes, parts[i].at, (size_t)parts[i].n);
        n_bytes += (size_t)parts[i].n;
    }
    *ret = cell_from_text(to, n_bytes);
    return true;
}

static bool read_timetz(struct arena *a, struct text t, struct cell *ret)
{
    int64_t us = 0;
    int32_t east_s = 0;
    struct cell parts[2];
    return calendar_read_time(t, CALENDAR_OFFSET, &us, &east_s) &&
           column_cell(a, (uint64_t)us, 8, &parts[0]) &&
           column_cell(a, (uint64_t) - (int64_t)east_s, 4,
                       &parts[1]) && /* PostgreSQL counts west */
           join(a, parts, ARRAY_SIZE(parts), ret);
}

static bool read_interval(struct arena *a, struct text t, struct cell *ret)
{
    struct duration d;
    struct cell parts[3];
    return duration_read(t, &d) && column_cell(a, (uint64_t)d.us, 8, &parts[0]) &&
           column_cell(a, (uint64_t)(int64_t)d.days, 4, &parts[1]) &&
           column_cell(a, (uint64_t)(int64_t)d.months, 4, &parts[2]) &&
           join(a, parts, ARRAY_SIZE(parts), ret);
}

bool column_time_read(struct arena *a, enum column_kind kind, struct text t, struct cell *ret)
{
    int32_t days = 0;
    int64_t us = 0;
    if (kind == COLUMN_DATE) {
        return calendar_read_date(t, &days) && column_cell(a, (uint64_t)(int64_t)days, 4, ret);
    }
    if (kind == COLUMN_TIME) {
        return calendar_read_time(t, CALENDAR_LOCAL, &us, NULL) &&
               column_cell(a, (uint64_t)us, 8, ret);
    }
    if (kind == COLUMN_TIMETZ) {
        return read_timetz(a, t, ret);
    }
    if (kind == COLUMN_INTERVAL) {
        return read_interval(a, t, ret);
    }
    enum calendar_zone zone = kind == COLUMN_TIMESTAMP ? CALENDAR_LOCAL : CALENDAR_UTC;
    return calendar_read_timestamp(t, zone, &us) && column_cell(a, (uint64_t)us, 8, ret);
}

/* The integer of `n_bytes` that stands behind the first `at` bytes of a cell. */
static int64_t part_of(struct cell c, int32_t at, int32_t n_bytes)
{
    ASSERT(c.n >= at + n_bytes);
    return cell_int((struct cell){ .at = c.at + at, .n = n_bytes });
}

static void write_interval(struct buf *b, struct cell c)
{
    struct duration d = {
        .us = part_of(c, 0, 8),
        .days = (int32_t)part_of(c, 8, 4),
        .months = (int32_t)part_of(c, 12, 4),
    };
    duration_write(b, d);
}

void column_time_write(struct buf *b, enum column_kind kind, struct cell c)
{
    if (kind == COLUMN_TIMESTAMPTZ) { /* first: most rows have two */
        calendar_write_timestamp(b, CALENDAR_UTC, cell_int(c));
    } else if (kind == COLUMN_TIMESTAMP) {
        calendar_write_timestamp(b, CALENDAR_LOCAL, cell_int(c));
    } else if (kind == COLUMN_DATE) {
        calendar_write_date(b, (int32_t)cell_int(c));
    } else if (kind == COLUMN_TIME) {
        calendar_write_time(b, CALENDAR_LOCAL, cell_int(c), 0);
    } else if (kind == COLUMN_TIMETZ) {
        calendar_write_time(b, CALENDAR_OFFSET, part_of(c, 0, 8), (int32_t)-part_of(c, 8, 4));
    } else {
        ASSERT(kind == COLUMN_INTERVAL);
        write_interval(b, c);
    }
}
