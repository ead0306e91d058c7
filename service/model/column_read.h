/*
 * column_read.h - values of columns from what documents and query strings hold.
 *
 * Every reader returns false when what it is given is no value of the type (or the arena is over
 * budget); the caller says what the type takes (`json` in column_type.h). Results are in `a`, or
 * borrow the text for COLUMN_TEXT, COLUMN_ENUM and COLUMN_JSON.
 */
#ifndef BACKREF_MODEL_COLUMN_READ_H
#define BACKREF_MODEL_COLUMN_READ_H

#include "model/column_type.h"

/*
 * column_read_text() - a value from its text in a document: text, dates and times (RFC 3339),
 * durations (ISO 8601), uuids, labels of enums, base64, addresses, "NaN" and "Infinity" for numbers
 * that JSON cannot write, and numeric as a string of digits.
 */
bool column_read_text(struct arena *a, const struct column_type *type, struct text text,
                      struct cell *ret_cell) MUST_CHECK;

/*
 * column_read_value() - a value of any scalar type from plain text, as filters and cursors give it:
 * "3", "true", "1.5e3", "2026-01-31", and whatever column_read_text() takes.
 *
 * Returns:  false for json, jsonb and arrays, which are not comparable
 */
bool column_read_value(struct arena *a, const struct column_type *type, struct text text,
                       struct cell *ret_cell) MUST_CHECK;

/*
 * column_read_integer() - an integer of a document as smallint, integer, bigint, real, double or
 * numeric.
 */
bool column_read_integer(struct arena *a, const struct column_type *type, int64_t value,
                         struct cell *ret_cell) MUST_CHECK;

/*
 * column_read_number() - any other number of a document, given by its literal, as real, double or
 * numeric.
 *
 * literal   as JSON writes numbers (json_text_is_number()); numeric keeps all of its digits
 */
bool column_read_number(struct arena *a, const struct column_type *type, struct text literal,
                        struct cell *ret_cell) MUST_CHECK;

/* column_read_boolean() - true or false; false when the type is no boolean. */
bool column_read_boolean(struct arena *a, const struct column_type *type, bool value,
                         struct cell *ret_cell) MUST_CHECK;

/* column_read_json() - JSON text, known to be well-formed, as json or jsonb. */
bool column_read_json(struct arena *a, const struct column_type *type, struct text json,
                      struct cell *ret_cell) MUST_CHECK;

/* column_read_array() - `n` values of the array's element type, NULL among them, as an array. */
bool column_read_array(struct arena *a, const struct column_type *type, const struct cell *elements,
                       size_t n, struct cell *ret_cell) MUST_CHECK;

/*
 * column_fits() - does a value keep to the type's max_length, precision and scale?
 *
 * PostgreSQL would round what has too many digits behind the point; here it does not fit.
 */
bool column_fits(const struct column_type *type, struct cell c);

#endif
