/*
 * worker.h - one thread with everything it needs: loop, HTTP servers, connections to PostgreSQL.
 *
 * Workers share nothing but the read-only service. They are told by message to stop, or to serve
 * another one.
 */
#ifndef BACKREF_WORKER_WORKER_H
#define BACKREF_WORKER_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "exchange/service.h"
#include "http/audience.h"
#include "http/credentials.h"

struct worker;

/* A socket that listens. */
struct listener {
    int fd;
    enum audience audience;
    bool has_tls;
};

/*
 * worker_start() - a thread that serves on these sockets.
 *
 * a           holds the worker; kept until worker_join() has returned
 * number      of the worker, from 0: its place in service->metrics
 * listeners   their descriptors are taken
 * credentials  of those with TLS, borrowed until worker_renew() has replaced them; NULL when none
 *             has it
 * Returns:    NULL when the thread, its loop or its servers cannot be had
 */
struct worker *worker_start(struct arena *a, const struct service *service, size_t number,
                            const struct listener *listeners, size_t n_listeners,
                            const struct credentials *credentials) MUST_CHECK;

/*
 * worker_serve() - requests that arrive from now on are answered by `service`.
 *
 * Thread:   any one thread that calls this, worker_renew() and worker_stop()
 */
void worker_serve(struct worker *w, const struct service *service);

/*
 * worker_renew() - new connections with TLS are shown these credentials; others go on.
 *
 * Thread:   as of worker_serve()
 */
void worker_renew(struct worker *w, const struct credentials *credentials);

/*
 * worker_has_switched() - has the thread taken what worker_serve() or worker_renew() gave it?
 * Thread: any.
 */
bool worker_has_switched(const struct worker *w);

/*
 * worker_stop() - accept nobody from now on, answer what is in flight, then end.
 *
 * At most --request-timeout is waited for; what PostgreSQL has not answered by then is answered
 * 503.
 * Thread:   any; may be called again, which changes nothing
 */
void worker_stop(struct worker *w);

/* worker_join() - wait for the thread's end, after worker_stop(). */
void worker_join(struct worker *w);

#endif
