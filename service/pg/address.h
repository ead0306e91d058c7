/*
 * address.h - where PostgreSQL is, found out without blocking.
 *
 * libpq resolves host names by calling the resolver and waiting for it. Here a thread of its own
 * waits, and libpq is given the address. A name is resolved anew for every connection, since a
 * database in a container comes back under another address.
 *
 * Of several hosts libpq tries one after the other, but only when one refuses: it waits for ever
 * for one that is silent. Whoever has waited long enough has it begin with the next.
 */
#ifndef BACKREF_PG_ADDRESS_H
#define BACKREF_PG_ADDRESS_H

#include "base/defs.h"

struct address;

enum address_state {
    ADDRESS_PENDING, /* ask again a little later */
    ADDRESS_KNOWN,   /* address_options() are what libpq needs */
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

/* What libpq is told over and above the connection string; NULL where that says it. */
struct address_options {
    const char *host;
    const char *hostaddr;
    const char *port;
};

/* address_options() - borrowed until the next call for `a` that is not this one. */
struct address_options address_options(const struct address *a);

/*
 * address_pass_over() - begin with the next host of several, or the next address of a name, and end
 * with this one.
 */
void address_pass_over(struct address *a);

/* address_reset() - begin with the first host again. */
void address_reset(struct address *a);

#endif
