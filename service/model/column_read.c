/*
 * column_read.c - see column_read.h. What a type takes is decided here; how it is spelt is in the
 * files beside.
 */
#include "model/column_parts.h"

#include <stdio.h>

enum { LONGEST_NAME_BYTES = 63, MAC_BYTES = 6, MAC8_BYTES = 8, JSONB_VERSION = 1 };

static bool is_storable(const struct column_type *type, struct text t)
{
    return t.n <= INT32_MAX && (t.n == 0 || memchr(t.at, '\0', t.n) == NULL) && text_is_utf8(t) &&
           (type->oid != OID_NAME || t.n <= LONGEST_NAME_BYTES);
}

static bool is_label(const struct column_type *type, struct text t)
{
    size_t i = 0;
    while (i < type->n_labels && !text_is(t, type->labels[i])) {
        i++;
    }
    return i < type->n_labels;
}

bool column_read_text(struct arena *a, const struct column_type *type, struct text text,
                      struct cell *ret_cell)
{
    switch (type->kind) {
    case COLUMN_TEXT:
    case COLUMN_ENUM:
        if (type->kind == COLUMN_TEXT ? !is_storable(type, text) : !is_label(type, text)) {
            return false;
        }
        *ret_cell = cell_from_text(text.at, text.n);
        return true;
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_TIMETZ:
    case COLUMN_TIMESTAMP:
    case COLUMN_TIMESTAMPTZ:
    case COLUMN_INTERVAL:
        return column_time_read(a, type->kind, text, ret_cell);
    case COLUMN_UUID:
        return column_uuid_read(a, text, true, ret_cell);
    case COLUMN_BYTEA:
        return column_base64_read(a, text, ret_cell);
    case COLUMN_INET:
        return column_inet_read(a, type->oid == OID_CIDR, text, ret_cell);
    case COLUMN_MACADDR:
        return column_mac_read(a, type->oid == OID_MACADDR8 ? MAC8_BYTES : MAC_BYTES, text,
                               ret_cell);
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
        return column_real_read_word(a, type->kind, text, ret_cell);
    case COLUMN_NUMERIC:
        return column_numeric_read(a, text, ret_cell);
    case COLUMN_BOOLEAN:
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
    case COLUMN_JSON:
    case COLUMN_JSONB:
    case COLUMN_ARRAY:
        return false;
    }
    UNREACHABLE();
}

bool column_read_value(struct arena *a, const struct column_type *type, struct text text,
                       struct cell *ret_cell)
{
    int64_t value = 0;
    switch (type->kind) {
    case COLUMN_BOOLEAN:
        return (text_is(text, "true") || text_is(text, "false")) &&
               column_read_boolean(a, type, text.at[0] == 't', ret_cell);
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        return column_integer_scan(text, &value) &&
               column_integer_read(a, type->kind, value, ret_cell);
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
        return column_real_read(a, type->kind, text, ret_cell) ||
               column_real_read_word(a, type->kind, text, ret_cell);
    case COLUMN_TEXT:
    case COLUMN_NUMERIC:
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_TIMETZ:
    case COLUMN_TIMESTAMP:
    case COLUMN_TIMESTAMPTZ:
    case COLUMN_INTERVAL:
    case COLUMN_UUID:
    case COLUMN_BYTEA:
    case COLUMN_INET:
    case COLUMN_MACADDR:
    case COLUMN_ENUM:
        return column_read_text(a, type, text, ret_cell);
    case COLUMN_JSON:
    case COLUMN_JSONB:
    case COLUMN_ARRAY:
        return false;
    }
    UNREACHABLE();
}

static bool is_integer(const struct column_type *type)
{
    return type->kind == COLUMN_SMALLINT || type->kind == COLUMN_INTEGER ||
           type->kind == COLUMN_BIGINT;
}

bool column_read_integer(struct arena *a, const struct column_type *type, int64_t value,
                         struct cell *ret_cell)
{
    char digits[24];
    if (is_integer(type)) {
        return column_integer_read(a, type->kind, value, ret_cell);
    }
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    return column_read_number(a, type, text_of(digits), ret_cell);
}

bool column_read_number(struct arena *a, const struct column_type *type, struct text literal,
                        struct cell *ret_cell)
{
    if (type->kind == COLUMN_NUMERIC) {
        return column_numeric_read(a, literal, ret_cell);
    }
    return (type->kind == COLUMN_REAL || type->kind == COLUMN_DOUBLE) &&
           column_real_read(a, type->kind, literal, ret_cell);
}

bool column_read_boolean(struct arena *a, const struct column_type *type, bool value,
                         struct cell *ret_cell)
{
    return type->kind == COLUMN_BOOLEAN && column_cell(a, value ? 1 : 0, 1, ret_cell);
}

bool column_read_json(struct arena *a, const struct column_type *type, struct text json,
                      struct cell *ret_cell)
{
    if (type->kind == COLUMN_JSON) {
        *ret_cell = cell_from_text(json.at, json.n);
        return true;
    }
    char *to = type->kind == COLUMN_JSONB ? arena_alloc(a, json.n + 1) : NULL;
    if (to == NULL) {
        return false;
    }
    to[0] = JSONB_VERSION;
    memcpy(to + 1, json.at, json.n);
    *ret_cell = cell_from_text(to, json.n + 1);
    return true;
}

bool column_read_array(struct arena *a, const struct column_type *type, const struct cell *elements,
                       size_t n, struct cell *ret_cell)
{
    if (type->kind != COLUMN_ARRAY) {
        return false;
    }
    size_t n_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        n_bytes += cell_is_null(elements[i]) ? 0 : (size_t)elements[i].n;
    }
    char *to = arena_alloc(a, cell_array_size(n, n_bytes));
    if (to == NULL) {
        return false;
    }
    *ret_cell = cell_from_text(to, cell_array_write(to, type->element->oid, elements, n));
    return true;
}

bool column_fits(const struct column_type *type, struct cell c)
{
    if (cell_is_null(c)) {
        return true;
    }
    if (type->kind == COLUMN_NUMERIC && type->precision > 0) {
        return column_numeric_fits(c, type->precision, type->scale);
    }
    struct text text = { .at = c.at, .n = (size_t)c.n };
    return type->max_length == 0 || text_count_characters(text) <= type->max_length;
}
