/*
 * value.h - durations, sizes and counts as people type them, and back.
 */
#ifndef BACKREF_CLI_VALUE_H
#define BACKREF_CLI_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* value_parse_count() - decimal digits; false for anything else and beyond 64 bits. */
bool value_parse_count(const char *s, uint64_t *ret);

/* value_parse_duration() - "500ms", "15s", "2m", "1h" or "0", in milliseconds; false for others. */
bool value_parse_duration(const char *s, uint64_t *ret_ms);

/* value_parse_size() - "4096", "64KiB", "1MiB", "1GiB", in bytes; false for others. */
bool value_parse_size(const char *s, uint64_t *ret_bytes);

/* value_write_duration() - in the largest unit without a fraction, in `a`; "" over budget. */
const char *value_write_duration(struct arena *a, uint64_t ms);

/* value_write_size() - in the largest unit without a fraction, in `a`; "" over budget. */
const char *value_write_size(struct arena *a, uint64_t bytes);

#endif
