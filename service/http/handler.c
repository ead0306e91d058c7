/*
 * handler.c - see server_parts.h. What libmicrohttpd calls.
 *
 * The handler is called when the header is complete, for each piece of the body, when the request
 * is complete, and from then on at every turn of the library until there is an answer; client.h's
 * states tell these apart.
 */
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "exchange/submit.h"
#include "http/conditional.h"
#include "http/incoming.h"
#include "http/library_target.h"
#include "http/reply.h"
#include "http/server_parts.h"

enum { PATIENCE_MS = 20 };

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Sockets that linger are among the connections that the server may have, and give way to them. */
static void make_room(struct server *s)
{
    size_t most = s->settings.max_connections;
    lingerers_trim(&s->lingerers, s->clients.n < most ? most - s->clients.n : 0);
}

/* The socket is open still, and closes next. */
static void part_from(struct server *s, struct client *c)
{
    if (!s->is_ending && client_is_sending(c)) {
        lingerers_add(&s->lingerers, c->fd);
    }
    client_free(&s->clients, c);
    metrics_add(&s->settings.metrics->client_connections, (uint64_t)-1);
}

void handler_on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct client *c = client_new(&s->clients, s->arena, info->connect_fd, server_now_ms(s));
        if (c != NULL) {
            c->server = s;
            c->audience = s->settings.audience;
            c->connection = connection;
            metrics_add(&s->settings.metrics->client_connections, 1);
        }
        make_room(s);
        *socket_context = c;
    } else if (*socket_context != NULL) {
        part_from(s, *socket_context);
        *socket_context = NULL;
    }
}

static struct client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* ---- waiting ---------------------------------------------------------------------------------
 *
 * Suspending a connection takes its socket out of the library's epoll set, and resuming puts it
 * back and reads from it: three system calls, more than PostgreSQL takes for a small row. So a
 * client is held at first, which is to leave its connection as it is: the library calls again at
 * each turn, and is told to wait. Turns cost a call for everybody who is held, so whoever waits for
 * long is suspended. server_timeout_ms() knows that the library wants a turn at once as long as
 * anybody is held.
 */

static void hold(struct client *c)
{
    client_enter(c, CLIENT_WORKING, server_now_ms(c->server));
    c->waiting_since_us = now_us();
    c->is_held = true;
    c->server->n_held++;
}

static void let_go(struct client *c)
{
    c->is_held = false;
    c->server->n_held--;
}

/* Another turn of the library, and no answer yet. */
static void hold_on(struct client *c)
{
    if (c->is_held && server_now_ms(c->server) - c->since_ms >= PATIENCE_MS) {
        let_go(c);
        MHD_suspend_connection(c->connection);
    }
}

static void on_answered(struct exchange *x)
{
    struct client *c = x->owner;
    struct server *s = c->server;
    c->waited_us += now_us() - c->waiting_since_us;
    s->is_due = true;
    if (!c->is_held) {
        MHD_resume_connection(c->connection);
        return;
    }
    let_go(c);
    c->answered = x;
    c->next_answered = NULL;
    *(s->last_answered == NULL ? &s->first_answered : &s->last_answered->next_answered) = c;
    s->last_answered = c;
}

/* The library has ended a connection that is held: its client reset it. */
static void on_answered_for_nobody(struct exchange *x)
{
    (void)x;
}

static void abandon(struct client *c, struct exchange *x)
{
    ASSERT(c->is_held); /* what is suspended, the library leaves alone */
    let_go(c);
    x->on_answered = on_answered_for_nobody;
    submitter_abandon(x);
}

/* The request line is there. What this returns is the request's own pointer from now on. */
void *handler_on_request_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct server *s = cls;
    struct client *c = client_of(connection);
    struct exchange *x =
        c == NULL ? NULL
                  : exchange_new(s->settings.service, s->settings.worker, s->settings.submitter);
    if (x == NULL) {
        return NULL;
    }
    s->made_progress = true;
    size_t n = strlen(uri);
    x->request.path = (struct text){ .at = arena_copy(x->arena, uri, n), .n = n };
    library_hide_query(uri);
    x->request.client_fd = c->fd;
    x->owner = c;
    x->on_answered = on_answered;
    client_enter(c, CLIENT_HEADER, server_now_ms(s));
    if (x->request.path.at == NULL) {
        return exchange_free(x);
    }
    return x;
}

/* For Server-Timing: milliseconds, in all and waiting for PostgreSQL. */
static const char *describe_timing(const struct client *c, struct exchange *x)
{
    return arena_printf(x->arena, "total;dur=%.3f, db;dur=%.3f",
                        (double)(now_us() - c->started_us) / 1e3, (double)c->waited_us / 1e3);
}

static enum MHD_Result reply(struct client *c, struct exchange *x)
{
    if (c->server->is_draining) {
        x->answer.close = true;
    }
    client_enter(c, CLIENT_WORKING, server_now_ms(c->server));
    conditional_finish(x);
    c->server_timing = x->service->settings->server_timing == 0 ? NULL : describe_timing(c, x);
    return reply_send(c, x);
}

void handler_send_answers(struct server *s)
{
    struct client *next;
    for (struct client *c = s->first_answered; c != NULL; c = next) {
        next = c->next_answered;
        /* if the library does not take it, it calls the handler again, which ends the connection */
        reply(c, c->answered);
    }
    s->first_answered = s->last_answered = NULL;
}

static enum MHD_Result proceed(struct client *c, struct exchange *x, enum incoming incoming)
{
    switch (incoming) {
    case INCOMING_READ_ON:
        return MHD_YES;
    case INCOMING_ANSWER:
        return reply(c, x);
    case INCOMING_WAIT:
        hold(c);
        return MHD_YES;
    }
    UNREACHABLE();
}

/* The header is complete. */
static void begin_request(struct client *c, struct exchange *x)
{
    c->n_body = 0;
    c->is_refused = c->is_cut_off = c->is_whole = false;
    c->started_us = now_us();
    c->waited_us = 0;
    client_enter(c, CLIENT_BODY, server_now_ms(c->server));
    x->request.id = request_id_choose(
        x->arena, &c->server->ids,
        MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, "X-Request-Id"),
        MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, "traceparent"));
}

/* The library decides how many parameters its handler has. */
/* NOLINTNEXTLINE(readability-function-size) */
enum MHD_Result handler_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload_data,
                                   size_t *upload_data_size, void **request)
{
    struct server *s = cls;
    struct client *c = client_of(connection);
    struct exchange *x = *request;
    if (c == NULL || x == NULL) {
        return MHD_NO;
    }
    if (x->state == EXCHANGE_WAITING) {
        hold_on(c);
        return MHD_YES;
    }
    s->made_progress = true;
    if (c->state == CLIENT_HEADER) {
        begin_request(c, x);
        library_restore_nul(&x->request.path, url, version);
        return proceed(c, x, incoming_header(c, x, method, version));
    }
    if (c->state == CLIENT_BODY && *upload_data_size > 0) {
        incoming_body(c, x, upload_data, *upload_data_size);
        *upload_data_size = 0;
        return MHD_YES;
    }
    if (c->state == CLIENT_BODY) {
        return proceed(c, x, incoming_end(c, x, server_now_ms(s)));
    }
    return reply(c, x);
}

/* The answer has left. */
static void end_request(struct server *s, struct client *c, const struct exchange *x)
{
    uint64_t duration_us = now_us() - c->started_us;
    const struct answer *answer = &x->answer;
    if (answer->status < 300) {
        exchange_count_links(x);
    }
    metrics_count_answer(
        s->settings.metrics,
        &(struct answered){
            .operation = x->operation == NULL ? NULL : x->operation->name,
            .status = answer->status,
            .duration_us = duration_us,
            .received_bytes = c->n_body,
            .sent_bytes = answer->fixed_body.n > 0 ? answer->fixed_body.n : answer->body.n,
        });
    if (x->service->settings->access_log != 0) {
        access_log_add(&s->access_log, c, x, duration_us);
    }
}

void handler_on_completed(void *cls, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code)
{
    struct server *s = cls;
    struct client *c = client_of(connection);
    struct exchange *x = *request;
    if (x == NULL) {
        return;
    }
    s->made_progress = true;
    if (c != NULL) {
        if (x->state == EXCHANGE_WAITING) {
            abandon(c, x);
        }
        if (x->answer.status != 0) {
            end_request(s, c, x);
        }
        client_enter(c, CLIENT_IDLE, server_now_ms(s));
        c->is_lost = c->is_lost || code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED;
        if (s->is_draining) { /* its answer was on its way before that began */
            shutdown(c->fd, SHUT_RDWR);
        }
    }
    *request = NULL;
    exchange_free(x);
}
