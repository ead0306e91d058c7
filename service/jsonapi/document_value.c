/*
 * document_value.c - the value of an attribute: from JSON to a cell by the column's type, and what
 * is said when it is none.
 */
#include <jansson.h>

#include "jsonapi/document_parts.h"

enum {
    QUOTED_BYTES = 80, /* how much of a number or label a message repeats */
    MAX_LISTED = 10,   /* labels that a message lists */
};

/* ---- reading ------------------------------------------------------------------------------- */

static struct text text_of_string(const json_t *string)
{
    return (struct text){ .at = json_string_value(string), .n = json_string_length(string) };
}

static bool read_json(const struct document_reading *reading, const struct column_type *type,
                      json_t *value, struct cell *ret)
{
    struct arena *a = reading->reader->arena;
    struct buf b;
    buf_init(&b, a, 64);
    document_numbers_write(&reading->numbers, value, &b);
    return !b.failed && column_read_json(a, type, (struct text){ .at = b.at, .n = b.n }, ret);
}

static bool read_scalar(const struct document_reading *reading, const struct column_type *type,
                        json_t *value, struct cell *ret)
{
    struct arena *a = reading->reader->arena;
    switch (json_typeof(value)) {
    case JSON_STRING:
        return column_read_text(a, type, text_of_string(value), ret);
    case JSON_INTEGER:
        return column_read_integer(a, type, json_integer_value(value), ret);
    case JSON_REAL:
        return column_read_number(a, type, document_number(&reading->numbers, value), ret);
    case JSON_TRUE:
    case JSON_FALSE:
        return column_read_boolean(a, type, json_is_true(value), ret);
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_NULL:
        return false;
    }
    UNREACHABLE();
}

/* An element; null is one of every array. */
static bool read_element(const struct document_reading *reading, const struct column_type *type,
                         json_t *value, struct cell *ret)
{
    *ret = cell_null();
    if (json_is_null(value)) {
        return true;
    }
    if (type->kind == COLUMN_JSON || type->kind == COLUMN_JSONB) {
        return read_json(reading, type, value, ret);
    }
    return read_scalar(reading, type, value, ret);
}

static bool read_array(const struct document_reading *reading, const struct column_type *type,
                       json_t *array, struct cell *ret)
{
    size_t n = json_array_size(array);
    struct cell *cells = arena_alloc(reading->reader->arena, n * sizeof *cells);
    if (cells == NULL || !json_is_array(array)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!read_element(reading, type->element, json_array_get(array, i), &cells[i]) ||
            !column_fits(type->element, cells[i])) {
            return false;
        }
    }
    return column_read_array(reading->reader->arena, type, cells, n, ret);
}

static struct text text_of_cell(struct cell c)
{
    return (struct text){ .at = c.at, .n = (size_t)c.n };
}

static bool is_too_long(const struct attribute *attribute, struct cell c)
{
    return attribute->type->kind == COLUMN_TEXT && attribute->max_length > 0 &&
           text_count_characters(text_of_cell(c)) > attribute->max_length;
}

bool document_read_value(const struct document_reading *reading, const struct attribute *attribute,
                         json_t *value, struct cell *ret)
{
    *ret = cell_null();
    if (json_is_null(value)) {
        return attribute->nullable;
    }
    bool is_good = attribute->type->kind == COLUMN_ARRAY
                       ? read_array(reading, attribute->type, value, ret)
                       : read_element(reading, attribute->type, value, ret);
    return is_good && (attribute->read_only ||
                       (column_fits(attribute->type, *ret) && !is_too_long(attribute, *ret)));
}

/* ---- refusing ------------------------------------------------------------------------------ */

/* `one of "red", "green" and 3 more`. */
static const char *list_labels(struct arena *a, const struct column_type *type)
{
    struct buf b;
    buf_init(&b, a, 128);
    buf_add_literal(&b, "one of ");
    for (size_t i = 0; i < type->n_labels && i < MAX_LISTED; i++) {
        buf_addf(&b, "%s\"%s\"", i == 0 ? "" : ", ",
                 text_quotable(a, text_of(type->labels[i]), QUOTED_BYTES));
    }
    if (type->n_labels > MAX_LISTED) {
        buf_addf(&b, " and %zu more", type->n_labels - MAX_LISTED);
    }
    const char *list = buf_terminate(&b);
    return list == NULL ? "" : list;
}

/* Of numeric(p, s): its digits; s below 0 counts zeros before the point instead. */
static const char *describe_digits(struct arena *a, const struct column_type *type)
{
    int32_t before = type->precision - type->scale;
    if (type->scale < 0) {
        return arena_printf(a, "a whole number of at most %d digits, the last %d of them 0", before,
                            -type->scale);
    }
    return arena_printf(a, "a number of at most %d digits before the point and %d behind it",
                        before > 0 ? before : 0, type->scale);
}

const char *document_describe_type(struct arena *a, const struct column_type *type)
{
    const char *described = type->json;
    if (type->kind == COLUMN_ENUM) {
        described = list_labels(a, type);
    } else if (type->kind == COLUMN_ARRAY) {
        described = arena_printf(a, "an array, each element null or %s",
                                 document_describe_type(a, type->element));
    } else if (type->precision > 0) {
        described = describe_digits(a, type);
    } else if (type->max_length > 0) {
        described = arena_printf(a, "a string of at most %u characters", type->max_length);
    }
    return described == NULL ? "" : described;
}

/* The value as a message names it, a number with the digits it was sent with. */
static const char *describe(const struct document_reading *reading, json_t *value)
{
    struct arena *a = reading->reader->arena;
    if (!json_is_real(value)) {
        return document_describe(a, value);
    }
    const char *described =
        arena_printf(a, "the number %s",
                     text_quotable(a, document_number(&reading->numbers, value), QUOTED_BYTES));
    return described == NULL ? "" : described;
}

/* Which element of an array is to blame; NULL: it is no array, or has become too large. */
static json_t *find_bad_element(const struct document_reading *reading,
                                const struct column_type *type, json_t *array, size_t *ret_at)
{
    struct cell c;
    for (size_t i = 0; type->kind == COLUMN_ARRAY && i < json_array_size(array); i++) {
        json_t *element = json_array_get(array, i);
        if (!read_element(reading, type->element, element, &c) || !column_fits(type->element, c)) {
            *ret_at = i;
            return element;
        }
    }
    return NULL;
}

static void refuse_writable(const struct document_reading *reading,
                            const struct attribute *attribute, json_t *value,
                            struct problem_place place)
{
    struct arena *a = reading->reader->arena;
    struct problems *reterr = reading->reader->reterr;
    size_t at = 0;
    struct cell c;
    json_t *element = find_bad_element(reading, attribute->type, value, &at);
    if (element != NULL) {
        problem_add(reterr, PROBLEM_INVALID, problem_at(reterr, "%s/%zu", place.where, at),
                    "each element of \"%s\" is null or %s, not %s", attribute->name,
                    document_describe_type(a, attribute->type->element),
                    describe(reading, element));
    } else if (json_is_string(value) && read_element(reading, attribute->type, value, &c) &&
               is_too_long(attribute, c)) {
        problem_add(reterr, PROBLEM_INVALID, place,
                    "\"%s\" takes at most %u characters, and this has %zu", attribute->name,
                    attribute->max_length, text_count_characters(text_of_cell(c)));
    } else {
        problem_add(reterr, PROBLEM_INVALID, place, "\"%s\" takes %s, not %s", attribute->name,
                    document_describe_type(a, attribute->type), describe(reading, value));
    }
}

void document_refuse_value(const struct document_reading *reading,
                           const struct attribute *attribute, json_t *value,
                           struct problem_place place)
{
    struct problems *reterr = reading->reader->reterr;
    if (attribute->read_only) {
        problem_add(reterr, PROBLEM_READ_ONLY, place,
                    "\"%s\" is read-only, and %s is not its value: leave it out", attribute->name,
                    describe(reading, value));
    } else if (json_is_null(value)) {
        problem_add(reterr, PROBLEM_REQUIRED, place, "\"%s\" may not be null: give %s",
                    attribute->name,
                    document_describe_type(reading->reader->arena, attribute->type));
    } else {
        refuse_writable(reading, attribute, value, place);
    }
}
