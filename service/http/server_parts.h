/*
 * server_parts.h - what the files of a server share: server.c, which lets the library work, and
 * handler.c, which the library calls. Nobody else includes this.
 */
#ifndef BACKREF_HTTP_SERVER_PARTS_H
#define BACKREF_HTTP_SERVER_PARTS_H

#include <microhttpd.h>

#include "http/access_log.h"
#include "http/client.h"
#include "http/linger.h"
#include "http/request_id.h"
#include "http/server.h"

struct server {
    struct arena *arena;
    struct server_settings settings;
    struct MHD_Daemon *daemon;
    struct watch watch; /* of the daemon's epoll descriptor */
    struct timer expiry;
    struct client_list clients;
    struct lingerers lingerers;
    size_t counted[CLIENT_KINDS]; /* of them, at the latest look */
    struct request_ids ids;
    struct log_batch access_log;
    size_t n_held;                 /* clients whose exchange waits, see handler.c */
    struct client *first_answered; /* of those who were held */
    struct client *last_answered;
    bool is_due; /* the daemon has something to do */
    bool is_retired;
    bool is_draining;
    bool is_ending;     /* with all its connections */
    bool made_progress; /* the handler was called since the last look */
    unsigned n_idle_turns;
};

/* server_now_ms() - the loop's clock. */
uint64_t server_now_ms(const struct server *s);

/* handler_on_connection() - a connection began or ended. The library's. */
void handler_on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code);

/*
 * handler_on_request_line() - the request line is there. The library's.
 *
 * Returns:  the request's own pointer from now on, its exchange; NULL when out of memory
 */
void *handler_on_request_line(void *cls, const char *uri, struct MHD_Connection *connection);

/*
 * handler_on_request() - the header is complete, a piece of the body is there, the request is
 * complete, or it is complete still and waits for its answer. The library's.
 */
enum MHD_Result handler_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload_data,
                                   size_t *upload_data_size, void **request);

/*
 * handler_send_answers() - hand the library the answers for clients who were held. Not while it
 * works.
 */
void handler_send_answers(struct server *s);

/* handler_on_completed() - the answer has left, or never will. The library's. */
void handler_on_completed(void *cls, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code);

#endif
