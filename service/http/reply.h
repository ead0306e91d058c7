/*
 * reply.h - an exchange's answer as libmicrohttpd sends it.
 */
#ifndef BACKREF_HTTP_REPLY_H
#define BACKREF_HTTP_REPLY_H

#include <microhttpd.h>

#include "exchange/exchange.h"

/*
 * reply_send() - queue x->answer on its connection. The body is not copied: the exchange must live
 * until the request is completed.
 *
 * Returns:  what the library's handler has to return
 */
enum MHD_Result reply_send(struct MHD_Connection *connection, const struct exchange *x);

#endif
