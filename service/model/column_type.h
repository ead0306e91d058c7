/*
 * column_type.h - the PostgreSQL types that columns may have, and both ways between them and text.
 *
 * Values travel to and from PostgreSQL in its binary format (base/cell.h). A type that is not in
 * this table is refused when the model is resolved, not at the first request.
 */
#ifndef BACKREF_MODEL_COLUMN_TYPE_H
#define BACKREF_MODEL_COLUMN_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cell.h"
#include "base/text.h"

enum column_kind {
    COLUMN_TEXT, /* text, varchar, char(n), citext, name */
    COLUMN_BOOLEAN,
    COLUMN_SMALLINT,
    COLUMN_INTEGER,
    COLUMN_BIGINT,
    COLUMN_REAL,
    COLUMN_DOUBLE,
    COLUMN_DATE,
    COLUMN_TIMESTAMP,
    COLUMN_TIMESTAMPTZ,
    COLUMN_UUID,
};

struct column_type {
    enum column_kind kind;
    uint32_t oid;          /* of the values sent */
    uint32_t array_oid;    /* of an array of them */
    const char *name;      /* in SQL: "bigint", "timestamptz" */
    const char *json;      /* what a document holds, in words: "a string", "an integer" */
    const char *json_type; /* JSON Schema: "string", "integer", "number", "boolean" */
    const char *format;    /* JSON Schema's format: "date-time", "int64"; NULL: none */
    bool is_key;           /* may be the key of a resource */
    bool is_comparable;    /* "=" is defined, and column_read_value() reads it: filters may ask */
    bool is_sortable;      /* "<" is defined and says something: lists may be sorted by it */
};

/* column_type_find() - the type with this oid; NULL when it is not supported. Cost: a short scan.
 */
const struct column_type *column_type_find(uint32_t oid);

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
 * column_read_text() - a value from its text in a document: dates, timestamps (RFC 3339), uuids,
 * text.
 *
 * ret_cell  in `a`, or borrowing `text` for COLUMN_TEXT
 * Returns:  false when the text is no value of this type
 */
bool column_read_text(struct arena *a, const struct column_type *type, struct text text,
                      struct cell *ret_cell) MUST_CHECK;

/*
 * column_read_value() - a value of any scalar type from plain text, as filters and cursors give it:
 * "3", "true", "1.5e3", "2026-01-31", and whatever column_read_text() takes.
 *
 * ret_cell  in `a`, or borrowing `text` for COLUMN_TEXT
 * Returns:  false when the text is no value of this type (or `a` is over budget)
 */
bool column_read_value(struct arena *a, const struct column_type *type, struct text text,
                       struct cell *ret_cell) MUST_CHECK;

/*
 * column_read_integer() - an integer of a document as smallint, integer, bigint, real or double.
 *
 * Returns:  false when it is out of the type's range, or the type takes no numbers
 */
bool column_read_integer(struct arena *a, const struct column_type *type, int64_t value,
                         struct cell *ret_cell) MUST_CHECK;

/* column_read_real() - a number with a fraction or exponent; false when the type does not take one.
 */
bool column_read_real(struct arena *a, const struct column_type *type, double value,
                      struct cell *ret_cell) MUST_CHECK;

/* column_read_boolean() - true or false; false when the type is no boolean. */
bool column_read_boolean(struct arena *a, const struct column_type *type, bool value,
                         struct cell *ret_cell) MUST_CHECK;

/*
 * column_write_json() - a cell as the JSON value that documents carry; NULL as null.
 *
 * Timestamps are RFC 3339 in UTC with as many digits of the fraction as they need
 * ("2026-01-31T09:15:00.25Z"), infinity is "infinity", text is escaped (json_text.h).
 */
void column_write_json(struct buf *b, const struct column_type *type, struct cell c);

#endif
