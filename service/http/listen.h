/*
 * listen.h - listening sockets, one of each address per worker.
 */
#ifndef BACKREF_HTTP_LISTEN_H
#define BACKREF_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"

enum { LISTEN_ADDRESS_MAX = 160, LISTEN_ERROR_MAX = 256, LISTEN_HOST_MAX = 256 };

/*
 * listen_open() - `n` sockets that listen on `address`, so that the kernel spreads clients over
 * them.
 *
 * A port that another process has is refused, although sharing it among our own workers would let
 * the kernel allow it. Port 0 is any free one, the same for all. A stale unix socket is replaced.
 *
 * address      "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080", "unix:/path"
 * ret_fds      `n` descriptors, non-blocking, close-on-exec; a unix socket is one, duplicated
 * ret_address  as it can be connected to, the real port included
 * reterr       in words: what is wrong and what to do
 * Returns:     0 | 1 with reterr set
 */
int listen_open(const char *address, size_t n, int *ret_fds, char ret_address[LISTEN_ADDRESS_MAX],
                char reterr[LISTEN_ERROR_MAX]) MUST_CHECK;

/*
 * listen_split() - the two parts of "HOST:PORT" or "[IPV6]:PORT".
 *
 * ret_host  without brackets; "" for all addresses
 * ret_port  borrowed from `address`
 * Returns:  0 | 1 when it is neither
 */
int listen_split(const char *address, char ret_host[LISTEN_HOST_MAX], const char **ret_port)
    MUST_CHECK;

/* listen_is_local() - can only programs of this machine reach it: unix sockets, loopback? */
bool listen_is_local(int fd);

/* listen_forget() - remove the file of a unix socket; other addresses leave none. */
void listen_forget(const char *address);

#endif
