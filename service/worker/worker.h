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

struct worker;

/*
 * worker_start() - a thread that serves on these sockets.
 *
 * a           holds the worker; kept until worker_join() has returned
 * number      of the worker, from 0: its place in service->metrics
 * listen_fds  one per listener; taken
 * Returns:    NULL when the thread, its loop or its servers cannot be had
 */
struct worker *worker_start(struct arena *a, const struct service *service, size_t number,
                            const int *listen_fds, size_t n_listen) MUST_CHECK;

/*
 * worker_serve() - requests that arrive from now on are answered by `service`.
 *
 * Thread:   any one thread that calls this and worker_stop()
 */
void worker_serve(struct worker *w, const struct service *service);

/* worker_has_switched() - has the thread taken what worker_serve() gave it? Thread: any. */
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
