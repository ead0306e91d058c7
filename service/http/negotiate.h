/*
 * negotiate.h - which media type a request's body has, and which one its answer may have. Pure.
 *
 * JSON:API's own rules are followed to the letter; application/json is understood beside it, for
 * clients that know nothing else.
 */
#ifndef BACKREF_HTTP_NEGOTIATE_H
#define BACKREF_HTTP_NEGOTIATE_H

#include <stdbool.h>

#include "exchange/request.h"
#include "jsonapi/problem.h"

/*
 * answer_media_type() - the Content-Type of an answer.
 *
 * is_atomic  its document uses the extension Atomic Operations
 * is_paged   it shows a page, or says something about one, as the profile Cursor Pagination has it
 */
const char *answer_media_type(enum representation representation, bool is_atomic, bool is_paged);

/*
 * negotiate_content_type() - is the body's media type one that is read?
 *
 * That is application/vnd.api+json with no parameters but `ext`, of which every URI must be a
 * supported extension, and `profile`; or application/json, without parameters or with
 * charset=utf-8. Profiles are not judged: the one that is known describes what pages are like
 * anyway, asked for or not, and the others are ignored.
 *
 * value        of Content-Type; NULL when there is none
 * has_body     without a body only a JSON:API type with foreign parameters is refused
 * takes_atomic  the operation's documents use the extension Atomic Operations: JSON:API's type must
 *               name it then, and may not otherwise; application/json has no way to
 * reterr       PROBLEM_UNSUPPORTED_MEDIA_TYPE at Content-Type
 * Returns:     0 | PROBLEM_UNSUPPORTED_MEDIA_TYPE
 * Source:      jsonapi content-negotiation-servers
 */
int negotiate_content_type(const char *value, bool has_body, bool takes_atomic,
                           struct problems *reterr) MUST_CHECK;

/*
 * negotiate_accept() - the representation that fits an Accept header.
 *
 * Where JSON:API's type is named, only its own instances count: one with nothing but `profile` and
 * supported `ext` suffices, and if there is none the answer is 406, whatever wildcards say. Else
 * application/json when it is named, else what a wildcard allows. Instances with q=0 exclude.
 *
 * value     of Accept, several fields joined by ","; NULL when there is none, which accepts all
 * takes_atomic  an instance may name the extension, and need not
 * ret       set only on 0
 * reterr    PROBLEM_NOT_ACCEPTABLE at Accept
 * Returns:  0 | PROBLEM_NOT_ACCEPTABLE
 * Source:   jsonapi content-negotiation-servers; RFC 9110, section 12.5.1
 */
int negotiate_accept(const char *value, bool takes_atomic, enum representation *ret,
                     struct problems *reterr) MUST_CHECK;

/* accept_names_paging() - does Accept name the profile Cursor Pagination with JSON:API's type? */
bool accept_names_paging(const char *value);

/*
 * prefer_return_representation() - does a Prefer header ask for the changed state in the answer?
 *
 * value     of Prefer, several fields joined by ","; NULL when there is none
 * Source:   RFC 7240, sections 2 and 4.2: of several `return` preferences the first one counts
 */
bool prefer_return_representation(const char *value);

#endif
