/*
 * query.c - splits a query string, undoes its escapes and hands each parameter to the row of one
 * table that understands it. A new parameter is a new row and a function that reads its value.
 */
#include "jsonapi/query.h"

#include <errno.h>
#include <stdint.h>

#define PROFILE "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

enum {
    QUOTED_BYTES = 80,    /* how much of a name or value a message repeats */
    MAX_SIZE_DIGITS = 10, /* of a page size that fits 32 bits */
};

/* One reading of a query string. */
struct reading {
    struct arena *arena;
    unsigned accepts;
    const struct query_limits *limits;
    struct query *query;
    struct problems *reterr;
    unsigned seen; /* rows of `parameters` that have had their value */
};

/* Reads the value of one parameter; `name` is what problems point at. */
typedef void read_fn(struct reading *r, const char *name, struct text value);

struct parameter_kind {
    const char *name;
    unsigned accepted_by; /* the endpoints that understand it */
    read_fn *read;
};

static void read_page_size(struct reading *r, const char *name, struct text value)
{
    uint64_t size = 0;
    bool is_number = value.n > 0 && value.at[0] != '0';
    for (size_t i = 0; is_number && i < value.n; i++) {
        is_number = value.at[i] >= '0' && value.at[i] <= '9';
        if (i < MAX_SIZE_DIGITS) {
            size = size * 10 + (uint64_t)(value.at[i] - '0');
        }
    }
    if (!is_number) {
        problem_add(r->reterr, PROBLEM_BAD_PARAMETER, problem_parameter(name),
                    "\"%s\" is no page size: give a whole number from 1 to %u",
                    text_quotable(r->arena, value, QUOTED_BYTES), r->limits->max_page_size);
        return;
    }
    if (value.n > MAX_SIZE_DIGITS || size > r->limits->max_page_size) {
        problem_add(r->reterr, PROBLEM_PAGE_TOO_LARGE, problem_parameter(name),
                    "a page holds at most %u items, and %s were asked for",
                    r->limits->max_page_size, text_quotable(r->arena, value, QUOTED_BYTES));
        problem_explain(
            r->reterr, PROFILE "max-size-exceeded",
            arena_printf(r->arena, "{\"page\":{\"maxSize\":%u}}", r->limits->max_page_size));
        return;
    }
    r->query->page.size = (uint32_t)size;
    r->query->page.size_given = true;
}

static void read_cursor(struct reading *r, const char *name, struct text value,
                        enum page_direction direction)
{
    struct page *page = &r->query->page;
    if (value.n == 0) {
        problem_add(r->reterr, PROBLEM_BAD_PARAMETER, problem_parameter(name),
                    "\"%s\" names no cursor: take one from the links of a page", name);
    } else if (page->direction != PAGE_FIRST) {
        problem_add(r->reterr, PROBLEM_BAD_PARAMETER, problem_parameter(name),
                    "a page begins after one item or ends before one: give page[after] or "
                    "page[before], not both");
        problem_explain(r->reterr, PROFILE "range-pagination-not-supported", NULL);
    } else {
        page->direction = direction;
        page->cursor = value;
    }
}

static void read_page_after(struct reading *r, const char *name, struct text value)
{
    read_cursor(r, name, value, PAGE_AFTER);
}

static void read_page_before(struct reading *r, const char *name, struct text value)
{
    read_cursor(r, name, value, PAGE_BEFORE);
}

/* clang-format off */
static const struct parameter_kind parameters[] = {
    { "page[size]",   QUERY_PAGE, read_page_size   },
    { "page[after]",  QUERY_PAGE, read_page_after  },
    { "page[before]", QUERY_PAGE, read_page_before },
};
/* clang-format on */

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

/* What the endpoint understands, for people: "page[size], page[after] and page[before]". */
static const char *understood(const struct reading *r)
{
    const char *names[ARRAY_SIZE(parameters)];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        if ((parameters[i].accepted_by & r->accepts) != 0) {
            names[n++] = parameters[i].name;
        }
    }
    struct buf b;
    buf_init(&b, r->arena, 64);
    if (n == 0) {
        buf_add_literal(&b, "no query parameters are");
    }
    for (size_t i = 0; i < n; i++) {
        buf_add_text(&b, i == 0 ? "" : i + 1 < n ? ", " : " and ");
        buf_add_text(&b, names[i]);
    }
    buf_add_text(&b, n == 0 ? "" : n == 1 ? " is" : " are");
    const char *text = buf_terminate(&b);
    return text == NULL ? "" : text;
}

static void refuse_unknown(struct reading *r, struct text name)
{
    const char *names[ARRAY_SIZE(parameters)];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        if ((parameters[i].accepted_by & r->accepts) != 0) {
            names[n++] = parameters[i].name;
        }
    }
    const char *quoted = text_quotable(r->arena, name, QUOTED_BYTES);
    size_t nearest = text_nearest(name, names, n);
    if (nearest < n) {
        problem_add(r->reterr, PROBLEM_UNKNOWN_PARAMETER, problem_parameter(quoted),
                    "\"%s\" is not understood here; did you mean \"%s\"?", quoted, names[nearest]);
    } else {
        problem_add(r->reterr, PROBLEM_UNKNOWN_PARAMETER, problem_parameter(quoted),
                    "\"%s\" is not understood here: %s", quoted, understood(r));
    }
}

static void read_parameter(struct reading *r, struct text name, struct text value)
{
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        const struct parameter_kind *kind = &parameters[i];
        if ((kind->accepted_by & r->accepts) == 0 || !text_is(name, kind->name)) {
            continue;
        }
        if ((r->seen & 1u << i) != 0) {
            problem_add(r->reterr, PROBLEM_BAD_PARAMETER, problem_parameter(kind->name),
                        "\"%s\" is given more than once: give it once", kind->name);
        } else {
            r->seen |= 1u << i;
            kind->read(r, kind->name, value);
        }
        return;
    }
    refuse_unknown(r, name);
}

/* One `name=value`; without "=" the value is empty. */
static void read_pair(struct reading *r, struct text pair)
{
    const char *equals = memchr(pair.at, '=', pair.n);
    struct text raw_name = { .at = pair.at, .n = pair.n };
    struct text raw_value = { .at = "", .n = 0 };
    if (equals != NULL) {
        raw_name.n = (size_t)(equals - pair.at);
        raw_value = (struct text){ .at = equals + 1, .n = pair.n - raw_name.n - 1 };
    }
    struct text name;
    struct text value;
    bool name_is_good = percent_decode(r->arena, raw_name, true, &name);
    if (!name_is_good || !percent_decode(r->arena, raw_value, true, &value)) {
        const char *where = text_quotable(r->arena, name_is_good ? name : raw_name, QUOTED_BYTES);
        problem_add(r->reterr, PROBLEM_BAD_PARAMETER, problem_parameter(where),
                    "the %s of \"%s\" is not percent-encoded UTF-8: write each byte of a special "
                    "character as %% and two hexadecimal digits, and no NUL",
                    name_is_good ? "value" : "name", where);
        return;
    }
    read_parameter(r, name, value);
}

/* The text before the next `separator`; `rest` moves behind it. */
static struct text cut_at(struct text *rest, char separator)
{
    const char *end = memchr(rest->at, separator, rest->n);
    struct text piece = { .at = rest->at, .n = end == NULL ? rest->n : (size_t)(end - rest->at) };
    size_t n_used = end == NULL ? rest->n : piece.n + 1;
    rest->at += n_used;
    rest->n -= n_used;
    return piece;
}

static size_t count_pairs(struct text raw)
{
    size_t n = 0;
    while (raw.n > 0) {
        n += cut_at(&raw, '&').n > 0 ? 1 : 0;
    }
    return n;
}

int query_read(struct arena *a, struct text raw, unsigned accepts,
               const struct query_limits *limits, struct query *ret_query, struct problems *reterr)
{
    struct query query = { .page = { .size = limits->page_size }, .raw = raw };
    struct reading r = {
        .arena = a, .accepts = accepts, .limits = limits, .query = &query, .reterr = reterr
    };
    size_t n_before = reterr->n;
    size_t n_parameters = count_pairs(raw);
    if (n_parameters > limits->max_parameters) {
        return problem_add(reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                           "the query string has %zu parameters, and at most %zu are read",
                           n_parameters, limits->max_parameters);
    }
    for (struct text rest = raw; rest.n > 0;) {
        struct text pair = cut_at(&rest, '&');
        if (pair.n > 0) {
            read_pair(&r, pair);
        }
    }
    if (arena_failed(a)) {
        return -ENOMEM;
    }
    if (reterr->n > n_before) {
        return (int)reterr->code;
    }
    *ret_query = query;
    return 0;
}
