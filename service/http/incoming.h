/*
 * incoming.h - a request as it arrives: header judged, body gathered, operation started.
 */
#ifndef BACKREF_HTTP_INCOMING_H
#define BACKREF_HTTP_INCOMING_H

#include "http/client.h"

enum incoming {
    INCOMING_READ_ON, /* more of the request is to come */
    INCOMING_ANSWER,  /* x->answer is to be sent */
    INCOMING_WAIT,    /* the exchange waits */
};

/*
 * incoming_header() - the header is complete: judge it, find the operation, negotiate.
 *
 * A refusal whose body may be read keeps the connection usable: the body is read and dropped first.
 *
 * uri      the request target as received, already in x->request.path
 * method, version  as received; borrowed for the call
 */
enum incoming incoming_header(struct client *c, struct exchange *x, const char *method,
                              const char *version);

/* incoming_body() - `n` more bytes of the body, at least one. */
void incoming_body(struct client *c, struct exchange *x, const char *bytes, size_t n);

/* incoming_end() - the request is complete: run the operation, unless it was refused. */
enum incoming incoming_end(struct client *c, struct exchange *x, uint64_t now_ms);

#endif
