/*
 * access_log.h - one line for each answer.
 */
#ifndef BACKREF_HTTP_ACCESS_LOG_H
#define BACKREF_HTTP_ACCESS_LOG_H

#include "base/log.h"
#include "http/client.h"

/*
 * access_log_add() - note that `x` has been answered.
 *
 * method, route (the pattern that the path fits), path (without its query string, which may hold
 * what nobody should read), status, duration_ms (from the end of the header to the last byte of the
 * answer), bytes (of the body, sent), peer, request_id
 */
void access_log_add(struct log_batch *b, struct client *c, const struct exchange *x,
                    uint64_t duration_us);

#endif
