/*
 * column_type.c - one table of PostgreSQL's types, ids, and values as JSON.
 *
 * Object identifiers of built-in types never change (src/include/catalog/pg_type.dat). Values are
 * written straight into the answer's buffer: column_write_json() runs once per value of every
 * document.
 */
#include "model/column_parts.h"

#include "base/json_text.h"
#include "model/calendar.h"

#define A_STRING "a string"
#define A_NAME "a string of at most 63 bytes"
#define AN_INT16 "an integer from -32768 to 32767"
#define AN_INT32 "an integer from -2147483648 to 2147483647"
#define AN_INT64 "an integer of at most 64 bits"
#define A_FLOAT "a number up to 3.4e38"
#define A_DOUBLE "a number up to 1.8e308"
#define A_NUMERIC "a number such as 12.50, also as a string"
#define A_BOOLEAN "true or false"
#define A_MOMENT "a time such as \"2026-01-31T09:15:00Z\""
#define A_LOCAL_TIME "a time such as \"2026-01-31T09:15:00\""
#define A_DATE "a date such as \"2026-01-31\""
#define A_TIME "a time of day such as \"09:15:00\""
#define A_TIMETZ "a time of day such as \"09:15:00+02:00\""
#define A_DURATION "a duration such as \"P1DT2H30M\""
#define A_UUID "a UUID of 32 hexadecimal digits and 4 hyphens"
#define ANY_JSON "any JSON value"
#define BASE64 "bytes as a string in base64, such as \"aGVsbG8=\""
#define AN_INET "an address such as \"192.0.2.1\" or \"2001:db8::1/64\""
#define A_CIDR "a network such as \"192.0.2.0/24\""
#define A_MAC "an address such as \"08:00:2b:01:02:03\""
#define A_MAC8 "an address such as \"08:00:2b:01:02:03:04:05\""

/* What a type allows: to be a key, to be compared, to be sorted by; and no bounds or labels yet. */
#define UNBOUNDED 0, 0, 0, 0, NULL, NULL
#define KEY true, true, true, "", UNBOUNDED
#define ORDERED false, true, true, "", UNBOUNDED
#define EQUAL false, true, false, "", UNBOUNDED
#define OPAQUE(compared_as) false, false, false, compared_as, UNBOUNDED

/* clang-format off */
static const struct column_type column_types[] = {
    { COLUMN_BIGINT,      20,   1016, "bigint",           AN_INT64,     "integer", "int64",     KEY },
    { COLUMN_TEXT,        25,   1009, "text",             A_STRING,     "string",  NULL,        KEY },
    { COLUMN_TIMESTAMPTZ, 1184, 1185, "timestamptz",      A_MOMENT,     "string",  "date-time", ORDERED },
    { COLUMN_INTEGER,     23,   1007, "integer",          AN_INT32,     "integer", "int32",     KEY },
    { COLUMN_SMALLINT,    21,   1005, "smallint",         AN_INT16,     "integer", "int16",     KEY },
    { COLUMN_TEXT,        1043, 1015, "varchar",          A_STRING,     "string",  NULL,        KEY },
    { COLUMN_TEXT,        1042, 1014, "bpchar",           A_STRING,     "string",  NULL,        ORDERED },
    { COLUMN_TEXT,        19,   1003, "name",             A_NAME,       "string",  NULL,        ORDERED },
    { COLUMN_BOOLEAN,     16,   1000, "boolean",          A_BOOLEAN,    "boolean", NULL,        ORDERED },
    { COLUMN_REAL,        700,  1021, "real",             A_FLOAT,      "number",  "float",     ORDERED },
    { COLUMN_DOUBLE,      701,  1022, "double precision", A_DOUBLE,     "number",  "double",    ORDERED },
    { COLUMN_NUMERIC,     1700, 1231, "numeric",          A_NUMERIC,    "number",  NULL,        ORDERED },
    { COLUMN_DATE,        1082, 1182, "date",             A_DATE,       "string",  "date",      ORDERED },
    { COLUMN_TIME,        1083, 1183, "time",             A_TIME,       "string",  NULL,        ORDERED },
    { COLUMN_TIMETZ,      1266, 1270, "timetz",           A_TIMETZ,     "string",  "time",      ORDERED },
    { COLUMN_TIMESTAMP,   1114, 1115, "timestamp",        A_LOCAL_TIME, "string",  NULL,        ORDERED },
    { COLUMN_INTERVAL,    1186, 1187, "interval",         A_DURATION,   "string",  "duration",  ORDERED },
    { COLUMN_UUID,        2950, 2951, "uuid",             A_UUID,       "string",  "uuid",      KEY },
    { COLUMN_JSON,        114,  199,  "json",             ANY_JSON,     NULL,      NULL,        OPAQUE("::jsonb") },
    { COLUMN_JSONB,       3802, 3807, "jsonb",            ANY_JSON,     NULL,      NULL,        OPAQUE("") },
    { COLUMN_BYTEA,       17,   1001, "bytea",            BASE64,       "string",  NULL,        EQUAL },
    { COLUMN_INET,        869,  1041, "inet",             AN_INET,      "string",  NULL,        ORDERED },
    { COLUMN_INET,        650,  651,  "cidr",             A_CIDR,       "string",  NULL,        ORDERED },
    { COLUMN_MACADDR,     829,  1040, "macaddr",          A_MAC,        "string",  NULL,        ORDERED },
    { COLUMN_MACADDR,     774,  775,  "macaddr8",         A_MAC8,       "string",  NULL,        ORDERED },
};
/* clang-format on */

const struct column_type *column_type_find(uint32_t oid)
{
    for (size_t i = 0; i < ARRAY_SIZE(column_types); i++) {
        if (column_types[i].oid == oid) {
            return &column_types[i];
        }
    }
    return NULL;
}

const struct column_type *column_type_find_element(uint32_t array_oid)
{
    for (size_t i = 0; i < ARRAY_SIZE(column_types); i++) {
        if (column_types[i].array_oid == array_oid) {
            return &column_types[i];
        }
    }
    return NULL;
}

/* ---- ids ----------------------------------------------------------------------------------- */

static bool read_text_key(struct arena *a, struct text id, struct cell *ret)
{
    struct cell borrowed;
    const struct column_type *text = &column_types[1];
    ASSERT(text->kind == COLUMN_TEXT);
    char *copy =
        id.n > 0 && column_read_text(a, text, id, &borrowed) ? arena_copy(a, id.at, id.n) : NULL;
    if (copy == NULL) {
        return false;
    }
    *ret = cell_from_text(copy, id.n);
    return true;
}

bool key_read(struct arena *a, const struct column_type *type, struct text id, struct cell *ret_key)
{
    ASSERT(type->is_key);
    if (type->kind == COLUMN_UUID) {
        return column_uuid_read(a, id, false, ret_key);
    }
    if (type->kind == COLUMN_TEXT) {
        return read_text_key(a, id, ret_key);
    }
    int64_t value = 0;
    return column_integer_scan(id, &value) && column_integer_read(a, type->kind, value, ret_key);
}

void key_write(struct buf *b, const struct column_type *type, struct cell key)
{
    ASSERT(type->is_key && !cell_is_null(key));
    if (type->kind == COLUMN_UUID) {
        column_uuid_write(b, key);
    } else if (type->kind == COLUMN_TEXT) {
        buf_add(b, key.at, (size_t)key.n);
    } else {
        buf_add_int(b, cell_int(key));
    }
}

/* ---- values -------------------------------------------------------------------------------- */

static void write_quoted(struct buf *b, const struct column_type *type, struct cell c)
{
    buf_add_char(b, '"');
    if (type->kind == COLUMN_UUID) {
        column_uuid_write(b, c);
    } else if (type->kind == COLUMN_BYTEA) {
        column_base64_write(b, c);
    } else if (type->kind == COLUMN_INET) {
        column_inet_write(b, c);
    } else if (type->kind == COLUMN_MACADDR) {
        column_mac_write(b, c);
    } else {
        column_time_write(b, type->kind, c);
    }
    buf_add_char(b, '"');
}

/* What is left of an array in PostgreSQL's binary format. */
struct array_reading {
    const struct column_type *element;
    const char *at;
    const char *end;
};

enum { MAX_DIMENSIONS = 6, ARRAY_HEADER = 12, DIMENSION_BYTES = 8 };

static int32_t next_int(struct array_reading *r)
{
    ASSERT(r->end - r->at >= 4);
    int32_t value = (int32_t)cell_int((struct cell){ .at = r->at, .n = 4 });
    r->at += 4;
    return value;
}

static void write_element(struct buf *b, struct array_reading *r)
{
    int32_t n = next_int(r);
    ASSERT(n <= r->end - r->at);
    column_write_json(b, r->element, (struct cell){ .at = r->at, .n = n < 0 ? -1 : n });
    r->at += n < 0 ? 0 : n;
}

/* Rows of rows are arrays of arrays: such may be stored, though none can be sent here. */
static void write_dimensions(struct buf *b, struct array_reading *r, const int32_t *lengths,
                             int32_t n)
{
    buf_add_char(b, '[');
    for (int32_t i = 0; i < lengths[0]; i++) {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        if (n == 1) {
            write_element(b, r);
        } else {
            write_dimensions(b, r, lengths + 1, n - 1);
        }
    }
    buf_add_char(b, ']');
}

static void write_array(struct buf *b, const struct column_type *type, struct cell c)
{
    struct array_reading r = { .element = type->element, .at = c.at, .end = c.at + c.n };
    int32_t lengths[MAX_DIMENSIONS] = { 0 };
    int32_t n = next_int(&r);
    ASSERT(n >= 0 && n <= MAX_DIMENSIONS && c.n >= ARRAY_HEADER + n * DIMENSION_BYTES);
    r.at = c.at + ARRAY_HEADER;
    for (int32_t i = 0; i < n; i++) {
        lengths[i] = next_int(&r);
        next_int(&r); /* where its numbering begins, which JSON does not know */
    }
    write_dimensions(b, &r, lengths, n == 0 ? 1 : n);
}

/* A function of its own, and not merged: it would slow down what most columns are. */
static __attribute__((noinline)) void write_seldom(struct buf *b, const struct column_type *type,
                                                   struct cell c)
{
    if (type->kind == COLUMN_REAL || type->kind == COLUMN_DOUBLE) {
        column_real_write(b, type->kind, c);
    } else if (type->kind == COLUMN_NUMERIC) {
        column_numeric_write(b, c);
    } else if (type->kind == COLUMN_JSONB) {
        ASSERT(c.n > 1 && c.at[0] == 1); /* the version of the format */
        buf_add(b, c.at + 1, (size_t)c.n - 1);
    } else if (type->kind == COLUMN_ARRAY) {
        write_array(b, type, c);
    } else {
        write_quoted(b, type, c);
    }
}

void column_write_json(struct buf *b, const struct column_type *type, struct cell c)
{
    if (cell_is_null(c)) {
        buf_add_literal(b, "null");
        return;
    }
    switch (type->kind) {
    case COLUMN_TEXT:
    case COLUMN_ENUM:
        json_text_write(b, (struct text){ .at = c.at, .n = (size_t)c.n });
        return;
    case COLUMN_BOOLEAN:
        buf_add_text(b, cell_bool(c) ? "true" : "false");
        return;
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        buf_add_int(b, cell_int(c));
        return;
    case COLUMN_JSON:
        buf_add(b, c.at, (size_t)c.n);
        return;
    case COLUMN_TIMESTAMPTZ:
        buf_add_char(b, '"');
        calendar_write_timestamp(b, CALENDAR_UTC, cell_int(c));
        buf_add_char(b, '"');
        return;
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
    case COLUMN_NUMERIC:
    case COLUMN_JSONB:
    case COLUMN_ARRAY:
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_TIMETZ:
    case COLUMN_TIMESTAMP:
    case COLUMN_INTERVAL:
    case COLUMN_UUID:
    case COLUMN_BYTEA:
    case COLUMN_INET:
    case COLUMN_MACADDR:
        write_seldom(b, type, c);
        return;
    }
    UNREACHABLE();
}
