/*
 * duration.c - see duration.h. Units come in their order, each at most once.
 */
#include "model/duration.h"

#define US_PER_SECOND INT64_C(1000000)

enum { FRACTION_DIGITS = 6 };

/* The units: what one of them adds to which part. */
enum part { PART_MONTHS, PART_DAYS, PART_US, PARTS };

static const struct unit {
    char letter;
    bool of_time; /* behind the T */
    enum part part;
    int64_t factor;
} units[] = {
    { 'Y', false, PART_MONTHS, 12 },
    { 'M', false, PART_MONTHS, 1 },
    { 'W', false, PART_DAYS, 7 },
    { 'D', false, PART_DAYS, 1 },
    { 'H', true, PART_US, 3600 * US_PER_SECOND },
    { 'M', true, PART_US, 60 * US_PER_SECOND },
    { 'S', true, PART_US, US_PER_SECOND },
};

/* What is left to read, and what has been. */
struct reading {
    const char *at;
    const char *end;
    bool minus;   /* the whole duration is negative */
    bool in_time; /* a T has gone by */
    size_t next;  /* the first unit that may still come */
    size_t n_read;
    int64_t parts[PARTS];
};

static bool pass(struct reading *r, char c)
{
    if (r->at == r->end || *r->at != c) {
        return false;
    }
    r->at++;
    return true;
}

static bool is_digit_next(const struct reading *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

/* Digits, negative if asked for: the smallest number has no positive counterpart. */
static bool read_whole(struct reading *r, bool minus, int64_t *ret)
{
    *ret = 0;
    if (!is_digit_next(r)) {
        return false;
    }
    for (; is_digit_next(r); r->at++) {
        int64_t digit = *r->at - '0';
        if (__builtin_mul_overflow(*ret, (int64_t)10, ret) ||
            __builtin_add_overflow(*ret, minus ? -digit : digit, ret)) {
            return false;
        }
    }
    return true;
}

/* The digits behind a point as microseconds, rounded to the nearest as PostgreSQL does. */
static bool read_fraction(struct reading *r, bool minus, int64_t *ret_us)
{
    int64_t us = 0;
    size_t n = 0;
    for (; is_digit_next(r); r->at++, n++) {
        if (n < FRACTION_DIGITS) {
            us = us * 10 + (*r->at - '0');
        } else if (n == FRACTION_DIGITS && *r->at >= '5') {
            us++;
        }
    }
    for (size_t i = n; i < FRACTION_DIGITS; i++) {
        us *= 10;
    }
    *ret_us = minus ? -us : us;
    return n > 0;
}

/* The unit that this letter stands for, among those that may still come; false: none. */
static bool read_unit(struct reading *r, const struct unit **ret)
{
    for (; r->next < ARRAY_SIZE(units); r->next++) {
        const struct unit *unit = &units[r->next];
        if (unit->of_time == r->in_time && pass(r, unit->letter)) {
            *ret = unit;
            r->next++;
            return true;
        }
    }
    return false;
}

static bool read_component(struct reading *r)
{
    const struct unit *unit = NULL;
    int64_t value = 0;
    int64_t fraction_us = 0;
    bool minus = pass(r, '-') ? !r->minus : r->minus;
    if (!read_whole(r, minus, &value)) {
        return false;
    }
    bool has_fraction = pass(r, '.');
    if ((has_fraction && !read_fraction(r, minus, &fraction_us)) || !read_unit(r, &unit) ||
        (has_fraction && unit->letter != 'S')) {
        return false;
    }
    int64_t *part = &r->parts[unit->part];
    r->n_read++;
    return !__builtin_mul_overflow(value, unit->factor, &value) &&
           !__builtin_add_overflow(*part, value, part) &&
           !__builtin_add_overflow(*part, fraction_us, part);
}

static bool is_narrow(int64_t value)
{
    return value >= INT32_MIN && value <= INT32_MAX;
}

bool duration_read(struct text t, struct duration *ret)
{
    if (text_is(t, "infinity") || text_is(t, "-infinity")) { /* as PostgreSQL 17 stores them */
        bool minus = t.at[0] == '-';
        *ret = (struct duration){ .months = minus ? INT32_MIN : INT32_MAX,
                                  .days = minus ? INT32_MIN : INT32_MAX,
                                  .us = minus ? INT64_MIN : INT64_MAX };
        return true;
    }
    struct reading r = { .at = t.at, .end = t.at + t.n };
    r.minus = pass(&r, '-');
    if (!pass(&r, 'P')) {
        return false;
    }
    while (r.at < r.end) {
        if (!r.in_time && pass(&r, 'T')) {
            r.in_time = true;
            r.n_read = 0; /* something has to follow */
        } else if (!read_component(&r)) {
            return false;
        }
    }
    if (r.n_read == 0 || !is_narrow(r.parts[PART_MONTHS]) || !is_narrow(r.parts[PART_DAYS])) {
        return false;
    }
    *ret = (struct duration){ .months = (int32_t)r.parts[PART_MONTHS],
                              .days = (int32_t)r.parts[PART_DAYS],
                              .us = r.parts[PART_US] };
    return true;
}

static void write_part(struct buf *b, int64_t value, char letter)
{
    if (value != 0) {
        buf_add_int(b, value);
        buf_add_char(b, letter);
    }
}

static void write_seconds(struct buf *b, int64_t us)
{
    char digits[FRACTION_DIGITS];
    int64_t seconds = us / US_PER_SECOND;
    int64_t fraction = us % US_PER_SECOND;
    if (fraction < 0) {
        fraction = -fraction;
    }
    if (us < 0 && seconds == 0) {
        buf_add_char(b, '-');
    }
    buf_add_int(b, seconds);
    size_t n = fraction == 0 ? 0 : FRACTION_DIGITS;
    for (size_t i = FRACTION_DIGITS; i-- > 0; fraction /= 10) {
        digits[i] = (char)('0' + fraction % 10);
    }
    while (n > 0 && digits[n - 1] == '0') {
        n--;
    }
    if (n > 0) {
        buf_add_char(b, '.');
        buf_add(b, digits, n);
    }
    buf_add_char(b, 'S');
}

static bool is_infinite(struct duration d)
{
    return (d.months == INT32_MAX && d.days == INT32_MAX && d.us == INT64_MAX) ||
           (d.months == INT32_MIN && d.days == INT32_MIN && d.us == INT64_MIN);
}

void duration_write(struct buf *b, struct duration d)
{
    if (is_infinite(d)) {
        buf_add_text(b, d.days < 0 ? "-infinity" : "infinity");
        return;
    }
    buf_add_char(b, 'P');
    write_part(b, d.months / 12, 'Y');
    write_part(b, d.months % 12, 'M');
    write_part(b, d.days, 'D');
    bool is_zero = d.months == 0 && d.days == 0 && d.us == 0;
    if (d.us == 0 && !is_zero) {
        return;
    }
    int64_t minutes = d.us / US_PER_SECOND / 60;
    int64_t us = d.us % (60 * US_PER_SECOND);
    buf_add_char(b, 'T');
    write_part(b, minutes / 60, 'H');
    write_part(b, minutes % 60, 'M');
    if (us != 0 || is_zero) {
        write_seconds(b, us);
    }
}
