/*
 * server.h - HTTP for one worker and one listening socket: bytes to exchanges, answers to bytes.
 *
 * Only http/ knows libmicrohttpd. Its daemon has no thread: its epoll descriptor is watched by the
 * worker's loop, and server_run() lets it work.
 */
#ifndef BACKREF_HTTP_SERVER_H
#define BACKREF_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "exchange/service.h"
#include "exchange/submit.h"
#include "http/audience.h"
#include "http/credentials.h"

struct server;

struct server_settings {
    struct loop *loop;
    const struct service *service; /* to begin with; see server_serve() */
    size_t worker;                 /* its number */
    struct submitter *submitter;
    struct metrics *metrics;
    int listen_fd; /* taken, also on failure */
    enum audience audience;
    const struct credentials *credentials; /* for TLS, borrowed for the call; NULL: without TLS */
    unsigned max_connections;              /* of clients */
    unsigned max_connections_per_address;  /* 0: as many as there may be */
};

/* server_new() - begin to accept. NULL when there is no memory, or the library refuses to start. */
struct server *server_new(const struct server_settings *settings) MUST_CHECK;

/*
 * server_timeout_ms() - how long the loop may wait before server_run() is due; -1: as long as it
 * takes.
 */
int server_timeout_ms(struct server *s);

/*
 * server_run() - once each turn of the loop: read, hand over, write. Does nothing when nothing is
 * due.
 */
void server_run(struct server *s);

/* server_serve() - requests that arrive from now on are answered by another service. */
void server_serve(struct server *s, const struct service *service);

/* server_retire() - accept nobody from now on; who is connected is served on. */
void server_retire(struct server *s);

/*
 * server_drain() - accept nobody from now on, close idle connections, end the others behind their
 * answers.
 */
void server_drain(struct server *s);

/* server_n_clients() - open connections. */
size_t server_n_clients(const struct server *s);

/* server_free() - close everything; none of its exchanges may be waiting. NULL in, NULL out. */
struct server *server_free(struct server *s);

#endif
