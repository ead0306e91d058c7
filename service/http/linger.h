/*
 * linger.h - sockets that are closed while their client may still be sending.
 *
 * A socket that is closed with bytes unread is reset, and a reset can take the last answer from the
 * client, or from the proxy in front of it. So such a socket outlives the library's connection: its
 * client is told that no more will come, and what the client still sends is read and dropped until
 * it closes as well, but for a bounded time and number of bytes (RFC 9112, section 9.6).
 *
 * Everything here belongs to one worker's thread.
 */
#ifndef BACKREF_HTTP_LINGER_H
#define BACKREF_HTTP_LINGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/loop.h"
#include "exchange/settings.h"

enum { LINGER_SILENCE_MS = 2000 }; /* without a byte for so long, the client has the answer */

struct lingerer; /* one socket */

struct lingerers {
    struct loop *loop;
    struct arena *arena;
    size_t limit_bytes; /* read and dropped from one client */
    uint64_t limit_ms;  /* in all, of one client */
    struct lingerer *newest;
    struct lingerer *oldest;
    struct lingerer *spare;
    size_t n;
};

/* lingerers_init() - none yet; memory for them comes from `a`. */
void lingerers_init(struct lingerers *l, struct arena *a, struct loop *loop,
                    const struct settings *settings);

/*
 * lingerers_add() - read on from the socket of `fd`, which is only borrowed: whoever has it closes
 * it as usual. Without a descriptor or memory to spare nothing is done, and that close resets.
 *
 * Cost: five system calls, and one for each 16 KiB that come
 */
void lingerers_add(struct lingerers *l, int fd);

/* lingerers_expire() - close those whose time is over. Cost: a look at each. */
void lingerers_expire(struct lingerers *l);

/* lingerers_trim() - close the oldest until no more than `most` are left. */
void lingerers_trim(struct lingerers *l, size_t most);

#endif
