/*
 * document_parts.h - what the files of the document reader share; nobody else includes this.
 *
 * The JSON library is known to these files and to nothing that they declare: here a parsed value is
 * an incomplete type.
 */
#ifndef BACKREF_JSONAPI_DOCUMENT_PARTS_H
#define BACKREF_JSONAPI_DOCUMENT_PARTS_H

#include "jsonapi/document_numbers.h"
#include "jsonapi/document_read.h"

struct json_t;

/* One body being read. */
struct document_reading {
    const struct document_reader *reader;
    size_t n_members; /* identifiers so far, over all relationships */
    struct document_numbers numbers;
};

/*
 * document_parse() - the body as JSON, judged by its size, encoding and nesting first.
 *
 * reading   its numbers are set
 * ret_root  an object or an array; the reader's arena has adopted it
 * Cost:     two passes over the bytes before anything is allocated for them
 * Returns:  0 | PROBLEM_BAD_JSON | PROBLEM_BAD_DOCUMENT | PROBLEM_TOO_MANY_MEMBERS | -ENOMEM
 */
int document_parse(struct document_reading *reading, struct text body,
                   const struct json_t **ret_root) MUST_CHECK;

/* document_describe() - a JSON value as a message names it: `the string "x"`, `an array`, `null`.
 */
const char *document_describe(struct arena *a, const struct json_t *value);

/* document_describe_type() - the values a type takes, in words: "a string", `one of "a", "b"`. */
const char *document_describe_type(struct arena *a, const struct column_type *type);

/*
 * document_read_value() - a JSON value, null included, as one of this attribute or link column.
 *
 * Returns:  false when it is none: document_refuse_value() then says why, at `place`, a pointer
 */
bool document_read_value(const struct document_reading *reading, const struct attribute *attribute,
                         struct json_t *value, struct cell *ret) MUST_CHECK;
void document_refuse_value(const struct document_reading *reading,
                           const struct attribute *attribute, struct json_t *value,
                           struct problem_place place);

/*
 * document_read_attributes() - the members of `attributes` into `ret`.
 *
 * attributes  a JSON object
 * creates     read-only attributes are problems; else they are passed on
 */
void document_read_attributes(struct document_reading *reading, const struct resource *resource,
                              struct json_t *attributes, bool creates, struct document *ret);

/* document_read_relationships() - the members of `relationships`, a JSON object, into `ret`. */
void document_read_relationships(struct document_reading *reading, const struct resource *resource,
                                 struct json_t *relationships, struct document *ret);

/*
 * document_read_members() - the identifiers of a relationship's `data`.
 *
 * data      any JSON value; what is no array (of a to-one: neither null nor an object) is a problem
 * pointer   where `data` stands, such as "/data/relationships/phones/data"
 */
void document_read_members(struct document_reading *reading,
                           const struct relationship *relationship, const struct json_t *data,
                           const char *pointer, bool must_exist, struct linkage *ret);

/*
 * document_read_plain() - the identifiers of a linkage body of the plainest form.
 *
 * ret       set only on true
 * Cost:     one pass; no allocation but the members and their keys
 * Returns:  false when the general reader has to look at the body; nothing is said about it
 */
bool document_read_plain(const struct document_reader *reader, struct text body,
                         const struct resource *target, struct linkage *ret) MUST_CHECK;

/* What kind of field a name was given as. */
enum document_field {
    FIELD_ATTRIBUTE,
    FIELD_RELATIONSHIP,
};

/* document_refuse_field() - note that `name`, given as a field of this kind, is none. */
void document_refuse_field(struct document_reading *reading, const struct resource *resource,
                           enum document_field given_as, const char *name);

/* document_field_place() - where the field `name` stands; of one with a very long name, its parent.
 */
struct problem_place document_field_place(struct document_reading *reading,
                                          enum document_field field, const char *name);

#endif
