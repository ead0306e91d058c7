/*
 * listeners.h - the sockets that `serve` answers on, and what there is to say about them.
 */
#ifndef BACKREF_CLI_LISTENERS_H
#define BACKREF_CLI_LISTENERS_H

#include "base/log.h"
#include "http/listen.h"
#include "worker/worker.h"

struct listeners {
    size_t n;            /* of each worker: every --listen, then --admin-listen if there is one */
    struct listener *at; /* by worker, then by listener */
    char addresses[MAX_LISTENERS + 1][LISTEN_ADDRESS_MAX]; /* as they can be connected to */
};

/*
 * listeners_open() - all of them, or none.
 *
 * Returns:  0 | 1, the reason having been logged
 */
int listeners_open(const struct settings *settings, const struct log *log, struct arena *a,
                   struct listeners *ret) MUST_CHECK;

/* listeners_announce() - log the addresses, and what an operator may not have thought of. */
void listeners_announce(const struct listeners *l, const struct settings *settings,
                        const struct log *log);

/* listeners_forget() - remove the files of unix sockets. */
void listeners_forget(const struct listeners *l);

#endif
