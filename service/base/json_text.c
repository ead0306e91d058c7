/*
 * json_text.c - copies sixteen bytes at a time, and looks at them for one that needs an escape;
 * most texts have none. The compiler makes of the vectors what the processor has.
 */
#include "base/json_text.h"

#include <stdint.h>

enum { LANES = 16 };

typedef uint8_t lanes __attribute__((vector_size(LANES)));

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static bool any_needs_escape(lanes bytes)
{
    uint64_t halves[2];
    lanes hits = (lanes)((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
    memcpy(halves, &hits, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* All of 8 to 16 bytes, as two words that may overlap; false: one of them needs an escape. */
static bool copy_short(char *to, const char *from, size_t n)
{
    uint64_t words[2];
    lanes bytes;
    memcpy(&words[0], from, sizeof words[0]);
    memcpy(&words[1], from + n - sizeof words[1], sizeof words[1]);
    memcpy(&bytes, words, sizeof bytes);
    if (any_needs_escape(bytes)) {
        return false;
    }
    memcpy(to, &words[0], sizeof words[0]);
    memcpy(to + n - sizeof words[1], &words[1], sizeof words[1]);
    return true;
}

/* Copies leading bytes that pass as they are, to room for all `n`; how many. */
static inline size_t copy_plain(char *to, const char *from, size_t n)
{
    size_t i = 0;
    for (lanes bytes; n - i > LANES; i += LANES) {
        memcpy(&bytes, from + i, sizeof bytes);
        if (any_needs_escape(bytes)) {
            break;
        }
        memcpy(to + i, &bytes, sizeof bytes);
    }
    if (n - i >= sizeof(uint64_t) && n - i <= LANES && copy_short(to + i, from + i, n - i)) {
        return n;
    }
    while (i < n && !needs_escape((unsigned char)from[i])) {
        to[i] = from[i];
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

/* What is left of `t` from `i` on, where the first byte that needs an escape is. */
static __attribute__((noinline)) void write_escaped_from(struct buf *b, struct text t, size_t i)
{
    while (i < t.n) {
        write_escaped(b, (unsigned char)t.at[i]);
        i++;
        if (!buf_reserve(b, t.n - i)) {
            return;
        }
        size_t n = copy_plain(b->at + b->n, t.at + i, t.n - i);
        b->n += n;
        i += n;
    }
    buf_add_char(b, '"');
}

void json_text_write(struct buf *b, struct text t)
{
    if (!buf_reserve(b, t.n + 2)) { /* all of it, in the usual case */
        return;
    }
    char *to = b->at + b->n;
    *to++ = '"';
    size_t n = copy_plain(to, t.at, t.n);
    if (n < t.n) {
        b->n += n + 1;
        write_escaped_from(b, t, n);
        return;
    }
    to[n] = '"';
    b->n += n + 2;
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
