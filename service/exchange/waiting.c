/*
 * waiting.c - the exchanges that wait for PostgreSQL, oldest first.
 *
 * A tick looks after those who wait too long: a client that has left is no reason to go on, and a
 * request past its deadline is answered whatever PostgreSQL does.
 */
#include <poll.h>

#include "exchange/submit_parts.h"

enum { POLL_AT_ONCE = 256 };

#define SUBMITTER_OF(t) ((struct submitter *)(void *)((char *)(t)-offsetof(struct submitter, tick)))

void waiting_enter(struct submitter *s, struct exchange *x)
{
    x->newer = NULL;
    x->older = s->newest;
    if (s->newest == NULL) {
        s->oldest = x;
        loop_set_timer(s->loop, &s->tick, TICK_MS);
    } else {
        s->newest->newer = x;
    }
    s->newest = x;
    s->n_waiting++;
    metrics_set(&s->metrics->waiting, s->n_waiting);
}

static void leave(struct submitter *s, struct exchange *x)
{
    *(x->older == NULL ? &s->oldest : &x->older->newer) = x->newer;
    *(x->newer == NULL ? &s->newest : &x->newer->older) = x->older;
    x->batch = NULL;
    s->n_waiting--;
    metrics_set(&s->metrics->waiting, s->n_waiting);
    if (s->n_waiting == 0) {
        loop_clear_timer(s->loop, &s->tick);
    }
}

void waiting_finish(struct submitter *s, struct exchange *x)
{
    leave(s, x);
    exchange_resume(x);
}

void waiting_give_up(struct submitter *s, struct exchange *x, enum problem_code code,
                     const char *detail)
{
    struct batch *b = x->batch;
    bool is_sent = b->conn != NULL;
    batch_leave(b, x);
    if (b->n_live == 0 && is_sent) {
        pool_cancel(s->pool, b->conn);
        metrics_add(&s->metrics->cancels, 1);
    } else if (b->n_live == 0) {
        submitter_remove(s, b);
        batch_free(b);
    }
    problem_add(&x->problems, code, problem_nowhere(), "%s", detail);
    waiting_finish(s, x);
}

void submitter_abandon(struct exchange *x)
{
    waiting_give_up(x->submitter, x, PROBLEM_BAD_REQUEST,
                    "the client closed its side of the connection before the answer was ready");
}

/* A queue that grows is answered by age: those at its head have waited too long already. */
static bool has_queued_too_long(const struct submitter *s, const struct exchange *x, uint64_t age)
{
    const struct settings *settings = s->settings;
    return x->batch->conn == NULL && x->batch->attempts == 0 &&
           (age >= settings->queue_timeout_ms || age >= settings->request_timeout_ms);
}

static void expire(struct submitter *s)
{
    uint64_t now = loop_now_ms(s->loop);
    struct exchange *next;
    for (struct exchange *x = s->oldest; x != NULL; x = next) {
        next = x->newer;
        uint64_t age = now - x->started_ms;
        if (has_queued_too_long(s, x, age)) {
            waiting_give_up(s, x, PROBLEM_OVERLOADED,
                            "no connection to the database came free in time (--queue-timeout); "
                            "try again");
        } else if (age >= s->settings->request_timeout_ms) {
            waiting_give_up(
                s, x, x->operation->is_probe ? PROBLEM_UNAVAILABLE : PROBLEM_TIMEOUT,
                "the database did not answer in time (--request-timeout); the request was given "
                "up, look whether it took effect before trying again");
        }
    }
}

/* Which of these clients have closed their side? One system call for all. */
static void look_for_leavers(struct exchange **waiting, size_t n)
{
    struct pollfd sockets[POLL_AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        sockets[i] = (struct pollfd){ .fd = waiting[i]->request.client_fd, .events = POLLRDHUP };
    }
    if (poll(sockets, n, 0) <= 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if ((sockets[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
            submitter_abandon(waiting[i]);
        }
    }
}

static void drop_leavers(struct submitter *s)
{
    uint64_t now = loop_now_ms(s->loop);
    struct exchange *slow[POLL_AT_ONCE];
    size_t n = 0;
    struct exchange *next;
    for (struct exchange *x = s->oldest; x != NULL && now - x->started_ms >= TICK_MS; x = next) {
        next = x->newer;
        if (x->request.client_fd >= 0) {
            slow[n++] = x;
        }
        if (n == POLL_AT_ONCE) {
            look_for_leavers(slow, n);
            n = 0;
        }
    }
    look_for_leavers(slow, n);
}

void waiting_on_tick(struct timer *t)
{
    struct submitter *s = SUBMITTER_OF(t);
    loop_set_timer(s->loop, &s->tick, TICK_MS); /* first: the last one who leaves clears it */
    expire(s);
    drop_leavers(s);
}
