/*
 * query_field.h - what a query can name: relationships to include, the fields of a type, and what
 * lists are sorted and filtered by.
 */
#ifndef BACKREF_JSONAPI_QUERY_FIELD_H
#define BACKREF_JSONAPI_QUERY_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cell.h"
#include "model/model.h"

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
    FIELD_OF_COUNT,     /* how many members `path` leads to, each counted once; not only to-one */
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
    FILTER_EQ, /* never of a key: that is FILTER_IN with one value */
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
 * "there is no member that is one of the values"; with FILTER_NULL of a key, "there is no member".
 *
 * Values that no key can have are left out, so FILTER_IN and FILTER_NONE of a key may have none:
 * nothing fits the one, everything the other.
 */
struct filter {
    const char *name; /* the parameter, for problems: "filter[hobbies.name][ilike]" */
    struct field field;
    enum filter_operator operator;
    size_t n_values;
    const struct cell *values; /* of the field's type; int8 for a count; boolean for FILTER_NULL */
};

#endif
