/*
 * request.h - a request as the HTTP room hands it over, and the answer that it takes back.
 */
#ifndef BACKREF_EXCHANGE_REQUEST_H
#define BACKREF_EXCHANGE_REQUEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cell.h"
#include "base/text.h"
#include "model/model.h"

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHODS, /* how many there are; also: none of them */
};

/* Header fields are NULL when absent. Everything lives as long as the exchange. */
struct request {
    const char *id;    /* by which log and client speak of it; never NULL */
    const char *route; /* the pattern that the path fits, for the log */
    enum method method;
    struct text path;  /* as received, before percent-decoding */
    struct text query; /* as received, without "?" */
    const char *content_type;
    const char *accept;
    const char *prefer;
    bool names_paging;    /* Accept names the profile Cursor Pagination */
    const char *if_match; /* well-formed: see entity_tag.h, also for the next one */
    const char *if_none_match;
    struct text body;
    int client_fd; /* to notice that the client has left; -1: none */
};

/* What the path names. Members that the route does not have are zero. */
struct target {
    const struct resource *resource;
    const struct relationship *relationship;
    struct text id;  /* decoded */
    struct cell key; /* of the resource */
    struct text related_id;
    struct cell related_key;
};

enum representation {
    REPRESENTATION_JSONAPI, /* application/vnd.api+json */
    REPRESENTATION_JSON,    /* application/json, for clients that name only that */
};

struct answer {
    int status;
    struct buf body;          /* may be empty */
    struct text fixed_body;   /* instead of `body`, when it is not empty; outlives the exchange */
    const char *content_type; /* NULL: by representation, and by the next two */
    bool is_atomic;           /* the document uses the extension Atomic Operations */
    bool is_paged;            /* it has what the profile Cursor Pagination describes */
    const char *location;
    const char *etag; /* with its quotes; NULL: made from the body, when a read is answered */
    const char *allow;
    unsigned retry_after_s; /* 0: none */
    bool preference_applied;
    bool close; /* end the connection after the answer */
};

/* answer_body() - what the answer shows, whether or not its bytes are sent: HEAD, 304. */
static inline struct text answer_body(const struct answer *answer)
{
    struct text body = { .at = answer->body.at, .n = answer->body.n };
    return answer->fixed_body.n > 0 ? answer->fixed_body : body;
}

#endif
