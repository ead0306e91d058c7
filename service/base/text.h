/*
 * text.h - borrowed slices of bytes, the question whether they are UTF-8, and near misses.
 */
#ifndef BACKREF_BASE_TEXT_H
#define BACKREF_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"

struct text {
    const char *at; /* borrowed, not NUL-terminated */
    size_t n;
};

#define TEXT_LITERAL(s) ((struct text){ .at = (s), .n = sizeof(s) - 1 })

/* text_of() - the slice of a whole NUL-terminated string. */
static inline struct text text_of(const char *s)
{
    return (struct text){ .at = s, .n = strlen(s) };
}

/* text_is() - is the slice exactly this string? */
static inline bool text_is(struct text t, const char *s)
{
    return strlen(s) == t.n && memcmp(t.at, s, t.n) == 0;
}

/* text_equal() - are both slices the same bytes? */
static inline bool text_equal(struct text a, struct text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

/* utf8_length() - bytes of the character at `s`, of `n` > 0 bytes; 0 when it is not well-formed. */
size_t utf8_length(const unsigned char *s, size_t n);

/* text_is_utf8() - well-formed UTF-8: no overlong forms, no surrogates, at most U+10FFFF. */
bool text_is_utf8(struct text t);

/* text_count_characters() - characters of UTF-8, which are fewer than bytes. */
size_t text_count_characters(struct text t);

/*
 * text_quotable() - `t` as it may be quoted in a message: cut to `max_bytes` at a character's end
 * (with "…" when cut), control characters and bytes that are not UTF-8 replaced by "?".
 *
 * Returns:  NUL-terminated, in `a`; "" when the arena is over budget
 */
const char *text_quotable(struct arena *a, struct text t, size_t max_bytes);

/*
 * text_nearest() - the index of the name most like `t`, for "did you mean"; `n` when none is near
 * (edit distance at most 2 and less than half of its length). Bounded: names over 40 bytes never
 * match.
 */
size_t text_nearest(struct text t, const char *const *names, size_t n);

#endif
