/*
 * worker.c - see worker.h. One turn of a worker: what PostgreSQL and the clients have sent is taken
 * in, HTTP is read and written, and whatever that left to ask goes to PostgreSQL in batches.
 */
#include "worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/server.h"

enum {
    BUDGET = 1 << 30,
    RESERVED_FDS = 64, /* for everything that is no client */
    FEWEST_CLIENTS = 16,
    OPERATOR_CLIENTS = 64,
    LAST_WORDS_MS = 500, /* for refusals to leave, once stopping has taken too long */
};

/* A listener and the server behind it, or one that was replaced and only still has clients. */
struct door {
    struct listener listener;
    struct server *server;
    bool is_retired;
    struct door *next;
};

struct worker {
    const struct settings *settings;
    _Atomic(const struct service *) wanted;  /* written by the thread that gives orders */
    _Atomic(const struct service *) current; /* written by the worker */
    _Atomic(const struct credentials *) wanted_credentials;
    _Atomic(const struct credentials *) current_credentials;
    atomic_bool must_stop;
    size_t number;
    struct metrics *metrics;
    struct arena *arena; /* the thread's own */
    struct loop *loop;
    struct submitter *submitter;
    struct door *doors;
    struct door *spare_doors;
    unsigned max_clients; /* of each listener for clients */
    int order_fd;         /* an eventfd: readable when there is an order */
    struct watch order_watch;
    bool is_stopping;
    uint64_t stopping_since_ms;
    pthread_t thread;
};

#define WORKER_OF(w) ((struct worker *)(void *)((char *)(w)-offsetof(struct worker, order_watch)))

static void begin_to_stop(struct worker *w)
{
    w->is_stopping = true;
    w->stopping_since_ms = loop_now_ms(w->loop);
    for (struct door *d = w->doors; d != NULL; d = d->next) {
        server_drain(d->server);
    }
}

/* ---- doors ----------------------------------------------------------------------------------- */

static struct server *open_server(struct worker *w, const struct listener *listener)
{
    bool is_for_operators = listener->audience == AUDIENCE_OPERATORS;
    const struct server_settings settings = {
        .loop = w->loop,
        .service = atomic_load(&w->current),
        .worker = w->number,
        .submitter = w->submitter,
        .metrics = w->metrics,
        .listen_fd = listener->fd,
        .audience = listener->audience,
        .credentials = listener->has_tls ? atomic_load(&w->wanted_credentials) : NULL,
        .max_connections = is_for_operators ? OPERATOR_CLIENTS : w->max_clients,
        .max_connections_per_address =
            is_for_operators ? 0 : w->settings->max_connections_per_address,
    };
    return server_new(&settings);
}

/* Opens a door in front of the others; its descriptor is taken. */
static bool open_door(struct worker *w, struct listener listener)
{
    struct server *server = open_server(w, &listener);
    struct door *d = w->spare_doors;
    if (server == NULL) {
        return false;
    }
    if (d != NULL) {
        w->spare_doors = d->next;
    } else {
        d = arena_alloc(w->arena, sizeof *d);
    }
    if (d == NULL) {
        server_free(server);
        return false;
    }
    *d = (struct door){ .listener = listener, .server = server, .next = w->doors };
    w->doors = d;
    return true;
}

/*
 * The library cannot be given another certificate. So another server takes over the socket, and the
 * one before keeps its clients until they have left.
 */
static void renew_door(struct worker *w, struct door *d)
{
    struct listener again = d->listener;
    again.fd = fcntl(d->listener.fd, F_DUPFD_CLOEXEC, 0);
    if (again.fd < 0 || !open_door(w, again)) {
        log_line(atomic_load(&w->current)->log, LOG_ERROR,
                 "worker %zu has no descriptor or memory for the new certificate: it shows the one "
                 "before to new clients",
                 w->number);
        return;
    }
    server_retire(d->server);
    d->is_retired = true;
}

static void close_empty_doors(struct worker *w)
{
    for (struct door **at = &w->doors; *at != NULL;) {
        struct door *d = *at;
        if (d->is_retired && server_n_clients(d->server) == 0) {
            *at = d->next;
            d->server = server_free(d->server);
            d->next = w->spare_doors;
            w->spare_doors = d;
        } else {
            at = &d->next;
        }
    }
}

static void close_doors(struct worker *w)
{
    for (struct door *d = w->doors; d != NULL; d = d->next) {
        d->server = server_free(d->server);
    }
    w->doors = NULL;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void switch_credentials(struct worker *w)
{
    const struct credentials *wanted = atomic_load(&w->wanted_credentials);
    if (wanted == atomic_load(&w->current_credentials)) {
        return;
    }
    for (struct door *d = w->doors; d != NULL; d = d->next) {
        if (d->listener.has_tls && !d->is_retired && !w->is_stopping) {
            renew_door(w, d); /* the new one stands in front: it is not met here */
        }
    }
    atomic_store(&w->current_credentials, wanted);
}

static void on_order(struct watch *watch, uint32_t events)
{
    (void)events;
    struct worker *w = WORKER_OF(watch);
    uint64_t n_orders;
    ssize_t n = read(w->order_fd, &n_orders, sizeof n_orders); /* until the next order */
    ASSERT(n == sizeof n_orders);
    const struct service *wanted = atomic_load(&w->wanted);
    for (struct door *d = w->doors; d != NULL; d = d->next) {
        server_serve(d->server, wanted);
    }
    atomic_store(&w->current, wanted);
    switch_credentials(w);
    if (atomic_load(&w->must_stop) && !w->is_stopping) {
        begin_to_stop(w);
    }
}

/* ---- turns ----------------------------------------------------------------------------------- */

/* The shortest of the servers' timeouts; -1 when none has anything to do. */
static int timeout_ms(const struct worker *w)
{
    int shortest = -1;
    for (const struct door *d = w->doors; d != NULL; d = d->next) {
        int timeout = server_timeout_ms(d->server);
        if (timeout >= 0 && (shortest < 0 || timeout < shortest)) {
            shortest = timeout;
        }
    }
    return shortest;
}

static size_t n_clients(const struct worker *w)
{
    size_t n = 0;
    for (const struct door *d = w->doors; d != NULL; d = d->next) {
        n += server_n_clients(d->server);
    }
    return n;
}

/* Whether the worker may end; refuses what waits once it has waited long enough. */
static bool is_done(struct worker *w)
{
    if (!w->is_stopping) {
        return false;
    }
    uint64_t waited_ms = loop_now_ms(w->loop) - w->stopping_since_ms;
    uint64_t limit_ms = w->settings->request_timeout_ms;
    if (waited_ms >= limit_ms && submitter_n_waiting(w->submitter) > 0) {
        submitter_refuse_all(w->submitter);
    }
    return n_clients(w) == 0 || waited_ms >= limit_ms + LAST_WORDS_MS;
}

static void *run(void *worker)
{
    struct worker *w = worker;
    while (!is_done(w)) {
        loop_turn(w->loop, timeout_ms(w));
        for (struct door *d = w->doors; d != NULL; d = d->next) {
            server_run(d->server);
        }
        submitter_flush(w->submitter);
        close_empty_doors(w);
    }
    close_doors(w);
    submitter_close(w->submitter);
    watch_stop(&w->order_watch);
    w->loop = loop_free(w->loop);
    return NULL;
}

/* ---- life ------------------------------------------------------------------------------------ */

/*
 * How many clients each listener for them may have, so that descriptors are left for everything
 * else.
 */
static unsigned client_limit(const struct settings *settings)
{
    if (settings->max_connections > 0) {
        return settings->max_connections;
    }
    struct rlimit files = { .rlim_cur = 1024 };
    getrlimit(RLIMIT_NOFILE, &files);
    uint64_t of_worker =
        settings->connections + 4 + (settings->admin_listen == NULL ? 0 : OPERATOR_CLIENTS);
    uint64_t reserved = RESERVED_FDS + settings->workers * of_worker;
    uint64_t left = files.rlim_cur > reserved ? files.rlim_cur - reserved : 0;
    uint64_t each = left / settings->workers / settings->n_listen;
    return each < FEWEST_CLIENTS ? FEWEST_CLIENTS : each > 1000000 ? 1000000 : (unsigned)each;
}

struct worker *worker_start(struct arena *a, const struct service *service, size_t number,
                            const struct listener *listeners, size_t n_listeners,
                            const struct credentials *credentials)
{
    struct worker *w = arena_zalloc(a, 1, sizeof *w);
    struct arena *own = arena_new(BUDGET);
    if (w == NULL || own == NULL) {
        arena_free(own);
        return NULL;
    }
    w->settings = service->settings;
    w->number = number;
    atomic_init(&w->wanted, service);
    atomic_init(&w->current, service);
    atomic_init(&w->wanted_credentials, credentials);
    atomic_init(&w->current_credentials, credentials);
    w->max_clients = client_limit(service->settings);
    w->metrics = &service->metrics[number];
    w->arena = own;
    w->loop = loop_new();
    w->order_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->order_watch = (struct watch){ .fd = -1, .on_ready = on_order };
    if (w->loop == NULL || w->order_fd < 0 ||
        loop_watch(w->loop, &w->order_watch, w->order_fd, EPOLLIN) != 0) {
        return NULL;
    }
    w->submitter = submitter_new(own, w->loop, w->settings, service->log, w->metrics);
    if (w->submitter == NULL) {
        return NULL;
    }
    for (size_t i = n_listeners; i-- > 0;) {
        if (!open_door(w, listeners[i])) {
            return NULL;
        }
    }
    return pthread_create(&w->thread, NULL, run, w) == 0 ? w : NULL;
}

static void give_order(struct worker *w)
{
    uint64_t one = 1;
    ssize_t n = write(w->order_fd, &one, sizeof one);
    ASSERT(n == sizeof one);
}

void worker_serve(struct worker *w, const struct service *service)
{
    atomic_store(&w->wanted, service);
    give_order(w);
}

void worker_renew(struct worker *w, const struct credentials *credentials)
{
    atomic_store(&w->wanted_credentials, credentials);
    give_order(w);
}

bool worker_has_switched(const struct worker *w)
{
    return atomic_load(&w->current) == atomic_load(&w->wanted) &&
           atomic_load(&w->current_credentials) == atomic_load(&w->wanted_credentials);
}

void worker_stop(struct worker *w)
{
    atomic_store(&w->must_stop, true);
    give_order(w);
}

void worker_join(struct worker *w)
{
    pthread_join(w->thread, NULL);
    close(w->order_fd);
    w->arena = arena_free(w->arena);
}
