/*
 * fuzz_column.c - what is read as a value of a column's type comes back from what is written of it,
 * bit by bit, and what is written is JSON.
 */
#include "fuzz.h"

#include "model/column_read.h"

static const uint32_t oids[] = {
    20,   21,   23,   25,   16,   19, 700, 701, 1700, 1082, 1083,
    1266, 1114, 1184, 1186, 2950, 17, 869, 650, 829,  774,  1043,
};

/* The text that column_read_value() takes, of a value as documents have it. */
static struct text text_of_json(const json_t *json, struct text written)
{
    return json_is_string(json)
               ? (struct text){ .at = json_string_value(json), .n = json_string_length(json) }
               : written;
}

static void check(struct arena *a, const struct column_type *type, struct cell c)
{
    struct buf b;
    struct cell back;
    json_error_t error;
    buf_init(&b, a, 0);
    column_write_json(&b, type, c);
    HOLDS(!b.failed);
    json_t *json = json_loadb(b.at, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    bool is_too_large = json == NULL && json_error_code(&error) == json_error_numeric_overflow;
    HOLDS(json != NULL || is_too_large);
    struct text text = text_of_json(json, (struct text){ .at = b.at, .n = b.n });
    HOLDS(column_read_value(a, type, text, &back));
    HOLDS(back.n == c.n && (c.n == 0 || memcmp(back.at, c.at, (size_t)c.n) == 0));
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    const struct column_type *type = column_type_find(oids[fuzz_choice(&input) % ARRAY_SIZE(oids)]);
    struct arena *a = arena_new(FUZZ_BUDGET);
    struct cell c;
    if (input.n > 0 && column_read_value(a, type, input, &c)) {
        check(a, type, c);
    }
    HOLDS(!arena_failed(a));
    arena_free(a);
    return 0;
}
