/*
 * request_id.h - the name of one request, by which clients, proxies and the log speak of it.
 */
#ifndef BACKREF_HTTP_REQUEST_ID_H
#define BACKREF_HTTP_REQUEST_ID_H

#include <stdint.h>

#include "base/arena.h"

enum { REQUEST_ID_MAX = 128 }; /* characters of an id that is taken over */

/* Makes ids; one thread owns it. */
struct request_ids {
    uint64_t state;
};

/* request_ids_init() - begin at a random place. */
void request_ids_init(struct request_ids *ids);

/*
 * request_id_choose() - the id that the client gave, or a new one of 16 hexadecimal digits.
 *
 * given        of X-Request-Id, taken when it has 1 to REQUEST_ID_MAX visible ASCII characters;
 *              NULL when there is none
 * traceparent  likewise, else; its trace id is taken when it is one
 * Returns:     in `a`; "-" over budget
 * Source:      W3C Trace Context, section 3.2
 */
const char *request_id_choose(struct arena *a, struct request_ids *ids, const char *given,
                              const char *traceparent);

#endif
