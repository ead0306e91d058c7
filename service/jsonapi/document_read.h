/*
 * document_read.h - the request's body to what it asks: a resource to write, or linkage.
 *
 * The only reader of JSON in a request. Bodies are judged whole: every mistake is reported with a
 * pointer, up to problem.h's bound. Values are turned into PostgreSQL's binary format on the way.
 */
#ifndef BACKREF_JSONAPI_DOCUMENT_READ_H
#define BACKREF_JSONAPI_DOCUMENT_READ_H

#include "base/cell.h"
#include "jsonapi/problem.h"
#include "model/model.h"

struct document_limits {
    size_t max_members; /* identifiers in one request, over all of its relationships */
    size_t max_depth;   /* of nested arrays and objects, at least 1 and at most 2000 */
};

struct attribute_value {
    const struct attribute *attribute;
    struct cell value;
};

/* One identifier of a linkage; `at` is its position in the body, for pointers. */
struct member {
    struct cell key;
    uint32_t at;
    uint32_t n_columns; /* link columns that its `meta` gives */
    const struct attribute_value *columns;
};

/* The members that a request names, repeated ones included; of a to-one one or, for null, none. */
struct linkage {
    size_t n;
    const struct member *members;
};

struct relationship_value {
    const struct relationship *relationship;
    struct linkage linkage;
};

struct document {
    bool has_key; /* a create whose client has chosen the id */
    struct cell key;
    size_t n_attributes;
    const struct attribute_value
        *attributes; /* in the order of the document, read-only ones included */
    size_t n_relationships;
    const struct relationship_value *relationships;
};

/* What every reader needs; `arena` holds all results and adopts the parsed JSON. */
struct document_reader {
    struct arena *arena;
    const struct document_limits *limits;
    struct problems *reterr;
    bool takes_ids; /* the id of a create is the service's own choice, made before */
};

/*
 * document_read_create() - the body of POST /{type}.
 *
 * A client-generated id is PROBLEM_CLIENT_ID unless the resource or the reader takes them (then one
 * that cannot be a key is PROBLEM_INVALID, and a missing one PROBLEM_REQUIRED where the database
 * makes none), a relationship that is view-only PROBLEM_FORBIDDEN, null for a required to-one
 * PROBLEM_REQUIRED at its data, a read-only attribute PROBLEM_READ_ONLY, a required attribute that
 * is missing PROBLEM_REQUIRED at /data/attributes (or /data), null for one that may not be null
 * PROBLEM_REQUIRED at the attribute, a value of another JSON type or longer than the column
 * PROBLEM_INVALID, an unknown name PROBLEM_UNKNOWN_FIELD with the names that exist, a foreign type
 * PROBLEM_CONFLICT at /data/type, an id in linkage that cannot be a key PROBLEM_NOT_FOUND at its
 * identifier. Members that begin with "@" and members unknown to the specification are ignored.
 *
 * Returns:  0 | the first problem's code | -ENOMEM when the arena is over budget
 * Source:   jsonapi crud-creating, document-structure
 */
int document_read_create(const struct document_reader *reader, struct text body,
                         const struct resource *resource, struct document *ret) MUST_CHECK;

/*
 * document_read_update() - the body of PATCH /{type}/{id}, whose id must be `id`.
 *
 * Like document_read_create(), except that read-only attributes are passed on (the writer compares
 * them with what is stored), nothing is required, and an id that is missing or different is a
 * problem.
 *
 * Source:   jsonapi crud-updating
 */
int document_read_update(const struct document_reader *reader, struct text body,
                         const struct resource *resource, struct text id, struct document *ret)
    MUST_CHECK;

/*
 * document_read_linkage() - the body of POST, PATCH or DELETE …/relationships/{relationship}.
 *
 * must_exist  true for writes that link: an id that cannot be a key is PROBLEM_NOT_FOUND at its
 *             identifier; false for unlink: it is left out, since it cannot be linked
 * Source:     jsonapi crud-updating-to-many-relationships
 */
int document_read_linkage(const struct document_reader *reader, struct text body,
                          const struct relationship *relationship, bool must_exist,
                          struct linkage *ret) MUST_CHECK;

#endif
