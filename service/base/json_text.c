/*
 * json_text.c - looks at eight bytes at a time for one that needs an escape; runs without any are
 * copied as they are. The word tricks are those of "Bit Twiddling Hacks" (haszero, hasless).
 */
#include "base/json_text.h"

#include <stdint.h>

#define EACH_BYTE(value) ((uint64_t)0x0101010101010101u * (value))

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* Does one of eight bytes need an escape? Exact: a byte over 0x7F never counts as small. */
static bool any_needs_escape(uint64_t bytes)
{
    uint64_t quote = bytes ^ EACH_BYTE('"');
    uint64_t backslash = bytes ^ EACH_BYTE('\\');
    uint64_t hits = ((bytes - EACH_BYTE(0x20)) & ~bytes) | ((quote - EACH_BYTE(1)) & ~quote) |
                    ((backslash - EACH_BYTE(1)) & ~backslash);
    return (hits & EACH_BYTE(0x80)) != 0;
}

/* The number of leading bytes that pass as they are. */
static size_t plain_length(const char *s, size_t n)
{
    size_t i = 0;
    for (uint64_t bytes; n - i >= sizeof bytes; i += sizeof bytes) {
        memcpy(&bytes, s + i, sizeof bytes);
        if (any_needs_escape(bytes)) {
            break;
        }
    }
    while (i < n && !needs_escape((unsigned char)s[i])) {
        i++;
    }
    return i;
}

static void write_escaped(struct buf *b, unsigned char c)
{
    static const char letters[] = {
        ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
        ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
    };
    static const char digits[] = "0123456789abcdef";
    if (letters[c] != '\0') {
        buf_add(b, (const char[]){ '\\', letters[c] }, 2);
    } else {
        buf_add_literal(b, "\\u00");
        buf_add(b, (const char[]){ digits[c >> 4], digits[c & 15] }, 2);
    }
}

void json_text_write(struct buf *b, struct text t)
{
    buf_reserve(b, t.n + 2); /* one growth for the usual case, in which nothing is escaped */
    buf_add_char(b, '"');
    for (size_t i = 0; i < t.n;) {
        size_t n = plain_length(t.at + i, t.n - i);
        buf_add(b, t.at + i, n);
        i += n;
        if (i < t.n) {
            write_escaped(b, (unsigned char)t.at[i]);
            i++;
        }
    }
    buf_add_char(b, '"');
}

static size_t count_digits(struct text t, size_t from)
{
    size_t n = 0;
    while (from + n < t.n && t.at[from + n] >= '0' && t.at[from + n] <= '9') {
        n++;
    }
    return n;
}

bool json_text_is_number(struct text t)
{
    size_t at = t.n > 0 && t.at[0] == '-' ? 1 : 0;
    size_t n = count_digits(t, at);
    if (n == 0 || (n > 1 && t.at[at] == '0')) {
        return false;
    }
    at += n;
    if (at < t.n && t.at[at] == '.') {
        n = count_digits(t, at + 1);
        if (n == 0) {
            return false;
        }
        at += 1 + n;
    }
    if (at < t.n && (t.at[at] == 'e' || t.at[at] == 'E')) {
        at += at + 1 < t.n && (t.at[at + 1] == '+' || t.at[at + 1] == '-') ? 2 : 1;
        n = count_digits(t, at);
        at += n;
    }
    return n > 0 && at == t.n;
}
