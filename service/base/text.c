/*
 * text.c - see text.h. UTF-8 is judged by the table in the Unicode Standard, section 3.9, table
 * 3-7.
 */
#include "base/text.h"

#include "base/buf.h"

enum { LONGEST_NAME = 40 };

size_t utf8_length(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80) {
        return 1;
    }
    if (s[0] < 0xC2 || s[0] > 0xF4) {
        return 0;
    }
    size_t length = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (n < length) {
        return 0;
    }
    unsigned char lowest = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < lowest || s[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool text_is_utf8(struct text t)
{
    const unsigned char *s = (const unsigned char *)t.at;
    for (size_t i = 0; i < t.n;) {
        size_t length = utf8_length(s + i, t.n - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

size_t text_count_characters(struct text t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++) {
        n += ((unsigned char)t.at[i] & 0xC0) != 0x80; /* the first byte of each */
    }
    return n;
}

const char *text_quotable(struct arena *a, struct text t, size_t max_bytes)
{
    const unsigned char *s = (const unsigned char *)t.at;
    struct buf b;
    buf_init(&b, a, (t.n < max_bytes ? t.n : max_bytes) + 8);
    size_t i = 0;
    while (i < t.n) {
        size_t length = utf8_length(s + i, t.n - i);
        if (b.n + (length == 0 ? 1 : length) > max_bytes) {
            buf_add_literal(&b, "…");
            break;
        }
        if (length == 0 || s[i] < 0x20 || s[i] == 0x7F) {
            buf_add_char(&b, '?');
        } else {
            buf_add(&b, s + i, length);
        }
        i += length == 0 ? 1 : length;
    }
    const char *quotable = buf_terminate(&b);
    return quotable == NULL ? "" : quotable;
}

/* Levenshtein distance, one row at a time. */
static size_t edit_distance(struct text a, struct text b)
{
    size_t row[LONGEST_NAME + 1];
    for (size_t j = 0; j <= b.n; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.n; j++) {
            size_t replaced = diagonal + (a.at[i] == b.at[j] ? 0 : 1);
            size_t best = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;
            diagonal = row[j + 1];
            row[j + 1] = replaced < best ? replaced : best;
        }
    }
    return row[b.n];
}

size_t text_nearest(struct text t, const char *const *names, size_t n)
{
    size_t nearest = n;
    size_t nearest_distance = 3;
    for (size_t i = 0; i < n && t.n <= LONGEST_NAME; i++) {
        struct text name = text_of(names[i]);
        if (name.n > LONGEST_NAME) {
            continue;
        }
        size_t distance = edit_distance(t, name);
        if (distance < nearest_distance && distance * 2 < name.n) {
            nearest = i;
            nearest_distance = distance;
        }
    }
    return nearest;
}
