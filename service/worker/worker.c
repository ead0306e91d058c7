/*
 * worker.c - see worker.h. One turn of a worker: what PostgreSQL and the clients have sent is taken
 * in, HTTP is read and written, and whatever that left to ask goes to PostgreSQL in batches.
 */
#include "worker/worker.h"

#include <errno.h>
#include <pthread.h>
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
    const struct service *service;
    struct metrics *metrics;
    struct arena *arena; /* the thread's own */
    struct loop *loop;
    struct submitter *submitter;
    struct server *servers[MAX_LISTENERS];
    size_t n_servers;
    int stop_fd; /* an eventfd: readable once the worker is to stop */
    struct watch stop_watch;
    bool is_stopping;
    uint64_t stopping_since_ms;
    pthread_t thread;
};

#define WORKER_OF(w) ((struct worker *)(void *)((char *)(w)-offsetof(struct worker, stop_watch)))

static void on_stop(struct watch *w, uint32_t events)
{
    (void)events;
    struct worker *worker = WORKER_OF(w);
    watch_stop(w);
    worker->is_stopping = true;
    worker->stopping_since_ms = loop_now_ms(worker->loop);
    for (size_t i = 0; i < worker->n_servers; i++) {
        server_drain(worker->servers[i]);
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
    uint64_t limit_ms = w->service->settings->request_timeout_ms;
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
    watch_stop(&w->stop_watch);
    w->loop = loop_free(w->loop);
    return NULL;
}

/* How many clients one server may have, so that descriptors are left for everything else. */
static unsigned client_limit(const struct service *service, size_t n_listen)
{
    const struct settings *settings = service->settings;
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

static bool open_servers(struct worker *w, const int *listen_fds, size_t n_listen)
{
    struct server_settings settings = {
        .loop = w->loop,
        .service = w->service,
        .submitter = w->submitter,
        .metrics = w->metrics,
        .max_connections = client_limit(w->service, n_listen),
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
    w->service = service;
    w->metrics = &service->metrics[number];
    w->arena = own;
    w->loop = loop_new();
    w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->stop_watch = (struct watch){ .fd = -1, .on_ready = on_stop };
    if (w->loop == NULL || w->stop_fd < 0 ||
        loop_watch(w->loop, &w->stop_watch, w->stop_fd, EPOLLIN) != 0) {
        return NULL;
    }
    w->submitter = submitter_new(own, w->loop, service, w->metrics);
    if (w->submitter == NULL || !open_servers(w, listen_fds, n_listen)) {
        return NULL;
    }
    return pthread_create(&w->thread, NULL, run, w) == 0 ? w : NULL;
}

void worker_stop(struct worker *w)
{
    uint64_t one = 1;
    ssize_t n = write(w->stop_fd, &one, sizeof one);
    ASSERT(n == sizeof one);
}

void worker_join(struct worker *w)
{
    pthread_join(w->thread, NULL);
    close(w->stop_fd);
    w->arena = arena_free(w->arena);
}
