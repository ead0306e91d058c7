/*
 * reply.h - an exchange's answer as libmicrohttpd sends it.
 */
#ifndef BACKREF_HTTP_REPLY_H
#define BACKREF_HTTP_REPLY_H

#include "http/client.h"

/*
 * reply_send() - queue x->answer on c's connection. The body is not copied: the exchange must live
 * until the request is completed.
 *
 * Returns:  what the library's handler has to return
 */
enum MHD_Result reply_send(struct client *c, const struct exchange *x);

#endif
