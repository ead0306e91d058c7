/*
 * address.h - where PostgreSQL is, found out without blocking.
 *
 * libpq resolves host names by calling the resolver and waiting for it. Here a thread of its own
 * waits, and libpq is given the address. A name is resolved anew for every connection, since a
 * database in a container comes back under another address.
 */
#ifndef BACKREF_PG_ADDRESS_H
#define BACKREF_PG_ADDRESS_H

#include "base/defs.h"

struct address;

enum address_state {
    ADDRESS_PENDING, /* ask again a little later */
    ADDRESS_KNOWN,   /* address_hosts() is what libpq needs */
    ADDRESS_UNKNOWN, /* no host of these names can be found now */
};

/* address_new() - of the host that `conninfo` or the environment names; NULL: out of memory. */
struct address *address_new(const char *conninfo) MUST_CHECK;

/* address_free() - also while it is pending. NULL in, NULL out. */
struct address *address_free(struct address *a);

/* address_begin() - look the names up again; known at once when there are none. */
enum address_state address_begin(struct address *a);

/* address_poll() - has the lookup ended? */
enum address_state address_poll(struct address *a);

/* address_hosts() - libpq's `hostaddr`; NULL when it needs none (sockets, addresses, lists). */
const char *address_hosts(const struct address *a);

#endif
