/*
 * submit.c - see submit.h. Three lists: every exchange that waits, oldest first (waiting.c); the
 * batches that wait for a connection, oldest first; and, in the pool, those that PostgreSQL works
 * on, which settle.c ends.
 */
#include <errno.h>

#include "exchange/submit_parts.h"

void submitter_append(struct submitter *s, struct batch *b)
{
    b->next = NULL;
    *(s->last == NULL ? &s->first : &s->last->next) = b;
    s->last = b;
}

void submitter_remove(struct submitter *s, struct batch *b)
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
    for (struct batch *b = x->plan.shared || x->plan.together ? s->first : NULL; b != NULL;
         b = b->next) {
        if (batch_may_join(b, x)) {
            batch_join(b, x);
            waiting_enter(s, x);
            return STEP_WAIT;
        }
    }
    struct batch *b = batch_new(s, x);
    if (b == NULL) {
        return exchange_next(x, -ENOMEM);
    }
    submitter_append(s, b);
    waiting_enter(s, x);
    return STEP_WAIT;
}

/* ---- sending --------------------------------------------------------------------------------- */

static void send_batch(struct batch *b, struct conn *conn)
{
    struct submitter *s = b->submitter;
    b->is_closed = true;
    if (batch_encode(b) != 0) {
        settle_fail(b, PROBLEM_OVERLOADED, NULL);
        return;
    }
    b->conn = conn;
    b->group.on_done = settle_on_done;
    metrics_count_batch(s->metrics, b->n_live);
    conn_send(conn, &b->group);
}

static void fail_all_waiting(struct submitter *s)
{
    while (s->first != NULL) {
        struct batch *b = s->first;
        submitter_remove(s, b);
        settle_fail(b, PROBLEM_UNAVAILABLE, NULL);
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
        struct conn *conn = pool_pick(s->pool, batch_lane(b));
        if (conn != NULL) {
            submitter_remove(s, b);
            send_batch(b, conn);
            next = s->first; /* sending may have ended in answers, and those in other lists */
        }
    }
    metrics_set(&s->metrics->database_sends, pool_n_sends(s->pool));
    metrics_set(&s->metrics->prepared, pool_n_prepared(s->pool));
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
        .tick.on_due = waiting_on_tick,
        .retry.on_due = on_retry_due,
        .seed = (uint32_t)loop_now_ms(loop),
        .pool = pool_new(loop, &pool_settings),
        .stock = arena_stock_new(),
    };
    return s->pool == NULL || s->stock == NULL ? NULL : s;
}

struct arena_stock *submitter_stock(const struct submitter *s)
{
    return s == NULL ? NULL : s->stock;
}

void submitter_close(struct submitter *s)
{
    ASSERT(s->n_waiting == 0);
    s->is_stopping = true;
    loop_clear_timer(s->loop, &s->retry);
    s->pool = pool_free(s->pool);
    s->stock = arena_stock_free(s->stock);
}

void submitter_sample(struct submitter *s)
{
    size_t counts[POOL_KINDS];
    size_t n_batches = 0;
    for (const struct batch *b = s->first; b != NULL; b = b->next) {
        n_batches++;
    }
    uint64_t age_ms = s->oldest == NULL ? 0 : loop_now_ms(s->loop) - s->oldest->started_ms;
    metrics_set(&s->metrics->waiting_batches, n_batches);
    metrics_set(&s->metrics->queue_age_ms, age_ms);
    metrics_set(&s->metrics->in_flight, pool_count(s->pool, counts));
    for (size_t i = 0; i < POOL_KINDS; i++) {
        metrics_set(&s->metrics->pool[i], counts[i]);
    }
}

size_t submitter_n_waiting(const struct submitter *s)
{
    return s->n_waiting;
}

void submitter_refuse_all(struct submitter *s)
{
    s->is_stopping = true;
    while (s->oldest != NULL) {
        waiting_give_up(
            s, s->oldest, PROBLEM_UNAVAILABLE,
            "the service is stopping and the database did not answer in time; try again");
    }
}
