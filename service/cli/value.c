/*
 * value.c - a number and a unit from a table; both ways use the same tables, so what is printed in
 * a message can be typed.
 */
#include "cli/value.h"

#include <inttypes.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
};

/* Smallest first. A bare number of milliseconds is refused: nobody could tell it from seconds. */
static const struct unit duration_units[] = {
    { "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "h", 60 * 60 * 1000 }
};
static const struct unit size_units[] = {
    { "", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }
};

/* The digits at the start of `s`; NULL when there are none or too many, else what follows them. */
static const char *parse_digits(const char *s, uint64_t *ret)
{
    uint64_t value = 0;
    const char *c = s;
    for (; *c >= '0' && *c <= '9'; c++) {
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value)) {
            return NULL;
        }
    }
    *ret = value;
    return c == s ? NULL : c;
}

static bool parse_with_unit(const char *s, const struct unit *units, size_t n_units, uint64_t *ret)
{
    uint64_t value;
    const char *unit = parse_digits(s, &value);
    for (size_t i = 0; unit != NULL && i < n_units; i++) {
        if (strcmp(unit, units[i].name) == 0) {
            bool fits = !__builtin_mul_overflow(value, units[i].factor, &value);
            *ret = fits ? value : *ret;
            return fits;
        }
    }
    return false;
}

static const char *write_with_unit(struct arena *a, uint64_t value, const struct unit *units,
                                   size_t n_units)
{
    size_t i = n_units - 1;
    while (i > 0 && (value == 0 || value % units[i].factor != 0)) {
        i--;
    }
    const char *s =
        arena_printf(a, "%" PRIu64 "%s", value / units[i].factor, value == 0 ? "" : units[i].name);
    return s == NULL ? "" : s;
}

bool value_parse_count(const char *s, uint64_t *ret)
{
    uint64_t value;
    const char *end = parse_digits(s, &value);
    if (end == NULL || *end != '\0') {
        return false;
    }
    *ret = value;
    return true;
}

bool value_parse_duration(const char *s, uint64_t *ret_ms)
{
    if (strcmp(s, "0") == 0) {
        *ret_ms = 0;
        return true;
    }
    return parse_with_unit(s, duration_units, ARRAY_SIZE(duration_units), ret_ms);
}

bool value_parse_size(const char *s, uint64_t *ret_bytes)
{
    return parse_with_unit(s, size_units, ARRAY_SIZE(size_units), ret_bytes);
}

const char *value_write_duration(struct arena *a, uint64_t ms)
{
    return write_with_unit(a, ms, duration_units, ARRAY_SIZE(duration_units));
}

const char *value_write_size(struct arena *a, uint64_t bytes)
{
    return write_with_unit(a, bytes, size_units, ARRAY_SIZE(size_units));
}
