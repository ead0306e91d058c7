/*
 * server.c - see server.h. What libmicrohttpd calls, and when it is let work.
 *
 * The handler is called when the header is complete, for each piece of the body, when the request
 * is complete, and once more after a suspended connection was resumed; client.h's states tell
 * these apart.
 */
#include "http/server.h"

#include <limits.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/access_log.h"
#include "http/client.h"
#include "http/conditional.h"
#include "http/incoming.h"
#include "http/library_target.h"
#include "http/linger.h"
#include "http/reply.h"
#include "http/request_id.h"

enum {
    BUDGET = 1 << 30,
    EXPIRY_MS = 250, /* how often deadlines are looked at */
    MAX_IDLE_TURNS = 16,
    IDLE_TURN_MS = 5,
};

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
    bool is_due; /* the daemon has something to do */
    bool is_retired;
    bool is_draining;
    bool is_ending;     /* with all its connections */
    bool made_progress; /* the handler was called since the last look */
    unsigned n_idle_turns;
};

#define SERVER_OF(pointer, member)                                                                 \
    ((struct server *)(void *)((char *)(pointer)-offsetof(struct server, member)))

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t now_ms(const struct server *s)
{
    return loop_now_ms(s->settings.loop);
}

/*
 * ---- called by libmicrohttpd ------------------------------------------------------------------
 */

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

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct client *c = client_new(&s->clients, s->arena, info->connect_fd, now_ms(s));
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

static void on_answered(struct exchange *x)
{
    struct client *c = x->owner;
    c->waited_us += now_us() - c->waiting_since_us;
    MHD_resume_connection(c->connection);
    c->server->is_due = true;
}

/* The request line is there. What this returns is the request's own pointer from now on. */
static void *on_request_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct server *s = cls;
    struct client *c = client_of(connection);
    struct exchange *x =
        c == NULL ? NULL
                  : exchange_new(s->settings.service, s->settings.worker, s->settings.submitter);
    if (x == NULL) {
        return NULL;
    }
    size_t n = strlen(uri);
    x->request.path = (struct text){ .at = arena_copy(x->arena, uri, n), .n = n };
    library_hide_query(uri);
    x->request.client_fd = c->fd;
    x->owner = c;
    x->on_answered = on_answered;
    client_enter(c, CLIENT_HEADER, now_ms(s));
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
    client_enter(c, CLIENT_WORKING, now_ms(c->server));
    conditional_finish(x);
    c->server_timing = x->service->settings->server_timing == 0 ? NULL : describe_timing(c, x);
    return reply_send(c, x);
}

static enum MHD_Result proceed(struct client *c, struct exchange *x, enum incoming incoming)
{
    switch (incoming) {
    case INCOMING_READ_ON:
        return MHD_YES;
    case INCOMING_ANSWER:
        return reply(c, x);
    case INCOMING_WAIT:
        client_enter(c, CLIENT_WORKING, now_ms(c->server));
        c->waiting_since_us = now_us();
        MHD_suspend_connection(c->connection);
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
    client_enter(c, CLIENT_BODY, now_ms(c->server));
    x->request.id = request_id_choose(
        x->arena, &c->server->ids,
        MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, "X-Request-Id"),
        MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, "traceparent"));
}

/* The library decides how many parameters its handler has. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **request)
{
    struct server *s = cls;
    struct client *c = client_of(connection);
    struct exchange *x = *request;
    s->made_progress = true;
    if (c == NULL || x == NULL) {
        return MHD_NO;
    }
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
        return proceed(c, x, incoming_end(c, x, now_ms(s)));
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

static void on_completed(void *cls, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct server *s = cls;
    struct client *c = client_of(connection);
    struct exchange *x = *request;
    if (x == NULL) {
        return;
    }
    if (c != NULL) {
        if (x->answer.status != 0) {
            end_request(s, c, x);
        }
        client_enter(c, CLIENT_IDLE, now_ms(s));
        c->is_lost = c->is_lost || code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED;
        if (s->is_draining) { /* its answer was on its way before that began */
            shutdown(c->fd, SHUT_RDWR);
        }
    }
    *request = NULL;
    exchange_free(x);
}

static size_t keep_encoded(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text); /* percent-encoding is undone by the readers, after splitting */
}

static void drop_message(void *cls, const char *format, va_list arguments)
{
    (void)cls;
    (void)format;
    (void)arguments; /* about clients that misbehave: nothing that an operator could mend */
}

/*
 * ---- the loop's side ---------------------------------------------------------------------------
 */

static void on_ready(struct watch *w, uint32_t events)
{
    (void)events;
    SERVER_OF(w, watch)->is_due = true;
}

/* A worker may have several servers, whose clients are counted together. */
static void count_clients(struct server *s)
{
    static const enum client_kind kinds[CLIENT_STATES] = {
        [CLIENT_CONNECTED] = CLIENTS_IDLE, [CLIENT_HEADER] = CLIENTS_READING,
        [CLIENT_BODY] = CLIENTS_READING,   [CLIENT_WORKING] = CLIENTS_WORKING,
        [CLIENT_IDLE] = CLIENTS_IDLE,
    };
    size_t states[CLIENT_STATES];
    size_t counts[CLIENT_KINDS] = { 0 };
    clients_count(&s->clients, states);
    for (size_t i = 0; i < CLIENT_STATES; i++) {
        counts[kinds[i]] += states[i];
    }
    for (size_t i = 0; i < CLIENT_KINDS; i++) {
        metrics_add(&s->settings.metrics->clients[i], counts[i] - s->counted[i]);
        s->counted[i] = counts[i];
    }
}

static void on_expiry(struct timer *t)
{
    struct server *s = SERVER_OF(t, expiry);
    count_clients(s);
    submitter_sample(s->settings.submitter);
    clients_expire(&s->clients, s->settings.service->settings, now_ms(s));
    lingerers_expire(&s->lingerers);
    s->is_due = true; /* the library looks after its own timeouts too */
    loop_set_timer(s->settings.loop, t, EXPIRY_MS);
}

/*
 * For what a request's header takes, as it came and taken apart, and for its answer's header. The
 * library clears all of it behind every request, so more than that costs time.
 */
static size_t memory_limit(const struct settings *settings)
{
    return settings->max_header_bytes + settings->max_header_bytes / 2;
}

/* An option whose value is a text that is only read. */
static struct MHD_OptionItem text_option(enum MHD_OPTION option, const char *text)
{
    union {
        const char *borrowed;
        void *lent;
    } value = { .borrowed = text };
    return (struct MHD_OptionItem){ .option = option, .ptr_value = value.lent };
}

static struct MHD_Daemon *start_daemon(struct server *s)
{
    const struct settings *settings = s->settings.service->settings;
    /* Connections are resumed on this thread only, so the library need not wake itself up. */
    unsigned flags = MHD_USE_EPOLL | (MHD_ALLOW_SUSPEND_RESUME & ~(unsigned)MHD_USE_ITC);
    struct MHD_OptionItem more[5];
    size_t n = 0;
#if MHD_VERSION >= 0x01000000
    /* Folded lines, bare line feeds and the like are then refused. What 0.9.75 calls strict is less
     * than what the guard asks for, and refuses without a word. */
    more[n++] = (struct MHD_OptionItem){ .option = MHD_OPTION_CLIENT_DISCIPLINE_LVL, .value = 1 };
#endif
    if (s->settings.credentials != NULL) {
        flags |= MHD_USE_TLS;
        more[n++] = text_option(MHD_OPTION_HTTPS_MEM_CERT, s->settings.credentials->certificate);
        more[n++] = text_option(MHD_OPTION_HTTPS_MEM_KEY, s->settings.credentials->key);
        more[n++] = text_option(MHD_OPTION_HTTPS_PRIORITIES, credentials_priorities());
    }
    more[n] = (struct MHD_OptionItem){ .option = MHD_OPTION_END };
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,                                 //
                            MHD_OPTION_LISTEN_SOCKET, s->settings.listen_fd,                     //
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,                      //
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,                        //
                            MHD_OPTION_URI_LOG_CALLBACK, on_request_line, s,                     //
                            MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, s,                       //
                            MHD_OPTION_EXTERNAL_LOGGER, drop_message, s,                         //
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory_limit(settings),          //
                            MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_timeout_ms / 1000 + 1, //
                            MHD_OPTION_CONNECTION_LIMIT, s->settings.max_connections,            //
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                            s->settings.max_connections_per_address, //
                            MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

struct server *server_new(const struct server_settings *settings)
{
    struct arena *a = arena_new(BUDGET);
    struct server *s = a == NULL ? NULL : arena_zalloc(a, 1, sizeof *s);
    if (s == NULL) {
        arena_free(a);
        close(settings->listen_fd);
        return NULL;
    }
    s->arena = a;
    s->settings = *settings;
    s->watch = (struct watch){ .fd = -1, .on_ready = on_ready };
    s->expiry.on_due = on_expiry;
    lingerers_init(&s->lingerers, s->arena, settings->loop, settings->service->settings);
    request_ids_init(&s->ids);
    log_batch_init(&s->access_log, settings->service->log);
    s->daemon = start_daemon(s);
    s->settings.credentials = NULL; /* whoever lent them may free them */
    if (s->daemon == NULL) { /* the library has closed the socket, in most cases: it is not ours */
        arena_free(a);
        return NULL;
    }
    int fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    if (loop_watch(settings->loop, &s->watch, fd, EPOLLIN) != 0) {
        MHD_stop_daemon(s->daemon);
        arena_free(a);
        return NULL;
    }
    loop_set_timer(settings->loop, &s->expiry, EXPIRY_MS);
    return s;
}

int server_timeout_ms(struct server *s)
{
    MHD_UNSIGNED_LONG_LONG timeout;
    if (s->is_due) {
        return 0;
    }
    if (MHD_get_timeout(s->daemon, &timeout) != MHD_YES) {
        return -1;
    }
    if (timeout > 0) {
        return timeout > INT_MAX ? INT_MAX : (int)timeout;
    }
    /* libmicrohttpd 0.9.75 asks to be called again at once, for ever, about some requests that it
     * cannot go on with. Such turns are slowed down; what really happens still wakes the loop. */
    s->n_idle_turns = s->made_progress ? 0 : s->n_idle_turns + 1;
    s->made_progress = false;
    s->is_due = true;
    return s->n_idle_turns > MAX_IDLE_TURNS ? IDLE_TURN_MS : 0;
}

void server_run(struct server *s)
{
    if (s->is_due) {
        s->is_due = false;
        MHD_run(s->daemon);
        log_batch_flush(&s->access_log);
    }
}

void server_serve(struct server *s, const struct service *service)
{
    s->settings.service = service;
}

void server_retire(struct server *s)
{
    if (!s->is_retired) {
        s->is_retired = true;
        int fd = MHD_quiesce_daemon(s->daemon);
        if (fd >= 0) {
            close(fd);
        }
    }
    s->is_due = true;
}

void server_drain(struct server *s)
{
    server_retire(s);
    s->is_draining = true;
    clients_hang_up(&s->clients, false);
}

size_t server_n_clients(const struct server *s)
{
    return s->clients.n + s->lingerers.n;
}

struct server *server_free(struct server *s)
{
    if (s != NULL) {
        loop_clear_timer(s->settings.loop, &s->expiry);
        watch_stop(&s->watch);
        s->is_ending = true;
        lingerers_trim(&s->lingerers, 0);
        MHD_stop_daemon(s->daemon);
        count_clients(s); /* who are none by now */
        log_batch_flush(&s->access_log);
        arena_free(s->arena);
    }
    return NULL;
}
