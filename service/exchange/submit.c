/*
 * submit.c - see submit.h. Three lists: every exchange that waits, oldest first; batches that wait
 * for a
 * connection, oldest first; and, in the pool, batches that PostgreSQL works on.
 *
 * A tick looks after those who wait too long: a client that has left is no reason to go on, and a
 * request past its deadline is answered whatever PostgreSQL does.
 */
#include "exchange/submit.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "exchange/batch.h"
#include "exchange/refusal.h"
#include "pg/pool.h"

enum {
    TICK_MS = 50,       /* how soon a client's leaving is noticed */
    MAX_ATTEMPTS = 6,   /* of a batch that other writers or a lost connection got in the way of */
    RETRY_DELAY_MS = 5, /* times the number of attempts, plus as much jitter */
    POLL_AT_ONCE = 256,
};

struct submitter {
    struct loop *loop;
    const struct settings *settings;
    const struct log *log;
    struct metrics *metrics;
    struct pool *pool;
    struct exchange *oldest;
    struct exchange *newest;
    size_t n_waiting;
    struct batch *first; /* waiting for a connection */
    struct batch *last;
    struct timer tick;
    struct timer retry;
    uint32_t seed;
    bool was_down; /* the log has been told */
    bool is_stopping;
};

#define SUBMITTER_OF(t) ((struct submitter *)(void *)((char *)(t)-offsetof(struct submitter, tick)))

/* ---- who waits ------------------------------------------------------------------------------- */

static void enter(struct submitter *s, struct exchange *x)
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

/* The exchange's plan is over; what it found is in x->rows or x->problems. */
static void finish(struct submitter *s, struct exchange *x)
{
    leave(s, x);
    exchange_resume(x);
}

/* ---- batches that wait ----------------------------------------------------------------------- */

static void append(struct submitter *s, struct batch *b)
{
    b->next = NULL;
    *(s->last == NULL ? &s->first : &s->last->next) = b;
    s->last = b;
}

static void remove_waiting(struct submitter *s, struct batch *b)
{
    struct batch *before = NULL;
    struct batch *at = s->first;
    while (at != b) {
        before = at;
        at = at->next;
    }
    *(before == NULL ? &s->first : &before->next) = b->next;
    if (s->last == b) {
        s->last = before;
    }
    b->next = NULL;
}

/*
 * Ends all of a batch's members with one problem, or with what the problem's table says of `error`.
 */
static void fail_batch(struct batch *b, enum problem_code code, const struct pg_error *error)
{
    static const char *const details[] = {
        [PROBLEM_UNAVAILABLE] = "the database cannot be reached now; try again",
        [PROBLEM_OVERLOADED] = "there is not enough memory for this request now; try again",
        [PROBLEM_OUTCOME_UNKNOWN] =
            "the connection to the database was lost before it confirmed the "
            "write; look whether it was made before trying again",
    };
    for (size_t i = 0; i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        if (x == NULL) {
            continue;
        }
        if (error != NULL && x->on_refused != NULL) {
            x->on_refused(x, error, batch_refused_at(b, error));
        } else if (error != NULL) {
            refusal_report(x, error);
        } else {
            problem_add(&x->problems, code, problem_nowhere(), "%s", details[code]);
        }
        finish(b->submitter, x);
    }
    batch_free(b);
}

enum step exchange_submit(struct exchange *x)
{
    struct submitter *s = x->submitter;
    if (x->problems.n > 0 || arena_failed(x->arena)) {
        return exchange_next(x, 0);
    }
    if (s->is_stopping) { /* a request that was still arriving: nothing would wake it up again */
        problem_add(&x->problems, PROBLEM_UNAVAILABLE, problem_nowhere(),
                    "the service is stopping; try again");
        return exchange_refuse(x);
    }
    x->rows = arena_zalloc(x->arena, x->plan.n_statements, sizeof x->rows[0]);
    if (x->rows == NULL) {
        return exchange_next(x, 0);
    }
    for (struct batch *b = x->plan.shared ? s->first : NULL; b != NULL; b = b->next) {
        if (batch_may_join(b, x)) {
            batch_join(b, x);
            enter(s, x);
            return STEP_WAIT;
        }
    }
    struct batch *b = batch_new(s, x);
    if (b == NULL) {
        return exchange_next(x, -ENOMEM);
    }
    append(s, b);
    enter(s, x);
    return STEP_WAIT;
}

/* ---- PostgreSQL's answers -------------------------------------------------------------------- */

/* Runs `b` again a little later, by itself; false when it has been tried often enough. */
static bool try_again(struct batch *b)
{
    struct submitter *s = b->submitter;
    if (++b->attempts >= MAX_ATTEMPTS || s->is_stopping) {
        return false;
    }
    s->seed = s->seed * 1664525u + 1013904223u;
    uint32_t delay = RETRY_DELAY_MS * b->attempts;
    b->not_before_ms = loop_now_ms(s->loop) + delay + (s->seed >> 16) % delay;
    b->is_closed = true;
    append(s, b);
    loop_set_timer(s->loop, &s->retry, 2 * delay);
    metrics_add(&s->metrics->retries, 1);
    return true;
}

/* Each member by itself, so that one member's mistake is not the others'. */
static void split(struct batch *b)
{
    struct submitter *s = b->submitter;
    for (size_t i = 0; i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        if (x == NULL) {
            continue;
        }
        struct batch *alone = batch_new(s, x);
        if (alone == NULL) {
            problem_add(&x->problems, PROBLEM_OVERLOADED, problem_nowhere(),
                        "there is not enough memory for this request now; try again");
            finish(s, x);
            continue;
        }
        alone->is_closed = true;
        append(s, alone);
    }
    metrics_add(&s->metrics->retries, 1);
    batch_free(b);
}

static void finish_members(struct batch *b)
{
    for (size_t i = 0; i < b->n_members; i++) {
        if (b->members[i] != NULL) {
            finish(b->submitter, b->members[i]);
        }
    }
}

static void on_committed(struct batch *b)
{
    batch_deal(b);
    finish_members(b);
    batch_free(b);
}

static void on_failed(struct batch *b, const struct pg_error *error, struct conn *conn)
{
    enum remedy remedy = refusal_remedy(error->sqlstate);
    if (remedy == REMEDY_PREPARE) {
        conn_forget(conn, &b->group);
    } else if (remedy == REMEDY_MOVE) {
        conn_drop(conn, error->message);
    }
    if (remedy != REMEDY_REPORT && try_again(b)) {
        return;
    }
    if (b->n_live > 1) {
        split(b);
    } else {
        fail_batch(b, PROBLEM_NONE, error);
    }
}

static void on_lost(struct batch *b)
{
    bool may_repeat = true;
    for (size_t i = 0; i < b->n_members; i++) {
        const struct exchange *x = b->members[i];
        may_repeat = may_repeat && (x == NULL || !x->plan.writes || x->plan.repeatable);
    }
    if (!may_repeat) {
        fail_batch(b, PROBLEM_OUTCOME_UNKNOWN, NULL);
    } else if (!try_again(b)) {
        fail_batch(b, PROBLEM_UNAVAILABLE, NULL);
    }
}

/* The transaction has ended as batch_close() said, or with the connection. */
static void on_closed(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct batch *b = BATCH_OF(g, closing);
    struct conn *conn = b->conn;
    b->conn = NULL;
    if (b->n_live == 0) {
        batch_free(b);
    } else if (b->verdict == GROUP_FAILED) {
        on_failed(b, &b->refusal, conn);
    } else if (b->commits && outcome == GROUP_FAILED) {
        on_failed(b, error, conn);
    } else if (b->commits && outcome == GROUP_LOST) {
        fail_batch(b, PROBLEM_OUTCOME_UNKNOWN, NULL);
    } else { /* committed; or taken back, which a lost connection is as well */
        finish_members(b);
        batch_free(b);
    }
}

/* The statements of an open transaction are back: its request says how it ends. */
static void close_transaction(struct batch *b, enum group_outcome outcome,
                              const struct pg_error *error)
{
    struct exchange *x = b->members[0];
    bool commits = outcome == GROUP_COMMITTED && x != NULL;
    if (commits) {
        batch_deal(b);
        commits = x->judge(x) && !arena_failed(x->arena);
    }
    b->verdict = outcome;
    b->refusal = *error;
    batch_close(b, commits);
    b->closing.on_done = on_closed;
    conn_send(b->conn, &b->closing);
}

static void on_done(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct batch *b = BATCH_OF(g, group);
    if (b->opens_transaction && outcome != GROUP_LOST) {
        close_transaction(b, outcome, error);
        return;
    }
    struct conn *conn = b->conn;
    b->conn = NULL;
    if (b->n_live == 0) {
        batch_free(b);
        return;
    }
    switch (outcome) {
    case GROUP_COMMITTED:
        on_committed(b);
        return;
    case GROUP_FAILED:
        on_failed(b, error, conn);
        return;
    case GROUP_LOST:
        on_lost(b);
        return;
    }
    UNREACHABLE();
}

/* ---- sending --------------------------------------------------------------------------------- */

static void send_batch(struct batch *b, struct conn *conn)
{
    struct submitter *s = b->submitter;
    b->is_closed = true;
    if (batch_encode(b) != 0) {
        fail_batch(b, PROBLEM_OVERLOADED, NULL);
        return;
    }
    b->conn = conn;
    b->group.on_done = on_done;
    metrics_add(&s->metrics->batches, 1);
    metrics_add(&s->metrics->batched_requests, b->n_live);
    conn_send(conn, &b->group);
}

static void fail_all_waiting(struct submitter *s)
{
    while (s->first != NULL) {
        struct batch *b = s->first;
        remove_waiting(s, b);
        fail_batch(b, PROBLEM_UNAVAILABLE, NULL);
    }
}

void submitter_flush(struct submitter *s)
{
    if (s->first == NULL || s->is_stopping) {
        return;
    }
    if (pool_is_down(s->pool)) {
        fail_all_waiting(s);
        return;
    }
    struct batch *next;
    for (struct batch *b = s->first; b != NULL; b = next) {
        next = b->next;
        if (b->not_before_ms > loop_now_ms(s->loop)) {
            continue;
        }
        struct conn *conn = pool_pick(s->pool, batch_writes(b));
        if (conn != NULL) {
            remove_waiting(s, b);
            send_batch(b, conn);
            next = s->first; /* sending may have ended in answers, and those in other lists */
        }
    }
    metrics_set(&s->metrics->database_sends, pool_n_sends(s->pool));
}

/* ---- the tick -------------------------------------------------------------------------------- */

/*
 * Takes `x` out of its batch with a problem; the batch is cancelled when nobody else waits for it.
 */
static void give_up(struct submitter *s, struct exchange *x, enum problem_code code,
                    const char *detail)
{
    struct batch *b = x->batch;
    bool is_sent = b->conn != NULL;
    batch_leave(b, x);
    if (b->n_live == 0 && is_sent) {
        pool_cancel(s->pool, b->conn);
        metrics_add(&s->metrics->cancels, 1);
    } else if (b->n_live == 0) {
        remove_waiting(s, b);
        batch_free(b);
    }
    problem_add(&x->problems, code, problem_nowhere(), "%s", detail);
    finish(s, x);
}

static void expire(struct submitter *s)
{
    uint64_t now = loop_now_ms(s->loop);
    uint32_t limit = s->settings->request_timeout_ms;
    struct exchange *next;
    for (struct exchange *x = s->oldest; x != NULL; x = next) {
        next = x->newer;
        if (now - x->started_ms < limit) {
            continue;
        }
        if (x->batch->conn != NULL) {
            give_up(
                s, x, x->operation->is_probe ? PROBLEM_UNAVAILABLE : PROBLEM_TIMEOUT,
                "the database did not answer in time (--request-timeout); the request was given "
                "up, look whether it took effect before trying again");
        } else {
            give_up(
                s, x, PROBLEM_OVERLOADED,
                "no connection to the database came free in time (--request-timeout); try again");
        }
    }
}

/* Which of these clients have closed their side? One system call for all. */
static void look_for_leavers(struct submitter *s, struct exchange **waiting, size_t n)
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
            give_up(s, waiting[i], PROBLEM_BAD_REQUEST,
                    "the client closed its side of the connection before the answer was ready");
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
            look_for_leavers(s, slow, n);
            n = 0;
        }
    }
    look_for_leavers(s, slow, n);
}

static void on_tick(struct timer *t)
{
    struct submitter *s = SUBMITTER_OF(t);
    loop_set_timer(s->loop, &s->tick, TICK_MS); /* first: the last one who leaves clears it */
    expire(s);
    drop_leavers(s);
}

/* ---- life cycle ------------------------------------------------------------------------------ */

static void on_pool_change(void *owner)
{
    struct submitter *s = owner;
    metrics_set(&s->metrics->database_connections, pool_n_ready(s->pool));
    if (s->is_stopping) {
        return;
    }
    bool is_down = pool_is_down(s->pool);
    if (is_down && !s->was_down) {
        log_line(s->log, LOG_WARNING, "PostgreSQL cannot be reached: %s", pool_last_error(s->pool));
    } else if (!is_down && s->was_down) {
        log_line(s->log, LOG_INFO, "PostgreSQL can be reached again");
    }
    s->was_down = is_down;
}

static void on_retry_due(struct timer *t)
{
    (void)t; /* that the loop has woken up is enough: each turn ends with a flush */
}

struct submitter *submitter_new(struct arena *a, struct loop *loop, const struct settings *settings,
                                const struct log *log, struct metrics *metrics)
{
    struct submitter *s = arena_zalloc(a, 1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    struct pool_settings pool_settings = {
        .conninfo = settings->database,
        .n_connections = settings->connections,
        .statement_timeout_ms = settings->statement_timeout_ms,
        .lock_timeout_ms = settings->lock_timeout_ms,
        .on_change = on_pool_change,
        .owner = s,
    };
    *s = (struct submitter){
        .loop = loop,
        .settings = settings,
        .log = log,
        .metrics = metrics,
        .tick.on_due = on_tick,
        .retry.on_due = on_retry_due,
        .seed = (uint32_t)loop_now_ms(loop),
        .pool = pool_new(loop, &pool_settings),
    };
    return s->pool == NULL ? NULL : s;
}

void submitter_close(struct submitter *s)
{
    ASSERT(s->n_waiting == 0);
    s->is_stopping = true;
    loop_clear_timer(s->loop, &s->retry);
    s->pool = pool_free(s->pool);
}

size_t submitter_n_waiting(const struct submitter *s)
{
    return s->n_waiting;
}

void submitter_refuse_all(struct submitter *s)
{
    s->is_stopping = true;
    while (s->oldest != NULL) {
        give_up(s, s->oldest, PROBLEM_UNAVAILABLE,
                "the service is stopping and the database did not answer in time; try again");
    }
}
