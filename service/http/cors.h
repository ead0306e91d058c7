/*
 * cors.h - which pages of other sites may use the service from within a browser (--cors-origin).
 * Pure.
 *
 * Browsers name the page's origin in each request, and ask with a preflight (OPTIONS) before they
 * send what a form could not. No cookies are involved, so nothing is said about credentials.
 */
#ifndef BACKREF_HTTP_CORS_H
#define BACKREF_HTTP_CORS_H

#include <stdbool.h>

#include "exchange/settings.h"

/* What pages may send, and what of an answer's header they may read beyond what all may. */
#define CORS_METHODS "GET, HEAD, POST, PUT, PATCH, DELETE"
#define CORS_REQUEST_HEADERS                                                                       \
    "Content-Type, Accept, If-Match, If-None-Match, Prefer, X-Request-Id, traceparent"
#define CORS_ANSWER_HEADERS                                                                        \
    "ETag, Location, Retry-After, Content-Type, Allow, Preference-Applied, X-Request-Id, "         \
    "Server-Timing"
#define CORS_MAX_AGE "3600" /* seconds for which a browser need not ask again */

/* What one request is to browsers. */
struct cors {
    const char *allowed_origin; /* for Access-Control-Allow-Origin; NULL: say nothing */
    bool is_preflight;
};

/*
 * cors_judge() - may the page that sends this request use the service?
 *
 * origin    of Origin; NULL when there is none
 * asks_for  of Access-Control-Request-Method, on OPTIONS; NULL when there is none
 * Source:   Fetch standard, HTTP-network-or-cache fetch and CORS-preflight fetch
 */
struct cors cors_judge(const struct settings *settings, const char *origin, const char *asks_for);

#endif
