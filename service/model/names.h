/*
 * names.h - which names a model may give, how they stand in SQL and in JSON pointers, and how a
 * message offers better ones.
 */
#ifndef BACKREF_MODEL_NAMES_H
#define BACKREF_MODEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* The names that a message lists at most; the rest is counted. */
enum { NAMES_LISTED = 12 };

/*
 * name_is_member() - may a document have a member of this name?
 *
 * Source:   jsonapi document-member-names
 */
bool name_is_member(const char *name);

/*
 * name_is_segment() - may a path have a segment of this name as it is? Letters and digits of ASCII,
 * and between them "-" and "_": paths are routed before any percent-decoding.
 */
bool name_is_segment(const char *name);

/* name_is_reserved_type() - is this the first segment of one of the service's own paths? */
bool name_is_reserved_type(const char *name);

/* name_is_reserved_field() - "type" and "id", which every resource has besides its fields. */
bool name_is_reserved_field(const char *name);

/* name_quote() - `name` as an SQL identifier in double quotes; in `a`, NULL over budget. */
const char *name_quote(struct arena *a, const char *name);

/* name_quote_qualified() - "schema"."name"; in `a`, NULL over budget. */
const char *name_quote_qualified(struct arena *a, const char *schema, const char *name);

/* pointer_join() - the JSON pointer `parent` and one more token, escaped (RFC 6901); in `a`. */
const char *pointer_join(struct arena *a, const char *parent, const char *token);

/* names_list() - "a, b and c" for messages, at most NAMES_LISTED of them; "none" for none; in `a`.
 */
const char *names_list(struct arena *a, const char *const *names, size_t n);

/* names_suggest() - `did you mean "x"? ` when a name is near `wrong`, else ""; in `a`. */
const char *names_suggest(struct arena *a, const char *wrong, const char *const *names, size_t n);

#endif
