/*
 * guard.h - the framing of a request, judged before anything else is done with it.
 *
 * HTTP libraries differ in what they let through, and proxies in front of them read the same bytes
 * differently: that is how requests are smuggled. So the request line and all header fields are
 * judged here once more, by RFC 9110 and RFC 9112, whatever the library thought of them. Pure:
 * knows no library, and is told the fields as they were parsed.
 */
#ifndef BACKREF_HTTP_GUARD_H
#define BACKREF_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "jsonapi/problem.h"

struct header {
    struct text name;
    struct text value; /* spaces and tabs around it do not count */
};

/* What the library keeps for a field beside its name and value. HTTP/2 counts its fields likewise
 * (RFC 9113, section 6.5.2: 32 bytes). */
enum { GUARD_FIELD_BYTES = 72 };

struct guard_limits {
    size_t max_body_bytes;
    size_t max_header_bytes; /* the target and all header fields, GUARD_FIELD_BYTES more for each */
    size_t max_headers;
    size_t max_uri_bytes;
};

struct guard_request {
    struct text method;
    struct text target;           /* as it stood in the request line, query string included */
    struct text version;          /* "HTTP/1.1" */
    const struct header *headers; /* every one, repeated ones too, in the order received */
    size_t n_headers;
    const struct guard_limits *limits;
};

/*
 * guard_check() - may this request be read any further?
 *
 * The first rule that is broken is reported, no other, since it makes the rest unreliable. Header
 * problems carry source.header.
 *
 *     PROBLEM_HTTP_VERSION            any version but HTTP/1.0 and HTTP/1.1
 *     PROBLEM_URI_TOO_LONG            a target over its limit
 *     PROBLEM_BAD_REQUEST             a target that is no path, with a fragment, or holds spaces or
 *                                     control characters ("*" is one for OPTIONS); a field name
 * that is no token; a control character in a value; a name that begins like a framing field and
 * goes on (a folded line); no Host on HTTP/1.1, or two, or one that is no host; Content-Length
 *                                     repeated, not digits, or beside Transfer-Encoding;
 *                                     Transfer-Encoding on HTTP/1.0, repeated, or not ending in
 *                                     "chunked"; Content-Type or Content-Encoding repeated
 *     PROBLEM_NOT_IMPLEMENTED         an unknown method; codings before "chunked"
 *     PROBLEM_HEADERS_TOO_LARGE       too many fields, or too many bytes of them
 *     PROBLEM_BODY_TOO_LARGE          a Content-Length over the limit, whatever its number of
 * digits PROBLEM_UNSUPPORTED_MEDIA_TYPE  a Content-Encoding other than identity
 *
 * ret_close  must the connection be closed behind the answer? True whenever it is not
 *            certain where the body ends, or the body is not worth reading
 * reterr     the problem
 * Cost:      one pass over the fields; no allocation unless something is wrong
 * Returns:   0 | the problem's code
 * Source:    RFC 9112, sections 2.3, 3 and 6; RFC 9110, sections 5.1, 5.5, 7.2 and 8.6
 */
int guard_check(const struct guard_request *request, bool *ret_close, struct problems *reterr)
    MUST_CHECK;

/* header_is() - is this the field's name, whatever its case? */
bool header_is(const struct header *header, const char *name);

#endif
