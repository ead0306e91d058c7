/*
 * calendar.c - the proleptic Gregorian calendar, both ways.
 *
 * A year is taken to begin in March, so that the leap day is its last; 400 years are always 146,097
 * days. Limits are PostgreSQL's (src/include/datatype/timestamp.h).
 */
#include "model/calendar.h"

#include <stdlib.h>

#include "base/decimal.h"

#define MICROSECONDS_PER_DAY INT64_C(86400000000)

enum {
    DAYS_PER_ERA = 146097,                  /* 400 years */
    DAYS_TO_2000 = 5 * DAYS_PER_ERA - 60,   /* from 0000-03-01 to 2000-01-01 */
    DAYS_OF_NEAR_YEARS = 24 * DAYS_PER_ERA, /* all of them have years of four digits */
    FIRST_DAY = -2451545,                   /* 4714-11-24 BC, day 0 of the Julian count */
    END_OF_DAYS = 2145031949,               /* the first day that is out of range */
    FARTHEST_OFFSET = 16 * 3600 - 1,        /* seconds from UTC */
    LONGEST = 48,                           /* bytes of any date and time */
};

#define FIRST_MICROSECOND INT64_C(-211813488000000000)
#define END_OF_MICROSECONDS INT64_C(9223371331200000000)

struct day {
    int64_t year; /* 0 is 1 BC */
    unsigned month;
    unsigned day;
};

static int64_t divide_down(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

static int64_t days_of(struct day d)
{
    int64_t year = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = divide_down(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month = d.month <= 2 ? d.month + 9 : d.month - 3;
    int64_t day_of_year = (153 * month + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_2000;
}

/*
 * The day so many days behind 0000-03-01. Each step has one divisor, which gives the quotient and,
 * as the remainder, what the next step needs: quarters of a day in a century, in a year, 65536ths
 * of a month (Neri and Schneider, "Euclidean affine functions and their application to calendar
 * algorithms"). Months count from March, which is 3, to February, which is 14.
 */
static inline struct day day_behind(uint32_t days)
{
    uint32_t in_centuries = days * 4 + 3;
    uint32_t century = in_centuries / DAYS_PER_ERA;
    uint32_t in_years = in_centuries % DAYS_PER_ERA | 3;
    uint32_t year_of_century = in_years / 1461;
    uint32_t day_of_year = in_years % 1461 / 4;
    uint32_t in_months = 2141 * day_of_year + 197913;
    uint32_t month = in_months / 65536;
    return (struct day){
        .year = century * 100 + year_of_century + (month > 12),
        .month = month > 12 ? month - 12 : month,
        .day = in_months % 65536 / 2141 + 1,
    };
}

static unsigned days_in_month(int64_t year, unsigned month)
{
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* What is left to read; a reader that returns false has failed for good. */
struct scanner {
    const char *at;
    const char *end;
};

static bool scan_char(struct scanner *s, char c)
{
    if (s->at == s->end || *s->at != c) {
        return false;
    }
    s->at++;
    return true;
}

static bool scan_digits(struct scanner *s, size_t n, unsigned *ret)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->at == s->end || *s->at < '0' || *s->at > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(*s->at++ - '0');
    }
    *ret = value;
    return true;
}

static size_t digits_ahead(const struct scanner *s)
{
    size_t n = 0;
    while (s->at + n < s->end && s->at[n] >= '0' && s->at[n] <= '9') {
        n++;
    }
    return n;
}

static bool scan_year(struct scanner *s, int64_t *ret)
{
    bool minus = scan_char(s, '-');
    bool expanded = minus || scan_char(s, '+');
    size_t n = digits_ahead(s);
    unsigned year = 0;
    if ((expanded ? n < 6 || n > 7 : n != 4) || !scan_digits(s, n, &year)) {
        return false;
    }
    *ret = minus ? -(int64_t)year : (int64_t)year;
    return !(minus && year == 0);
}

static bool scan_date(struct scanner *s, int64_t *ret_days)
{
    struct day d = { 0 };
    if (!scan_year(s, &d.year) || !scan_char(s, '-') || !scan_digits(s, 2, &d.month) ||
        !scan_char(s, '-') || !scan_digits(s, 2, &d.day)) {
        return false;
    }
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in_month(d.year, d.month)) {
        return false;
    }
    *ret_days = days_of(d);
    return true;
}

/* The digits behind the point as microseconds, rounded to the nearest. */
static bool scan_fraction(struct scanner *s, int64_t *ret_us)
{
    size_t n = digits_ahead(s);
    if (n == 0) {
        return false;
    }
    unsigned us = 0;
    for (size_t i = 0; i < 6; i++) {
        us = us * 10 + (i < n ? (unsigned)(s->at[i] - '0') : 0);
    }
    *ret_us = us + (n > 6 && s->at[6] >= '5' ? 1 : 0);
    s->at += n;
    return true;
}

/* An offset in seconds east of UTC; those of RFC 3339 have no seconds of their own. */
static bool scan_offset(struct scanner *s, bool with_seconds, int32_t *ret)
{
    *ret = 0;
    if (scan_char(s, 'Z') || scan_char(s, 'z')) {
        return true;
    }
    bool minus = scan_char(s, '-');
    unsigned hours = 0;
    unsigned minutes = 0;
    unsigned seconds = 0;
    if ((!minus && !scan_char(s, '+')) || !scan_digits(s, 2, &hours) || !scan_char(s, ':') ||
        !scan_digits(s, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    if (with_seconds && scan_char(s, ':') && (!scan_digits(s, 2, &seconds) || seconds > 59)) {
        return false;
    }
    int32_t east = (int32_t)(hours * 3600 + minutes * 60 + seconds);
    *ret = minus ? -east : east;
    return true;
}

struct time_of_day {
    unsigned hour; /* 24 only at the very end of a day */
    unsigned minute;
    unsigned second;
    int64_t us;     /* 1,000,000 when the fraction was rounded up */
    int32_t east_s; /* the offset's seconds east of UTC */
};

static bool scan_time(struct scanner *s, enum calendar_zone zone, struct time_of_day *ret)
{
    *ret = (struct time_of_day){ 0 };
    if (!scan_digits(s, 2, &ret->hour) || !scan_char(s, ':') || !scan_digits(s, 2, &ret->minute) ||
        !scan_char(s, ':') || !scan_digits(s, 2, &ret->second)) {
        return false;
    }
    if (scan_char(s, '.') && !scan_fraction(s, &ret->us)) {
        return false;
    }
    if (zone != CALENDAR_LOCAL && !scan_offset(s, zone == CALENDAR_OFFSET, &ret->east_s)) {
        return false;
    }
    bool is_end = ret->hour == 24 && ret->minute == 0 && ret->second == 0 && ret->us == 0;
    if ((ret->hour > 23 && !is_end) || ret->minute > 59 || ret->second > 60) {
        return false;
    }
    /* Leap seconds exist in the last minute of a day in UTC alone. */
    int64_t minute_of_day = (int64_t)ret->hour * 60 + ret->minute - ret->east_s / 60;
    return ret->second < 60 || (minute_of_day + 1) % 1440 == 0;
}

static int64_t microseconds_of(struct time_of_day time)
{
    int64_t minutes = (int64_t)time.hour * 60 + time.minute;
    return (minutes * 60 + time.second) * 1000000 + time.us;
}

bool calendar_read_date(struct text t, int32_t *ret_days)
{
    if (text_is(t, "infinity") || text_is(t, "-infinity")) {
        *ret_days = t.at[0] == '-' ? INT32_MIN : INT32_MAX;
        return true;
    }
    struct scanner s = { .at = t.at, .end = t.at + t.n };
    int64_t days = 0;
    if (!scan_date(&s, &days) || s.at != s.end || days < FIRST_DAY || days >= END_OF_DAYS) {
        return false;
    }
    *ret_days = (int32_t)days;
    return true;
}

bool calendar_read_timestamp(struct text t, enum calendar_zone zone, int64_t *ret_us)
{
    if (text_is(t, "infinity") || text_is(t, "-infinity")) {
        *ret_us = t.at[0] == '-' ? INT64_MIN : INT64_MAX;
        return true;
    }
    struct scanner s = { .at = t.at, .end = t.at + t.n };
    int64_t days = 0;
    struct time_of_day time;
    if (!scan_date(&s, &days) || !(scan_char(&s, 'T') || scan_char(&s, 't')) ||
        !scan_time(&s, zone, &time) || s.at != s.end || time.hour > 23) {
        return false;
    }
    int64_t in_day = microseconds_of(time) - (int64_t)time.east_s * 1000000;
    int64_t us = 0;
    if (__builtin_mul_overflow(days, MICROSECONDS_PER_DAY, &us) ||
        __builtin_add_overflow(us, in_day, &us) || us < FIRST_MICROSECOND ||
        us >= END_OF_MICROSECONDS) {
        return false;
    }
    *ret_us = us;
    return true;
}

bool calendar_read_time(struct text t, enum calendar_zone zone, int64_t *ret_us,
                        int32_t *ret_east_s)
{
    struct scanner s = { .at = t.at, .end = t.at + t.n };
    struct time_of_day time;
    if (!scan_time(&s, zone, &time) || s.at != s.end || abs(time.east_s) > FARTHEST_OFFSET) {
        return false;
    }
    int64_t us = microseconds_of(time);
    if (us > MICROSECONDS_PER_DAY) {
        return false;
    }
    *ret_us = us;
    if (zone == CALENDAR_OFFSET) {
        *ret_east_s = time.east_s;
    }
    return true;
}

static char *put_month_and_day(char *to, struct day d)
{
    *to++ = '-';
    to = decimal_put_two(to, d.month);
    *to++ = '-';
    return decimal_put_two(to, d.day);
}

/* Years before 0 and beyond 9999 have a sign and at least six digits. */
static char *put_far_date(char *to, int64_t days)
{
    int64_t era = divide_down(days, DAYS_PER_ERA);
    struct day d = day_behind((uint32_t)(days - era * DAYS_PER_ERA));
    d.year += era * 400;
    uint32_t year = (uint32_t)(d.year < 0 ? -d.year : d.year);
    if (d.year < 0 || d.year > 9999) {
        *to++ = d.year < 0 ? '-' : '+';
        if (year > 999999) {
            *to++ = (char)('0' + year / 1000000);
        }
        to = decimal_put_two(to, year / 10000 % 100);
    }
    return put_month_and_day(decimal_put_four(to, year % 10000), d);
}

static inline char *put_date(char *to, int64_t days)
{
    days += DAYS_TO_2000;
    if (days < 0 || days >= DAYS_OF_NEAR_YEARS) {
        return put_far_date(to, days);
    }
    struct day d = day_behind((uint32_t)days);
    return put_month_and_day(decimal_put_four(to, (uint32_t)d.year), d);
}

static char *put_time(char *to, uint64_t us)
{
    uint32_t seconds = (uint32_t)(us / 1000000);
    uint32_t fraction = (uint32_t)(us % 1000000);
    to = decimal_put_two(to, seconds / 3600);
    *to++ = ':';
    to = decimal_put_two(to, seconds / 60 % 60);
    *to++ = ':';
    to = decimal_put_two(to, seconds % 60);
    if (fraction == 0) {
        return to;
    }
    *to++ = '.';
    to = decimal_put_two(to, fraction / 10000);
    to = decimal_put_four(to, fraction % 10000);
    while (to[-1] == '0') {
        to--;
    }
    return to;
}

void calendar_write_date(struct buf *b, int32_t days)
{
    if (days == INT32_MAX || days == INT32_MIN) {
        buf_add_text(b, days < 0 ? "-infinity" : "infinity");
    } else if (buf_reserve(b, LONGEST)) {
        b->n = (size_t)(put_date(b->at + b->n, days) - b->at);
    }
}

void calendar_write_timestamp(struct buf *b, enum calendar_zone zone, int64_t us)
{
    if (us == INT64_MAX || us == INT64_MIN) {
        buf_add_text(b, us < 0 ? "-infinity" : "infinity");
    } else if (buf_reserve(b, LONGEST)) {
        uint64_t since_first = (uint64_t)us - (uint64_t)FIRST_MICROSECOND;
        uint64_t days = since_first / MICROSECONDS_PER_DAY;
        char *to = put_date(b->at + b->n, (int64_t)days + FIRST_DAY);
        *to++ = 'T';
        to = put_time(to, since_first % MICROSECONDS_PER_DAY);
        if (zone == CALENDAR_UTC) {
            *to++ = 'Z';
        }
        b->n = (size_t)(to - b->at);
    }
}

static char *put_offset(char *to, int32_t east_s)
{
    unsigned seconds = (unsigned)abs(east_s);
    *to++ = east_s < 0 ? '-' : '+';
    to = decimal_put_two(to, seconds / 3600);
    *to++ = ':';
    to = decimal_put_two(to, seconds / 60 % 60);
    if (seconds % 60 != 0) {
        *to++ = ':';
        to = decimal_put_two(to, seconds % 60);
    }
    return to;
}

void calendar_write_time(struct buf *b, enum calendar_zone zone, int64_t us, int32_t east_s)
{
    if (buf_reserve(b, LONGEST)) {
        char *to = put_time(b->at + b->n, (uint64_t)us);
        if (zone == CALENDAR_OFFSET) {
            to = put_offset(to, east_s);
        }
        b->n = (size_t)(to - b->at);
    }
}
