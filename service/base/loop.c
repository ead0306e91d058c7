/*
 * loop.c - see loop.h. A thread has few timers (a tick, one per connection to PostgreSQL), so they
 * are a plain list that is searched; thousands of clients cost nothing here, since each of them is
 * watched by the HTTP library's own epoll descriptor, which is one watch of this loop.
 */
#include "base/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EVENTS = 64 };

struct loop {
    int epoll_fd;
    uint64_t now_ms;
    struct timer *timers; /* those that are set, in no order */
    struct epoll_event ready[MAX_EVENTS];
    int n_ready;
};

static uint64_t read_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct loop *loop_new(void)
{
    struct loop *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return NULL;
    }
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll_fd < 0) {
        free(l);
        return NULL;
    }
    l->now_ms = read_clock();
    return l;
}

struct loop *loop_free(struct loop *l)
{
    if (l != NULL) {
        ASSERT(l->timers == NULL);
        close(l->epoll_fd);
        free(l);
    }
    return NULL;
}

int loop_watch(struct loop *l, struct watch *w, int fd, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = w };
    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        return -errno;
    }
    w->fd = fd;
    w->events = events;
    w->loop = l;
    return 0;
}

void watch_change(struct watch *w, uint32_t events)
{
    if (w->fd < 0 || w->events == events) {
        return;
    }
    struct epoll_event event = { .events = events, .data.ptr = w };
    int failed = epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_MOD, w->fd, &event);
    ASSERT(failed == 0); /* the descriptor is open and watched, so the kernel cannot refuse */
    w->events = events;
}

void watch_stop(struct watch *w)
{
    if (w->fd < 0) {
        return;
    }
    epoll_ctl(w->loop->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
    w->fd = -1;
    for (int i = 0; i < w->loop->n_ready; i++) { /* what this turn has still to deliver */
        if (w->loop->ready[i].data.ptr == w) {
            w->loop->ready[i].data.ptr = NULL;
        }
    }
}

void loop_set_timer(struct loop *l, struct timer *t, uint64_t delay_ms)
{
    if (t->due_ms == 0) {
        t->next = l->timers;
        l->timers = t;
    }
    t->due_ms = l->now_ms + delay_ms;
}

void loop_clear_timer(struct loop *l, struct timer *t)
{
    if (t->due_ms == 0) {
        return;
    }
    struct timer **at = &l->timers;
    while (*at != t) {
        at = &(*at)->next;
    }
    *at = t->next;
    t->due_ms = 0;
}

uint64_t loop_now_ms(const struct loop *l)
{
    return l->now_ms;
}

/* The timer that is due first, or NULL. */
static struct timer *first_timer(const struct loop *l)
{
    struct timer *first = l->timers;
    for (struct timer *t = l->timers; t != NULL; t = t->next) {
        if (t->due_ms < first->due_ms) {
            first = t;
        }
    }
    return first;
}

static int bounded_timeout(const struct loop *l, int timeout_ms)
{
    const struct timer *first = first_timer(l);
    if (first == NULL) {
        return timeout_ms;
    }
    uint64_t now = read_clock();
    uint64_t left = first->due_ms > now ? first->due_ms - now : 0;
    if (left > 60000) {
        left = 60000;
    }
    return timeout_ms >= 0 && (uint64_t)timeout_ms < left ? timeout_ms : (int)left;
}

static void run_timers(struct loop *l)
{
    for (struct timer *t = first_timer(l); t != NULL && t->due_ms <= l->now_ms;
         t = first_timer(l)) {
        loop_clear_timer(l, t);
        t->on_due(t);
    }
}

void loop_turn(struct loop *l, int timeout_ms)
{
    int n = epoll_wait(l->epoll_fd, l->ready, MAX_EVENTS,
                       timeout_ms == 0 ? 0 : bounded_timeout(l, timeout_ms));
    l->now_ms = read_clock();
    l->n_ready = n < 0 ? 0 : n;
    for (int i = 0; i < l->n_ready; i++) {
        struct watch *w = l->ready[i].data.ptr;
        if (w != NULL) {
            w->on_ready(w, l->ready[i].events);
        }
    }
    l->n_ready = 0;
    run_timers(l);
}
