/*
 * query_parts.h - what the readers of query parameters share. For query*.c only.
 *
 * Each family of parameters has a reader; the table in query.c says which. A reader adds to the
 * query or refuses the parameter, and reads on: all mistakes are reported together. Failures of the
 * arena are latched there and found at the end.
 */
#ifndef BACKREF_JSONAPI_QUERY_PARTS_H
#define BACKREF_JSONAPI_QUERY_PARTS_H

#include "jsonapi/query.h"

enum { MAX_BRACKETS = 3 };

/* One reading of a query string. */
struct reading {
    struct arena *arena;
    const struct query_subject *subject;
    const struct query_limits *limits;
    struct query *query;
    struct problems *reterr;
    unsigned seen;                /* rows of the table that have had a value */
    struct include_node *include; /* what `query` points to, while it is written; the same below */
    struct fieldset *fields;
    struct sort_key *sort;
    struct filter *filters;
    size_t n_filters_given; /* also those that were refused */
};

/* One parameter, its escapes undone. */
struct given {
    const char *name;                   /* NUL-terminated; what problems point at */
    size_t n_brackets;                  /* 0 also when they are malformed, or too many */
    struct text brackets[MAX_BRACKETS]; /* what stands in them */
    struct text value;
};

/* Refuses a parameter, in printf's words. */
#define REFUSE(r, given, ...)                                                                      \
    problem_add((r)->reterr, PROBLEM_BAD_PARAMETER, problem_parameter((given)->name), __VA_ARGS__)

/*
 * query_read_page_size(), query_read_page_after(), query_read_page_before(),
 * query_read_page_number(), query_read_page_total(), query_read_include(), query_read_fields(),
 * query_read_sort(), query_read_filter() - read one parameter that is understood here.
 */
void query_read_page_size(struct reading *r, const struct given *given);
void query_read_page_after(struct reading *r, const struct given *given);
void query_read_page_before(struct reading *r, const struct given *given);
void query_read_page_number(struct reading *r, const struct given *given);
void query_read_page_total(struct reading *r, const struct given *given);
void query_read_include(struct reading *r, const struct given *given);
void query_read_fields(struct reading *r, const struct given *given);
void query_read_sort(struct reading *r, const struct given *given);
void query_read_filter(struct reading *r, const struct given *given);

/* query_finish_page() - judge what depends on several page parameters, once all have been read. */
void query_finish_page(struct reading *r);

/* Where a dotted path has led. */
enum field_end {
    FIELD_FOUND,    /* to an id, an attribute or a link column */
    FIELD_MEMBERS,  /* to the members of a relationship: FIELD_OF_KEY with a path */
    FIELD_UNKNOWN,  /* nowhere: there is no such name */
    FIELD_TOO_DEEP, /* nowhere: it goes through more than FIELD_MAX_PATH relationships */
};

struct field_path {
    struct field field;        /* as far as the path leads */
    const struct resource *of; /* where its last name was looked for; NULL: among link columns */
    struct text name;          /* that name */
};

/* query_find_field() - what a dotted path names, seen from the primary data's type. */
enum field_end query_find_field(const struct query_subject *subject, struct text path,
                                struct field_path *ret);

/* query_describe_miss() - why it names nothing, as the beginning of a sentence. */
const char *query_describe_miss(struct reading *r, enum field_end end,
                                const struct field_path *path);

/* query_leads_to_one() - to at most one value: are all relationships of the path to-one? */
bool query_leads_to_one(const struct field *field);

/* Names that a message offers. Only as many problems are worded as are kept. */
struct names {
    size_t n;
    size_t capacity;
    const char **at;
};

/* query_names() - an empty list with room for `capacity` names, or for none. */
struct names query_names(struct reading *r, size_t capacity);

/* query_add_name() - one more name, borrowed; nothing when there is no room. */
void query_add_name(struct names *names, const char *name);

/* query_offer() - `did you mean "name"? it has id, name and age`, `lead` being "it has". */
const char *query_offer(struct reading *r, struct text wrong, const char *lead,
                        const struct names *names);

/* query_quote() - a name or value as a message may repeat it. */
const char *query_quote(struct reading *r, struct text t);

/*
 * query_next_piece() - the text up to the next `separator`; `rest` moves behind it.
 *
 * Returns:  false at the end; an empty text is one empty piece, one that is NULL has none
 */
bool query_next_piece(struct text *rest, char separator, struct text *ret);

#endif
