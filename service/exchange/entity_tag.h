/*
 * entity_tag.h - what If-Match and If-None-Match ask: "*", or a list of tags such as "a1", W/"b2".
 * Pure.
 */
#ifndef BACKREF_EXCHANGE_ENTITY_TAG_H
#define BACKREF_EXCHANGE_ENTITY_TAG_H

#include <stdbool.h>

#include "base/defs.h"
#include "base/text.h"

/*
 * entity_tags_are_valid() - can this be the value of If-Match or If-None-Match?
 *
 * field     several fields of the name joined by ","
 * Source:   RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2; empty elements do not count (5.6.1)
 */
bool entity_tags_are_valid(const char *field) MUST_CHECK;

/* entity_tags_are_any() - is the field "*", which stands for whatever there is? */
bool entity_tags_are_any(const char *field) MUST_CHECK;

/*
 * entity_tag_matches() - does the field name this tag?
 *
 * field     valid; request.if_match and request.if_none_match are
 * etag      of what is there now, with its quotes; without bytes when there is nothing, which
 *           nothing matches, "*" neither
 * weak      compare as If-None-Match does, where W/"a" is "a"; else as If-Match does, where a weak
 *           tag on either side matches nothing but "*"
 * Source:   RFC 9110, section 8.8.3.2
 */
bool entity_tag_matches(const char *field, struct text etag, bool weak) MUST_CHECK;

/*
 * entity_tag_names_state() - does the field name a strong tag "state-…", or "state" itself?
 *
 * field     valid
 * state     of what is there now; NULL when there is nothing, which nothing matches, "*" neither
 */
bool entity_tag_names_state(const char *field, const char *state) MUST_CHECK;

#endif
