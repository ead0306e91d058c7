/*
 * server.c - see server.h. How libmicrohttpd is started, and when it is let work; what it calls is
 * in handler.c.
 */
#include "http/server.h"

#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "http/server_parts.h"

enum {
    BUDGET = 1 << 30,
    ANSWER_HEADER_BYTES = 1792,
    EXPIRY_MS = 250, /* how often deadlines are looked at */
    MAX_IDLE_TURNS = 16,
    IDLE_TURN_MS = 5,
};

#define SERVER_OF(pointer, member)                                                                 \
    ((struct server *)(void *)((char *)(pointer)-offsetof(struct server, member)))

uint64_t server_now_ms(const struct server *s)
{
    return loop_now_ms(s->settings.loop);
}

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
    clients_expire(&s->clients, s->settings.service->settings, server_now_ms(s));
    lingerers_expire(&s->lingerers);
    s->is_due = true; /* the library looks after its own timeouts too */
    loop_set_timer(s->settings.loop, t, EXPIRY_MS);
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
 * For what a request's header takes, as it came and taken apart, and for its answer's header, also
 * when that refuses a header a little too long. The library clears all of it behind every request,
 * and keeps it while a client is idle.
 */
static size_t memory_limit(const struct settings *settings)
{
    return settings->max_header_bytes + ANSWER_HEADER_BYTES;
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
    return MHD_start_daemon(flags, 0, NULL, NULL, handler_on_request, s,                         //
                            MHD_OPTION_LISTEN_SOCKET, s->settings.listen_fd,                     //
                            MHD_OPTION_NOTIFY_CONNECTION, handler_on_connection, s,              //
                            MHD_OPTION_NOTIFY_COMPLETED, handler_on_completed, s,                //
                            MHD_OPTION_URI_LOG_CALLBACK, handler_on_request_line, s,             //
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
    /* The library asks to be called again at once for as long as a client is held, and 0.9.75 does
     * so for ever about some requests that it cannot go on with. Turns in which nothing came to
     * pass are slowed down; what really happens still wakes the loop. */
    s->n_idle_turns = s->made_progress ? 0 : s->n_idle_turns + 1;
    s->made_progress = false;
    s->is_due = true;
    return s->n_idle_turns > (s->n_held > 0 ? 0 : MAX_IDLE_TURNS) ? IDLE_TURN_MS : 0;
}

void server_run(struct server *s)
{
    if (s->is_due) {
        s->is_due = false;
        handler_send_answers(s);
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
