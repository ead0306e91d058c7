/*
 * query.h - the query string, read and judged against what an endpoint understands.
 *
 * Percent-encoding is undone here and nowhere else; "+" is a space
 * (application/x-www-form-urlencoded). An unknown parameter, a repeated one, a broken escape or
 * bytes that are not UTF-8 are refused.
 */
#ifndef BACKREF_JSONAPI_QUERY_H
#define BACKREF_JSONAPI_QUERY_H

#include "base/text.h"
#include "jsonapi/problem.h"

enum page_direction {
    PAGE_FIRST,  /* from the start */
    PAGE_AFTER,  /* what follows `cursor` */
    PAGE_BEFORE, /* what precedes `cursor` */
};

struct page {
    uint32_t size; /* 1 … the maximum */
    bool size_given;
    enum page_direction direction;
    struct text cursor; /* as given, decoded; judged by plan/cursor.h */
};

struct query {
    struct page page;
    struct text raw; /* as received, borrowed; what links repeat */
};

/* What an endpoint understands: a set of these. */
enum {
    QUERY_PAGE = 1u << 0, /* page[size], page[after], page[before] */
};

struct query_limits {
    uint32_t page_size; /* when the request names none */
    uint32_t max_page_size;
    size_t max_parameters;
};

/*
 * query_read() - the query string `raw` (without "?") of an endpoint that understands `accepts`.
 *
 * a         holds what ret_query points to
 * raw       borrowed, as long as ret_query is used; "&" twice in a row or at an end means nothing
 * reterr    every mistake, each with source.parameter; PROBLEM_PAGE_TOO_LARGE and a request for
 * both ends of a range carry the profile's link and meta Returns:  0 | the first problem's code |
 * -ENOMEM when `a` is over budget Source:   jsonapi query-parameters; cursor pagination, query
 * parameters
 */
int query_read(struct arena *a, struct text raw, unsigned accepts,
               const struct query_limits *limits, struct query *ret_query, struct problems *reterr)
    MUST_CHECK;

/*
 * percent_decode() - undo percent-encoding.
 *
 * plus_is_space  true in query strings, false in paths
 * ret            in `a`, NUL-terminated
 * Returns:       false when an escape is broken, the result holds NUL or is not UTF-8
 */
bool percent_decode(struct arena *a, struct text raw, bool plus_is_space, struct text *ret)
    MUST_CHECK;

/* percent_encode() - append `t` with everything but RFC 3986's unreserved characters encoded. */
void percent_encode(struct buf *b, struct text t);

#endif
