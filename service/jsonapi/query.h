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
    uint32_t number;    /* page[number], from 1; 0: not given */
    enum page_total total;
    bool total_given;
};

/* A relationship to include, reached through those before it. Parents come before children. */
struct include_node {
    const struct relationship *relationship;
    size_t parent;         /* index of the node it hangs on; INCLUDE_ROOT: the primary data */
    bool identifiers_only; /* linkage was asked for, not the resources themselves */
};

#define INCLUDE_ROOT SIZE_MAX

/* Which fields of a type were asked for. Not given: all of them. */
struct fieldset {
    bool is_given;
    const bool *attributes;    /* by struct attribute's index; NULL unless given */
    const bool *relationships; /* by struct relationship's index; likewise */
};

/* What a sort key or a filter looks at, seen from one resource of the primary data's type. */
enum field_kind {
    FIELD_OF_KEY,       /* the id: of the resource, or of what `path` leads to */
    FIELD_OF_ATTRIBUTE, /* an attribute: of the resource, or of what `path` leads to */
    FIELD_OF_COUNT,     /* how many members `path` leads to */
    FIELD_OF_LINK,      /* a link column of the relationship that is being read */
};

enum { FIELD_MAX_PATH = 3 };

struct field {
    enum field_kind kind;
    size_t n_path; /* relationships on the way; 0: the resource's own */
    const struct relationship *path[FIELD_MAX_PATH];
    const struct attribute *attribute; /* of FIELD_OF_ATTRIBUTE and FIELD_OF_LINK */
};

struct sort_key {
    struct field field; /* its path has to-one relationships only, but for a count */
    bool descending;
};

enum filter_operator {
    FILTER_EQ,
    FILTER_NE,
    FILTER_LT,
    FILTER_LE,
    FILTER_GT,
    FILTER_GE,
    FILTER_IN,    /* one of the values; for a key, "filter[id]=1,2" is this one too */
    FILTER_LIKE,  /* PostgreSQL's pattern: % and _ */
    FILTER_ILIKE, /* likewise, letters of either case */
    FILTER_NULL,  /* is it null? one boolean value */
    FILTER_NONE,  /* of relationships: no member is one of the values */
    FILTER_OPERATORS,
};

/*
 * A condition. With a path it asks for a member: "there is a member for which …"; with FILTER_NONE,
 * "there is no member that is one of the values".
 */
struct filter {
    const char *name; /* the parameter, for problems: "filter[hobbies.name][ilike]" */
    struct field field;
    enum filter_operator operator;
    size_t n_values;
    const struct cell *values; /* of the field's type; int8 for a count; boolean for FILTER_NULL */
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
    const struct filter *filters;
    struct text raw; /* as received, borrowed; what links repeat */
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
    const struct model *model;
    const struct resource *resource;         /* of the primary data; NULL: of no type */
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
