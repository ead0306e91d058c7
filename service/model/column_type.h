/*
 * column_type.h - the PostgreSQL types that columns may have, and both ways between them and text.
 *
 * Values travel to and from PostgreSQL in its binary format (base/cell.h). A type that is not in
 * column_type.c, and that column_type_of.h cannot derive from one that is, is refused when the
 * model is resolved, not at the first request.
 */
#ifndef BACKREF_MODEL_COLUMN_TYPE_H
#define BACKREF_MODEL_COLUMN_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cell.h"
#include "base/text.h"

enum column_kind {
    COLUMN_TEXT, /* text, varchar, char(n), name, and strings of extensions such as citext */
    COLUMN_BOOLEAN,
    COLUMN_SMALLINT,
    COLUMN_INTEGER,
    COLUMN_BIGINT,
    COLUMN_REAL,
    COLUMN_DOUBLE,
    COLUMN_NUMERIC,
    COLUMN_DATE,
    COLUMN_TIME,
    COLUMN_TIMETZ,
    COLUMN_TIMESTAMP,
    COLUMN_TIMESTAMPTZ,
    COLUMN_INTERVAL,
    COLUMN_UUID,
    COLUMN_JSON,
    COLUMN_JSONB,
    COLUMN_BYTEA,
    COLUMN_INET, /* inet and cidr */
    COLUMN_MACADDR,
    COLUMN_ENUM,
    COLUMN_ARRAY,
};

struct column_type {
    enum column_kind kind;
    uint32_t oid;            /* of the values sent */
    uint32_t array_oid;      /* of an array of them; 0 for arrays, which have none */
    const char *name;        /* in SQL: "bigint", "timestamptz" */
    const char *json;        /* what a document holds, in words: "a string", "an integer" */
    const char *json_type;   /* JSON Schema: "string", "integer", "number", …; NULL: any value */
    const char *format;      /* JSON Schema's format: "date-time", "int64"; NULL: none */
    bool is_key;             /* may be the key of a resource */
    bool is_comparable;      /* "=" is defined, and column_read_value() reads it: filters may ask */
    bool is_sortable;        /* "<" is defined and says something: lists may be sorted by it */
    const char *compared_as; /* the cast without which SQL has no "=" for them; "": needs none */
    uint32_t max_length;     /* of an array's element of type varchar(n), in characters; 0: none */
    int32_t precision;       /* of numeric(p, s) like the next; 0: none */
    int32_t scale;
    size_t n_labels; /* of an enum, in its order */
    const char *const *labels;
    const struct column_type *element; /* of an array */
};

/* column_type_find() - the type with this oid; NULL when it is not supported. Cost: a short scan.
 */
const struct column_type *column_type_find(uint32_t oid);

/* column_type_find_element() - the type whose arrays have this oid; NULL: there is none. */
const struct column_type *column_type_find_element(uint32_t array_oid);

/*
 * key_read() - an id as it stands in a path or an identifier, as the value of a key.
 *
 * Only the one canonical spelling is an id: "01", "+1" and " 1" name nothing, so that every row has
 * exactly one name. Nothing is asked of PostgreSQL.
 *
 * ret_key   in `a`
 * Returns:  false when `id` cannot be a key of this type (or `a` is over budget)
 */
bool key_read(struct arena *a, const struct column_type *type, struct text id, struct cell *ret_key)
    MUST_CHECK;

/* key_write() - the id of a key's value, as in paths and documents, without quotes or escapes. */
void key_write(struct buf *b, const struct column_type *type, struct cell key);

/*
 * column_write_json() - a cell as the JSON value that documents carry; NULL as null.
 *
 * Timestamps are RFC 3339 in UTC with as many digits of the fraction as they need
 * ("2026-01-31T09:15:00.25Z"), infinity is "infinity", numeric has all its digits ("12.50"), text
 * is escaped (json_text.h), json stands as it is stored, bytea is base64, arrays are arrays.
 */
void column_write_json(struct buf *b, const struct column_type *type, struct cell c);

#endif
