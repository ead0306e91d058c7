/*
 * column_parts.h - what the files that read and write values share; nobody else includes this.
 */
#ifndef BACKREF_MODEL_COLUMN_PARTS_H
#define BACKREF_MODEL_COLUMN_PARTS_H

#include "model/column_read.h"

enum {
    OID_NAME = 19,
    OID_CIDR = 650,
    OID_MACADDR8 = 774,
};

/* column_cell() - `n_bytes` of `value`, most significant first, as a cell. */
bool column_cell(struct arena *a, uint64_t value, size_t n_bytes, struct cell *ret) MUST_CHECK;

/* column_bits() - the bytes of a cell (at most 8) as a number, most significant first. */
uint64_t column_bits(struct cell c);

/* column_integer_read() - an integer as smallint, integer or bigint; false: out of range. */
bool column_integer_read(struct arena *a, enum column_kind kind, int64_t value, struct cell *ret)
    MUST_CHECK;

/* column_integer_scan() - an integer in its one spelling: no leading zero, no plus, no minus zero.
 */
bool column_integer_scan(struct text t, int64_t *ret) MUST_CHECK;

/* column_real_read() - a JSON number as real or double; false: out of range, or none. */
bool column_real_read(struct arena *a, enum column_kind kind, struct text literal, struct cell *ret)
    MUST_CHECK;

/* column_real_read_word() - "NaN", "Infinity" or "-Infinity", for which JSON has no numbers. */
bool column_real_read_word(struct arena *a, enum column_kind kind, struct text t, struct cell *ret)
    MUST_CHECK;

/* column_real_write() - the fewest digits that read back as the same; words in quotes. */
void column_real_write(struct buf *b, enum column_kind kind, struct cell c);

/* column_numeric_read() - a JSON number, or one of the words, as numeric with all its digits. */
bool column_numeric_read(struct arena *a, struct text literal, struct cell *ret) MUST_CHECK;

/* column_numeric_write() - all digits of a numeric, zeros at the end included; words in quotes. */
void column_numeric_write(struct buf *b, struct cell c);

/* column_numeric_fits() - is a numeric one of numeric(precision, scale), without rounding? */
bool column_numeric_fits(struct cell c, int32_t precision, int32_t scale);

/* column_uuid_read(), _write() - 32 hexadecimal digits, 4 hyphens; lower case unless any_case. */
bool column_uuid_read(struct arena *a, struct text t, bool any_case, struct cell *ret) MUST_CHECK;
void column_uuid_write(struct buf *b, struct cell c);

/* column_base64_read(), _write() - RFC 4648, section 4: with padding, without line breaks. */
bool column_base64_read(struct arena *a, struct text t, struct cell *ret) MUST_CHECK;
void column_base64_write(struct buf *b, struct cell c);

/* column_inet_read(), _write() - "192.0.2.1", "2001:db8::/32"; a cidr always has its length. */
bool column_inet_read(struct arena *a, bool is_cidr, struct text t, struct cell *ret) MUST_CHECK;
void column_inet_write(struct buf *b, struct cell c);

/* column_mac_read(), _write() - `n_bytes` pairs of hexadecimal digits with colons between. */
bool column_mac_read(struct arena *a, size_t n_bytes, struct text t, struct cell *ret) MUST_CHECK;
void column_mac_write(struct buf *b, struct cell c);

/* column_time_read() - time, timetz, timestamp, timestamptz, date or interval from its text. */
bool column_time_read(struct arena *a, enum column_kind kind, struct text t, struct cell *ret)
    MUST_CHECK;

/* column_time_write() - what column_time_read() reads, without quotes. */
void column_time_write(struct buf *b, enum column_kind kind, struct cell c);

#endif
