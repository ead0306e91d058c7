/*
 * worker.c - see worker.h. One turn of a worker: what PostgreSQL and the clients have sent is taken
 * in, HTTP is read and written, and whatever that left to ask goes to PostgreSQL in batches.
 */
#include "worker/worker.h"

#include <errno.h>
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
    LAST_WORDS_MS = 500, /* for refusals to leave, once stopping has taken too long */
};

struct worker {
    const struct settings *settings;
    _Atomic(const struct service *) wanted;  /* written by the thread that gives orders */
    _Atomic(const struct service *) current; /* written by the worker */
    atomic_bool must_stop;
    size_t number;
    struct metrics *metrics;
    struct arena *arena; /* the thread's own */
    struct loop *loop;
    struct submitter *submitter;
    struct server *servers[MAX_LISTENERS];
    size_t n_servers;
    int order_fd; /* an eventfd: readable when there is an order */
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
    for (size_t i = 0; i < w->n_servers; i++) {
        server_drain(w->servers[i]);
    }
}

static void on_order(struct watch *watch, uint32_t events)
{
    (void)events;
    struct worker *w = WORKER_OF(watch);
    uint64_t n_orders;
    ssize_t n = read(w->order_fd, &n_orders, sizeof n_orders); /* until the next order */
    ASSERT(n == sizeof n_orders);
    const struct service *wanted = atomic_load(&w->wanted);
    for (size_t i = 0; i < w->n_servers; i++) {
        server_serve(w->servers[i], wanted);
    }
    atomic_store(&w->current, wanted);
    if (atomic_load(&w->must_stop) && !w->is_stopping) {
        begin_to_stop(w);
    }
}

/* The shortest of the servers' timeouts; -1 when none has anything to do. */
static int timeout_ms(const struct worker *w)
{
    int shortest = -1;
    for (size_t i = 0; i < w->n_servers; i++) {
        int timeout = server_timeout_ms(w->servers[i]);
        if (timeout >= 0 && (shortest < 0 || timeout < shortest)) {
            shortest = timeout;
        }
    }
    return shortest;
}

static size_t n_clients(const struct worker *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_servers; i++) {
        n += server_n_clients(w->servers[i]);
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
        for (size_t i = 0; i < w->n_servers; i++) {
            server_run(w->servers[i]);
        }
        submitter_flush(w->submitter);
    }
    for (size_t i = 0; i < w->n_servers; i++) {
        server_stop(w->servers[i]);
    }
    submitter_close(w->submitter);
    watch_stop(&w->order_watch);
    w->loop = loop_free(w->loop);
    return NULL;
}

/* How many clients one server may have, so that descriptors are left for everything else. */
static unsigned client_limit(const struct settings *settings, size_t n_listen)
{
    if (settings->max_connections > 0) {
        return settings->max_connections;
    }
    struct rlimit files = { .rlim_cur = 1024 };
    getrlimit(RLIMIT_NOFILE, &files);
    uint64_t reserved = RESERVED_FDS + settings->workers * (uint64_t)(settings->connections + 4);
    uint64_t left = files.rlim_cur > reserved ? files.rlim_cur - reserved : 0;
    uint64_t each = left / settings->workers / n_listen;
    return each < FEWEST_CLIENTS ? FEWEST_CLIENTS : each > 1000000 ? 1000000 : (unsigned)each;
}

static bool open_servers(struct worker *w, const struct service *service, const int *listen_fds,
                         size_t n_listen)
{
    struct server_settings settings = {
        .loop = w->loop,
        .service = service,
        .worker = w->number,
        .submitter = w->submitter,
        .metrics = w->metrics,
        .max_connections = client_limit(w->settings, n_listen),
    };
    for (; w->n_servers < n_listen; w->n_servers++) {
        settings.listen_fd = listen_fds[w->n_servers];
        w->servers[w->n_servers] = server_new(w->arena, &settings);
        if (w->servers[w->n_servers] == NULL) {
            return false;
        }
    }
    return true;
}

struct worker *worker_start(struct arena *a, const struct service *service, size_t number,
                            const int *listen_fds, size_t n_listen)
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
    if (w->submitter == NULL || !open_servers(w, service, listen_fds, n_listen)) {
        return NULL;
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

bool worker_has_switched(const struct worker *w)
{
    return atomic_load(&w->current) == atomic_load(&w->wanted);
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
