/*
 * query.c - splits a query string, undoes its escapes and hands each parameter to the row of one
 * table that understands it. A new parameter is a new row and a function that reads its value.
 */
#include "jsonapi/query.h"

#include <errno.h>

#include "jsonapi/query_parts.h"
#include "model/names.h"

struct parameter_kind {
    const char *name;   /* as people write it */
    const char *family; /* what stands before any brackets; NULL: `name` is the whole name */
    unsigned accepted_by;
    void (*read)(struct reading *r, const struct given *given);
};

/* clang-format off */
static const struct parameter_kind parameters[] = {
    { "page[size]",    NULL,     QUERY_PAGE,    query_read_page_size   },
    { "page[after]",   NULL,     QUERY_PAGE,    query_read_page_after  },
    { "page[before]",  NULL,     QUERY_PAGE,    query_read_page_before },
    { "page[number]",  NULL,     QUERY_PAGE,    query_read_page_number },
    { "page[total]",   NULL,     QUERY_PAGE,    query_read_page_total  },
    { "include",       NULL,     QUERY_INCLUDE, query_read_include     },
    { "fields[TYPE]",  "fields", QUERY_FIELDS,  query_read_fields      },
    { "sort",          NULL,     QUERY_SORT,    query_read_sort        },
    { "filter[FIELD]", "filter", QUERY_FILTER,  query_read_filter      },
};
/* clang-format on */

/* What the endpoint understands, for people: "include and fields[TYPE] are". */
static const char *understood(struct reading *r)
{
    struct names names = query_names(r, ARRAY_SIZE(parameters));
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        if ((parameters[i].accepted_by & r->subject->accepts) != 0) {
            query_add_name(&names, parameters[i].name);
        }
    }
    if (names.n == 0) {
        return "no query parameters are";
    }
    const char *list = names_list(r->arena, names.at, names.n);
    const char *words =
        arena_printf(r->arena, "%s %s", list == NULL ? "" : list, names.n == 1 ? "is" : "are");
    return words == NULL ? "" : words;
}

/* The part of a name in front of its brackets. */
static struct text base_of(struct text name)
{
    size_t n = 0;
    while (n < name.n && name.at[n] != '[' && name.at[n] != ']') {
        n++;
    }
    return (struct text){ .at = name.at, .n = n };
}

/* The parameter that an unknown one may be meant to be, among those understood; NULL: none. */
static const char *find_nearest(const struct reading *r, struct text name)
{
    const char *keys[ARRAY_SIZE(parameters)];
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        const struct parameter_kind *kind = &parameters[i];
        bool is_understood = (kind->accepted_by & r->subject->accepts) != 0;
        keys[i] = !is_understood ? "" : kind->family == NULL ? kind->name : kind->family;
    }
    size_t nearest = text_nearest(name, keys, ARRAY_SIZE(keys));
    if (nearest == ARRAY_SIZE(keys)) {
        nearest = text_nearest(base_of(name), keys, ARRAY_SIZE(keys));
    }
    return nearest == ARRAY_SIZE(keys) ? NULL : parameters[nearest].name;
}

static void refuse_unknown(struct reading *r, struct text name, bool is_known_elsewhere)
{
    const char *nearest = is_known_elsewhere ? NULL : find_nearest(r, name);
    const char *quoted = query_quote(r, name);
    if (nearest != NULL) {
        problem_add(r->reterr, PROBLEM_UNKNOWN_PARAMETER, problem_parameter(name.at),
                    "\"%s\" is not understood here; did you mean \"%s\"?", quoted, nearest);
    } else {
        problem_add(r->reterr, PROBLEM_UNKNOWN_PARAMETER, problem_parameter(name.at),
                    "\"%s\" is not understood here: %s", quoted, understood(r));
    }
}

/* Takes a name's brackets apart; none are found when they are malformed or too many. */
static void read_brackets(struct text name, struct given *ret)
{
    struct text rest = name;
    struct text base = base_of(name);
    rest.at += base.n;
    rest.n -= base.n;
    ret->n_brackets = 0;
    while (rest.n > 0) {
        const char *end = rest.at[0] == '[' ? memchr(rest.at, ']', rest.n) : NULL;
        size_t n = end == NULL ? 0 : (size_t)(end - rest.at) - 1;
        if (end == NULL || memchr(rest.at + 1, '[', n) != NULL || ret->n_brackets == MAX_BRACKETS) {
            ret->n_brackets = 0;
            return;
        }
        ret->brackets[ret->n_brackets++] = (struct text){ .at = rest.at + 1, .n = n };
        rest.at += n + 2;
        rest.n -= n + 2;
    }
}

static bool is_named(const struct parameter_kind *kind, struct text name)
{
    return kind->family == NULL ? text_is(name, kind->name) : text_is(base_of(name), kind->family);
}

static void read_parameter(struct reading *r, struct text name, struct text value)
{
    size_t i = 0;
    while (i < ARRAY_SIZE(parameters) && !is_named(&parameters[i], name)) {
        i++;
    }
    const struct parameter_kind *kind = i < ARRAY_SIZE(parameters) ? &parameters[i] : NULL;
    if (kind == NULL || (kind->accepted_by & r->subject->accepts) == 0) {
        refuse_unknown(r, name, kind != NULL);
        return;
    }
    struct given given = { .name = name.at, .value = value };
    if (kind->family != NULL) {
        read_brackets(name, &given);
    } else if ((r->seen & 1u << i) != 0) {
        REFUSE(r, &given, "\"%s\" is given more than once: give it once", kind->name);
        return;
    }
    r->seen |= 1u << i;
    kind->read(r, &given);
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
        const char *quoted = query_quote(r, name_is_good ? name : raw_name);
        const char *where = name_is_good ? name.at : quoted;
        problem_add(r->reterr, PROBLEM_BAD_PARAMETER, problem_parameter(where),
                    "the %s of \"%s\" is not percent-encoded UTF-8: write each byte of a special "
                    "character as %% and two hexadecimal digits, and no NUL",
                    name_is_good ? "value" : "name", quoted);
        return;
    }
    read_parameter(r, name, value);
}

static size_t count_pairs(struct text raw)
{
    size_t n = 0;
    struct text pair;
    while (query_next_piece(&raw, '&', &pair)) {
        n += pair.n > 0 ? 1 : 0;
    }
    return n;
}

int query_read(struct arena *a, struct text raw, const struct query_subject *subject,
               const struct query_limits *limits, struct query *ret_query, struct problems *reterr)
{
    const unsigned of_resources = QUERY_INCLUDE | QUERY_SORT | QUERY_FILTER;
    ASSERT((subject->accepts & of_resources) == 0 || subject->resource != NULL);
    bool has_pages = (subject->accepts & QUERY_PAGE) != 0;
    struct query query = {
        .page = { .size = limits->page_size, .total = has_pages ? limits->total : TOTAL_NONE },
        .raw = raw,
    };
    struct reading r = {
        .arena = a, .subject = subject, .limits = limits, .query = &query, .reterr = reterr
    };
    size_t n_before = reterr->n;
    size_t n_parameters = count_pairs(raw);
    if (n_parameters > limits->max_parameters) {
        return problem_add(reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                           "the query string has %zu parameters, and at most %zu are read",
                           n_parameters, limits->max_parameters);
    }
    struct text rest = raw;
    struct text pair;
    while (query_next_piece(&rest, '&', &pair)) {
        if (pair.n > 0) {
            read_pair(&r, pair);
        }
    }
    query_finish_page(&r);
    if (arena_failed(a)) {
        return -ENOMEM;
    }
    if (reterr->n > n_before) {
        return (int)reterr->code;
    }
    *ret_query = query;
    return 0;
}
