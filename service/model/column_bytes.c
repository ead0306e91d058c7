/*
 * column_bytes.c - values that are bytes with a spelling: uuids, bytea, addresses of networks.
 */
#include "model/column_parts.h"

#include <arpa/inet.h>

enum {
    UUID_BYTES = 16,
    UUID_TEXT = 36,
    INET_HEADER = 4, /* family, length of the network, is it a cidr, bytes of the address */
    INET4_FAMILY = 2,
    INET6_FAMILY = 3, /* PostgreSQL's own numbers, src/include/utils/inet.h */
    MAX_MAC_BYTES = 8,
};

static int hex_digit(char c, bool any_case)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return any_case && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static char *put_hex(char *to, char byte)
{
    static const char digits[] = "0123456789abcdef";
    *to++ = digits[(unsigned char)byte >> 4];
    *to++ = digits[(unsigned char)byte & 0xF];
    return to;
}

static bool copy_cell(struct arena *a, const char *bytes, size_t n, struct cell *ret)
{
    char *copy = arena_copy(a, bytes, n);
    if (copy == NULL) {
        return false;
    }
    *ret = cell_from_text(copy, n);
    return true;
}

/* ---- uuid ---------------------------------------------------------------------------------- */

static bool uuid_hyphen_at(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool column_uuid_read(struct arena *a, struct text t, bool any_case, struct cell *ret)
{
    char bytes[UUID_BYTES];
    size_t n_digits = 0;
    for (size_t i = 0; i < t.n && t.n == UUID_TEXT; i++) {
        int digit = hex_digit(t.at[i], any_case);
        if (uuid_hyphen_at(i)) {
            if (t.at[i] != '-') {
                return false;
            }
        } else if (digit < 0) {
            return false;
        } else {
            unsigned high = n_digits % 2 == 0 ? 0 : (unsigned char)bytes[n_digits / 2];
            bytes[n_digits / 2] = (char)(unsigned char)(high << 4 | (unsigned)digit);
            n_digits++;
        }
    }
    return t.n == UUID_TEXT && copy_cell(a, bytes, sizeof bytes, ret);
}

void column_uuid_write(struct buf *b, struct cell c)
{
    ASSERT(c.n == UUID_BYTES);
    if (!buf_reserve(b, UUID_TEXT)) {
        return;
    }
    char *to = b->at + b->n;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (uuid_hyphen_at((size_t)(to - b->at) - b->n)) {
            *to++ = '-';
        }
        to = put_hex(to, c.at[i]);
    }
    b->n += UUID_TEXT;
}

/* ---- bytea --------------------------------------------------------------------------------- */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_digit(char c)
{
    const char *found = c == '\0' ? NULL : strchr(base64_digits, c);
    return found == NULL ? -1 : (int)(found - base64_digits);
}

/* Four digits to at most three bytes; false for a digit that is none, or bits that say nothing. */
static bool read_quantum(const char *four, size_t n_bytes, char *to)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i <= n_bytes ? base64_digit(four[i]) : four[i] == '=' ? 0 : -1;
        if (digit < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)digit;
    }
    for (size_t i = 0; i < 3; i++, bits <<= 8) {
        char byte = (char)(unsigned char)(bits >> 16 & 0xFF);
        if (i >= n_bytes && byte != 0) {
            return false;
        }
        if (i < n_bytes) {
            to[i] = byte;
        }
    }
    return true;
}

bool column_base64_read(struct arena *a, struct text t, struct cell *ret)
{
    size_t padding = t.n < 4 || t.at[t.n - 1] != '=' ? 0 : t.at[t.n - 2] != '=' ? 1 : 2;
    size_t n = t.n / 4 * 3 - padding;
    char *to = t.n % 4 == 0 ? arena_alloc(a, n) : NULL;
    if (to == NULL) {
        return false;
    }
    for (size_t i = 0; i < t.n; i += 4) {
        size_t at = i / 4 * 3;
        if (!read_quantum(t.at + i, n - at < 3 ? n - at : 3, to + at)) {
            return false;
        }
    }
    *ret = cell_from_text(to, n);
    return true;
}

void column_base64_write(struct buf *b, struct cell c)
{
    size_t n = (size_t)c.n;
    size_t n_text = (n + 2) / 3 * 4;
    if (!buf_reserve(b, n_text)) {
        return;
    }
    char *to = b->at + b->n;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++) {
            bits = bits << 8 | (i + k < n ? (unsigned char)c.at[i + k] : 0U);
        }
        *to++ = base64_digits[bits >> 18];
        *to++ = base64_digits[bits >> 12 & 63];
        *to++ = i + 1 < n ? base64_digits[bits >> 6 & 63] : '=';
        *to++ = i + 2 < n ? base64_digits[bits & 63] : '=';
    }
    b->n += n_text;
}

/* ---- inet, cidr ---------------------------------------------------------------------------- */

/* The length behind the slash; false when it is no number from 0 to `most`. */
static bool read_length(struct text t, unsigned most, unsigned *ret)
{
    unsigned length = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (t.at[i] < '0' || t.at[i] > '9' || t.n > 3) {
            return false;
        }
        length = length * 10 + (unsigned)(t.at[i] - '0');
    }
    *ret = length;
    return t.n > 0 && (t.n == 1 || t.at[0] != '0') && length <= most;
}

/* A network has no bits set behind its length. */
static bool is_network(const char *address, size_t n, unsigned length)
{
    for (size_t i = 0; i < n; i++) {
        unsigned kept = length >= 8 * (i + 1) ? 8 : length > 8 * i ? length - 8 * (unsigned)i : 0;
        if (((unsigned char)address[i] & (0xFFU >> kept)) != 0) {
            return false;
        }
    }
    return true;
}

bool column_inet_read(struct arena *a, bool is_cidr, struct text t, struct cell *ret)
{
    char address[INET6_ADDRSTRLEN];
    char bytes[INET_HEADER + sizeof(struct in6_addr)];
    const char *slash = t.n == 0 ? NULL : memchr(t.at, '/', t.n);
    size_t n_address = slash == NULL ? t.n : (size_t)(slash - t.at);
    if (t.n == 0 || n_address >= sizeof address || memchr(t.at, '\0', t.n) != NULL) {
        return false;
    }
    memcpy(address, t.at, n_address);
    address[n_address] = '\0';
    bool is_v6 = memchr(address, ':', n_address) != NULL;
    unsigned n_bytes = is_v6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
    unsigned length = 8 * n_bytes;
    struct text behind = { .at = slash == NULL ? NULL : slash + 1,
                           .n = slash == NULL ? 0 : t.n - n_address - 1 };
    if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address, bytes + INET_HEADER) != 1 ||
        (slash != NULL && !read_length(behind, length, &length)) ||
        (is_cidr && !is_network(bytes + INET_HEADER, n_bytes, length))) {
        return false;
    }
    bytes[0] = is_v6 ? INET6_FAMILY : INET4_FAMILY;
    bytes[1] = (char)(unsigned char)length;
    bytes[2] = is_cidr ? 1 : 0;
    bytes[3] = (char)n_bytes;
    return copy_cell(a, bytes, INET_HEADER + n_bytes, ret);
}

void column_inet_write(struct buf *b, struct cell c)
{
    char address[INET6_ADDRSTRLEN];
    ASSERT(c.n > INET_HEADER && c.n == INET_HEADER + c.at[3]);
    bool is_v6 = c.at[0] == INET6_FAMILY;
    unsigned length = (unsigned char)c.at[1];
    const char *text =
        inet_ntop(is_v6 ? AF_INET6 : AF_INET, c.at + INET_HEADER, address, sizeof address);
    ASSERT(text != NULL);
    buf_add_text(b, text);
    if (c.at[2] != 0 || length != 8U * (unsigned)c.at[3]) {
        buf_addf(b, "/%u", length);
    }
}

/* ---- macaddr, macaddr8 --------------------------------------------------------------------- */

bool column_mac_read(struct arena *a, size_t n_bytes, struct text t, struct cell *ret)
{
    char bytes[MAX_MAC_BYTES];
    ASSERT(n_bytes <= sizeof bytes);
    if (t.n != 3 * n_bytes - 1) {
        return false;
    }
    for (size_t i = 0; i < n_bytes; i++) {
        int high = hex_digit(t.at[3 * i], true);
        int low = hex_digit(t.at[3 * i + 1], true);
        if (high < 0 || low < 0 || (i + 1 < n_bytes && t.at[3 * i + 2] != ':')) {
            return false;
        }
        bytes[i] = (char)(unsigned char)(high << 4 | low);
    }
    return copy_cell(a, bytes, n_bytes, ret);
}

void column_mac_write(struct buf *b, struct cell c)
{
    char text[3 * MAX_MAC_BYTES];
    char *to = text;
    ASSERT(c.n > 0 && c.n <= MAX_MAC_BYTES);
    for (int32_t i = 0; i < c.n; i++) {
        to = put_hex(to, c.at[i]);
        *to++ = ':';
    }
    buf_add(b, text, (size_t)(to - text) - 1);
}
