/*
 * percent.c - see percent.h.
 */
#include "base/percent.h"

bool percent_decode(struct arena *a, struct text raw, bool plus_is_space, struct text *ret)
{
    static const signed char values[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
        ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
        ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
        ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16, /* one more than the digit; 0: none */
    };
    char *to = arena_copy(a, raw.at, raw.n);
    if (to == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.at[i];
        if (c == '%') {
            if (raw.n - i < 3) {
                return false;
            }
            int high = values[(unsigned char)raw.at[i + 1]];
            int low = values[(unsigned char)raw.at[i + 2]];
            if (high == 0 || low == 0) {
                return false;
            }
            c = (char)((high - 1) << 4 | (low - 1));
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0') {
            return false;
        }
        to[n++] = c;
    }
    to[n] = '\0';
    *ret = (struct text){ .at = to, .n = n };
    return text_is_utf8(*ret);
}

/* RFC 3986, section 2.3. */
static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void percent_encode(struct buf *b, struct text t)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.at[i];
        if (is_unreserved(t.at[i])) {
            buf_add_char(b, t.at[i]);
        } else {
            buf_add(b, (const char[]){ '%', digits[c >> 4], digits[c & 15] }, 3);
        }
    }
}
