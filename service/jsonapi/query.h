/*
 * query.h - the query string, read and judged against what an endpoint understands.
 *
 * Percent-encoding is undone once, before anything is looked at; "+" is a space
 * (application/x-www-form-urlencoded). An unknown parameter, a repeated one, a broken escape or
 * bytes that are not UTF-8 are refused.
 */
#ifndef BACKREF_JSONAPI_QUERY_H
#define BACKREF_JSONAPI_QUERY_H

#include "base/percent.h"
#include "base/text.h"
#include "jsonapi/problem.h"
#include "jsonapi/query_field.h"
#include "model/model.h"

enum page_direction {
    PAGE_FIRST,  /* from the start */
    PAGE_AFTER,  /* what follows `cursor` */
    PAGE_BEFORE, /* what precedes `cursor` */
};

enum page_total {
    TOTAL_NONE,
    TOTAL_EXACT,
    TOTAL_ESTIMATED,
};

struct page {
    uint32_t size; /* 1 … the maximum */
    bool size_given;
    enum page_direction direction;
    struct text cursor; /* as given, decoded; judged by plan/cursor.h */
    struct text end;    /* likewise, of a range: PAGE_AFTER `cursor`, and before this; else empty */
    uint32_t number;    /* page[number], from 1; 0: not given. number * size stays below 2^53 */
    enum page_total total;
    bool total_given;
};

struct query {
    struct page page;
    bool include_given; /* also when it names nothing */
    size_t n_include;
    const struct include_node *include;
    const struct fieldset *fields; /* by struct resource's index; NULL: all fields of all types */
    size_t n_sort;
    const struct sort_key *sort;
    size_t n_filters;
    const struct filter *filters; /* all of them hold */
    struct text raw;              /* as received, borrowed; what links repeat */
};

/* What an endpoint understands: a set of these. */
enum {
    QUERY_PAGE = 1u << 0,    /* page[size], page[after], page[before], page[number], page[total] */
    QUERY_INCLUDE = 1u << 1, /* include */
    QUERY_FIELDS = 1u << 2,  /* fields[TYPE] */
    QUERY_SORT = 1u << 3,    /* sort */
    QUERY_FILTER = 1u << 4,  /* filter[…] */

    QUERY_RESOURCE = QUERY_INCLUDE | QUERY_FIELDS,
    QUERY_COLLECTION = QUERY_RESOURCE | QUERY_PAGE | QUERY_SORT | QUERY_FILTER,
};

/* What the query string is about. */
struct query_subject {
    unsigned accepts; /* what is understood: QUERY_… */
    const struct model *model;
    const struct resource *resource; /* of the primary data, or of the identifiers; NULL: none */
    const struct relationship *relationship; /* whose members are read; NULL: none */
    bool is_linkage; /* primary data are identifiers: includes begin with the relationship's name */
};

struct query_limits {
    uint32_t page_size; /* when the request names none */
    uint32_t max_page_size;
    size_t max_parameters;
    size_t max_include_depth; /* relationships on a path of include; at most FIELD_MAX_PATH */
    size_t max_include;       /* paths, those on the way included */
    size_t max_sort;          /* sort keys */
    size_t max_filters;
    size_t max_filter_values; /* of one filter */
    enum page_total total;    /* when the request does not say */
};

/*
 * query_read() - the query string `raw`, without "?".
 *
 * a         holds what ret_query points to
 * raw       borrowed, as long as ret_query is used; "&" twice in a row or at an end means nothing
 * subject   with a resource when include, sort or filters are understood
 * ret_query set only on 0
 * reterr    every mistake, each with source.parameter. PROBLEM_PAGE_TOO_LARGE and an unsupported
 *           sort carry the profile's link and meta
 * Returns:  0 | the first problem's code | -ENOMEM when `a` is over budget
 * Source:   jsonapi query-parameters; cursor pagination, query parameters
 */
int query_read(struct arena *a, struct text raw, const struct query_subject *subject,
               const struct query_limits *limits, struct query *ret_query, struct problems *reterr)
    MUST_CHECK;

#endif
